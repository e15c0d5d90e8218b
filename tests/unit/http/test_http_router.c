/*
 * Which route a path and a method lead to.
 */
#include "http/http_router.h"

static void handler(YtopsHttpExchange *exchange G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED)
{
}

static const struct {
    const char *method;
    const char *pattern;
} routes[] = {
    {"GET", "/"},
    {"GET", "/streams"},
    {"POST", "/streams"},
    {"GET", "/streams/{id}"},
    {"DELETE", "/streams/{id}"},
    {"GET", "/streams/by-metadata"},
    {"POST", "/streams/{id}/failover"},
    {"GET", "/hls/{id}/{rest...}"},
    {"GET", "/hls/{id}/playlist.m3u8"},
};

static const struct {
    const char *method;
    const char *target;
    const char *pattern; /* NULL: none */
    const char *name;    /* of a param; NULL: look at none */
    const char *value;
    const char *allow; /* NULL: the path is unknown */
} cases[] = {
    {"GET", "/", "/", NULL, NULL, NULL},
    {"GET", "/streams", "/streams", NULL, NULL, NULL},
    {"HEAD", "/streams", "/streams", NULL, NULL, NULL},
    {"GET", "/streams/", "/streams", NULL, NULL, NULL},
    {"GET", "/streams/?q", "/streams", NULL, NULL, NULL},
    {"GET", "/streams/x", "/streams/{id}", "id", "x", NULL},
    {"GET", "/streams/x/", "/streams/{id}", "id", "x", NULL},
    {"GET", "/streams/a%2Fb", "/streams/{id}", "id", "a/b", NULL},
    {"GET", "/streams/by-metadata", "/streams/by-metadata", NULL, NULL, NULL},
    {"DELETE", "/streams/by-metadata", "/streams/{id}", "id", "by-metadata", NULL},
    {"POST", "/streams/x/failover", "/streams/{id}/failover", "id", "x", NULL},
    {"GET", "/hls/x/a/b.ts", "/hls/{id}/{rest...}", "rest", "a/b.ts", NULL},
    {"GET", "/hls/x/", "/hls/{id}/{rest...}", "rest", "", NULL},
    {"GET", "/hls/x/playlist.m3u8", "/hls/{id}/playlist.m3u8", "id", "x", NULL},
    {"GET", "/hls/x", NULL, NULL, NULL, NULL},
    {"GET", "/hls//a", NULL, NULL, NULL, NULL},
    {"GET", "/nothing", NULL, NULL, NULL, NULL},
    {"GET", "//streams", NULL, NULL, NULL, NULL},
    {"GET", "/Streams", NULL, NULL, NULL, NULL},
    {"PUT", "/streams", NULL, NULL, NULL, "GET, HEAD, POST"},
    {"HEAD", "/streams/x/failover", NULL, NULL, NULL, "POST"},
    {"PATCH", "/streams/x", NULL, NULL, NULL, "GET, HEAD, DELETE"},
};

static void test_table(void)
{
    g_autoptr(HttpRouter) router = http_router_new();
    for (gsize i = 0; i < G_N_ELEMENTS(routes); i++)
        http_router_add(router, routes[i].method, routes[i].pattern, YTOPS_HTTP_PUBLIC, handler,
                        (gpointer)routes[i].pattern);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(HttpFault) fault = {0};
        g_auto(HttpMatch) match = {0};
        g_autoptr(HttpRequest) request = http_request_new();
        g_test_message("%s %s", cases[i].method, cases[i].target);
        request->method = cases[i].method;
        g_assert_true(http_request_set_target(request, cases[i].target, &fault));
        HttpRouteResult result = http_router_match(router, request, &match);
        if (cases[i].pattern == NULL) {
            g_assert_cmpint(result, ==,
                            cases[i].allow != NULL ? HTTP_ROUTE_NO_METHOD : HTTP_ROUTE_NO_PATH);
            g_assert_cmpstr(match.allow, ==, cases[i].allow);
            continue;
        }
        g_assert_cmpint(result, ==, HTTP_ROUTE_FOUND);
        g_assert_cmpstr(match.route->data, ==, cases[i].pattern);
        if (cases[i].name != NULL)
            g_assert_cmpstr(g_hash_table_lookup(match.params, cases[i].name), ==, cases[i].value);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http_router/table", test_table);
    return g_test_run();
}
