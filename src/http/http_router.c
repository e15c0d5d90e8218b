#include "http_router.h"

#include <string.h>

/* In the order in which a path prefers them. */
typedef enum { SEGMENT_REST, SEGMENT_NAME, SEGMENT_LITERAL } SegmentKind;

struct HttpRouter {
    GPtrArray *routes; /* HttpRoute */
};

static void route_free(gpointer data)
{
    HttpRoute *route = data;
    g_free(route->method);
    g_strfreev(route->segments);
    g_free(route);
}

void http_match_clear(HttpMatch *match)
{
    g_clear_pointer(&match->params, g_hash_table_unref);
    g_clear_pointer(&match->allow, g_free);
    match->route = NULL;
}

HttpRouter *http_router_new(void)
{
    HttpRouter *router = g_new0(HttpRouter, 1);
    router->routes = g_ptr_array_new_with_free_func(route_free);
    return router;
}

void http_router_free(HttpRouter *router)
{
    g_ptr_array_unref(router->routes);
    g_free(router);
}

static SegmentKind kind_of(const char *segment)
{
    if (*segment != '{')
        return SEGMENT_LITERAL;
    return g_str_has_suffix(segment, "...}") ? SEGMENT_REST : SEGMENT_NAME;
}

/* "{name}" or "{name...}" without what is around the name. */
static char *name_of(const char *segment)
{
    gsize around = kind_of(segment) == SEGMENT_REST ? strlen("{...}") : strlen("{}");
    return g_strndup(segment + 1, strlen(segment) - around);
}

void http_router_add(HttpRouter *router, const char *method, const char *pattern,
                     YtopsHttpAccess access, YtopsHttpHandler handler, gpointer data)
{
    g_assert(*pattern == '/');
    HttpRoute *route = g_new0(HttpRoute, 1);
    route->method = g_strdup(method);
    route->segments = g_strsplit(pattern + 1, "/", -1);
    if (g_strv_length(route->segments) == 1 && *route->segments[0] == '\0')
        g_clear_pointer(&route->segments[0], g_free);
    route->access = access;
    route->handler = handler;
    route->data = data;
    g_ptr_array_add(router->routes, route);
}

static const char *segment_at(const HttpRequest *request, guint i)
{
    return g_ptr_array_index(request->segments, i);
}

static gboolean matches(const HttpRoute *route, const HttpRequest *request)
{
    guint length = request->segments->len;
    guint i = 0;
    for (; route->segments[i] != NULL; i++) {
        const char *pattern = route->segments[i];
        SegmentKind kind = kind_of(pattern);
        if (i >= length)
            return FALSE;
        const char *segment = segment_at(request, i);
        if (kind == SEGMENT_REST)
            return TRUE;
        if (kind == SEGMENT_NAME ? *segment == '\0' : strcmp(pattern, segment) != 0)
            return FALSE;
    }
    return i == length || (i + 1 == length && *segment_at(request, i) == '\0');
}

/* Both match the same path: whether `route` says more about it than `other`. */
static gboolean is_closer(const HttpRoute *route, const HttpRoute *other)
{
    for (guint i = 0; route->segments[i] != NULL && other->segments[i] != NULL; i++) {
        SegmentKind kind = kind_of(route->segments[i]);
        SegmentKind than = kind_of(other->segments[i]);
        if (kind != than)
            return kind > than;
    }
    return FALSE;
}

static gboolean serves(const HttpRoute *route, const char *method)
{
    return strcmp(route->method, method) == 0 ||
           (strcmp(route->method, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

static char *rest_of(const HttpRequest *request, guint from)
{
    GString *rest = g_string_new(NULL);
    for (guint i = from; i < request->segments->len; i++) {
        if (i > from)
            g_string_append_c(rest, '/');
        g_string_append(rest, segment_at(request, i));
    }
    return g_string_free(rest, FALSE);
}

static GHashTable *params_of(const HttpRoute *route, const HttpRequest *request)
{
    GHashTable *params = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint i = 0; route->segments[i] != NULL; i++) {
        const char *pattern = route->segments[i];
        SegmentKind kind = kind_of(pattern);
        if (kind == SEGMENT_REST)
            g_hash_table_replace(params, name_of(pattern), rest_of(request, i));
        if (kind == SEGMENT_NAME)
            g_hash_table_replace(params, name_of(pattern), g_strdup(segment_at(request, i)));
    }
    return params;
}

static void allow_method(GPtrArray *methods, const char *method)
{
    if (!g_ptr_array_find_with_equal_func(methods, method, g_str_equal, NULL))
        g_ptr_array_add(methods, (gpointer)method);
    if (strcmp(method, "GET") == 0)
        allow_method(methods, "HEAD");
}

HttpRouteResult http_router_match(const HttpRouter *router, const HttpRequest *request,
                                  HttpMatch *match)
{
    g_autoptr(GPtrArray) methods = g_ptr_array_new();
    *match = (HttpMatch){0};
    for (guint i = 0; i < router->routes->len; i++) {
        const HttpRoute *route = g_ptr_array_index(router->routes, i);
        if (!matches(route, request))
            continue;
        allow_method(methods, route->method);
        if (!serves(route, request->method))
            continue;
        if (match->route == NULL || is_closer(route, match->route))
            match->route = route;
    }
    if (match->route != NULL) {
        match->params = params_of(match->route, request);
        return HTTP_ROUTE_FOUND;
    }
    if (methods->len == 0)
        return HTTP_ROUTE_NO_PATH;
    g_ptr_array_add(methods, NULL);
    match->allow = g_strjoinv(", ", (char **)methods->pdata);
    return HTTP_ROUTE_NO_METHOD;
}
