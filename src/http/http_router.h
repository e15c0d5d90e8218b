/*
 * Which handler serves a request. Pure.
 */
#pragma once

#include "http_request.h"
#include "ytops/http_server.h"

typedef struct {
    char *method;
    char **segments; /* of the pattern */
    YtopsHttpAccess access;
    YtopsHttpHandler handler;
    gpointer data;
} HttpRoute;

typedef enum { HTTP_ROUTE_FOUND, HTTP_ROUTE_NO_PATH, HTTP_ROUTE_NO_METHOD } HttpRouteResult;

typedef struct {
    const HttpRoute *route; /* the router's */
    GHashTable *params;     /* name to value */
    char *allow;            /* with NO_METHOD: for the Allow header */
} HttpMatch;

void http_match_clear(HttpMatch *match);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HttpMatch, http_match_clear)

typedef struct HttpRouter HttpRouter;

HttpRouter *http_router_new(void);
void http_router_free(HttpRouter *router);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpRouter, http_router_free)

/* As ytops_http_server_add_route; strings are copied. */
void http_router_add(HttpRouter *router, const char *method, const char *pattern,
                     YtopsHttpAccess access, YtopsHttpHandler handler, gpointer data);

/*
 * Among the routes of the path that have the method, the one whose pattern is literal the furthest.
 * A slash at the end of the path makes no difference but to {name...}, which it gives "".
 */
HttpRouteResult http_router_match(const HttpRouter *router, const HttpRequest *request,
                                  HttpMatch *match);
