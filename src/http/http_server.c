#include "ytops/http_server.h"

#include "http_auth.h"
#include "http_exchange.h"
#include "http_listener.h"
#include "http_origin.h"
#include "http_router.h"
#include "ytops/log.h"

#define READ_BUFFER_BYTES 65536
/* Connections over the limit that are told so at a time; more are closed without a word. */
#define REFUSED_AT_A_TIME 64

struct YtopsHttpServer {
    uv_tcp_t listener;
    guint16 port;
    char *api_token; /* NULL: none is asked for */
    guint connection_limit;
    HttpRouter *router;
    HttpConnectionOwner owner;
    GHashTable *connections; /* HttpConnection, as keys */
    guint n_connections;     /* not yet freed */
    gboolean listening;
    gboolean listener_closed;
    gboolean closing;
};

static void free_if_done(YtopsHttpServer *server)
{
    if (!server->closing || !server->listener_closed || server->n_connections > 0)
        return;
    http_router_free(server->router);
    g_hash_table_unref(server->connections);
    g_free(server->api_token);
    g_free(server->owner.read_buffer.base);
    g_free(server);
}

/* ---- requests ----------------------------------------------------------------------------- */

static void refuse_match(YtopsHttpExchange *exchange, HttpRouteResult result,
                         const HttpMatch *match)
{
    g_auto(HttpFault) fault = {0};
    const char *path = ytops_http_exchange_get_path(exchange);
    const char *method = ytops_http_exchange_get_method(exchange);
    if (result == HTTP_ROUTE_NO_PATH) {
        http_fault_set(&fault, 404, YTOPS_ERROR_NOT_FOUND, "path",
                       "nothing is served at %s; see the documentation for the paths", path);
    } else {
        http_fault_set(&fault, 405, YTOPS_ERROR_INVALID_ARGUMENT, "method",
                       "%s is not served at %s; use %s", method, path, match->allow);
        ytops_http_exchange_set_header(exchange, "Allow", match->allow);
    }
    http_exchange_refuse(exchange, &fault);
}

static void refuse_stranger(YtopsHttpExchange *exchange)
{
    g_auto(HttpFault) fault = {0};
    http_fault_set(&fault, 401, YTOPS_ERROR_INVALID_ARGUMENT, "X-API-Token",
                   "the API token is missing or wrong; send it as X-API-Token: TOKEN or as "
                   "Authorization: Bearer TOKEN");
    ytops_http_exchange_set_header(exchange, "WWW-Authenticate", "Bearer");
    http_exchange_refuse(exchange, &fault);
}

/* FALSE: it was answered. */
static gboolean let_in(YtopsHttpServer *server, YtopsHttpExchange *exchange,
                       const HttpRequest *request, YtopsHttpAccess access)
{
    gboolean has_token = server->api_token != NULL;

    if (access == YTOPS_HTTP_PUBLIC)
        return TRUE;
    if (has_token && !http_auth_allows(request, server->api_token)) {
        refuse_stranger(exchange);
        return FALSE;
    }
    if (has_token && access == YTOPS_HTTP_GUARDED)
        return TRUE;
    return http_origin_check(exchange, has_token);
}

static void on_request(gpointer data, HttpConnection *connection, HttpRequest *request)
{
    YtopsHttpServer *server = data;
    g_auto(HttpMatch) match = {0};
    YtopsHttpExchange *exchange = http_exchange_new(connection, request);
    HttpRouteResult result = http_router_match(server->router, request, &match);
    if (result != HTTP_ROUTE_FOUND) {
        refuse_match(exchange, result, &match);
        return;
    }
    if (!let_in(server, exchange, request, match.route->access))
        return;
    http_exchange_set_params(exchange, g_steal_pointer(&match.params));
    match.route->handler(exchange, match.route->data);
}

/* ---- connections -------------------------------------------------------------------------- */

static void on_freed(gpointer data, HttpConnection *connection)
{
    YtopsHttpServer *server = data;
    g_hash_table_remove(server->connections, connection);
    server->n_connections--;
    free_if_done(server);
}

static void refuse_crowd(YtopsHttpServer *server, HttpConnection *connection)
{
    g_auto(HttpFault) fault = {0};
    if (server->n_connections > server->connection_limit + REFUSED_AT_A_TIME) {
        http_connection_close(connection);
        return;
    }
    http_fault_set(&fault, 503, YTOPS_ERROR_OVERLOADED, NULL,
                   "%u connections are open and no more are allowed; retry later",
                   server->connection_limit);
    http_connection_refuse(connection, &fault);
}

static void on_connection(uv_stream_t *listener, int status)
{
    YtopsHttpServer *server = listener->data;
    if (status != 0) {
        ytops_log_warning("http", "a connection could not be accepted", "reason",
                          uv_strerror(status), NULL);
        return;
    }
    server->n_connections++;
    HttpConnection *connection = http_connection_accept(listener, &server->owner);
    if (connection == NULL)
        return;
    g_hash_table_add(server->connections, connection);
    if (server->n_connections > server->connection_limit)
        refuse_crowd(server, connection);
    else
        http_connection_start(connection);
}

/* ---- for the owner ------------------------------------------------------------------------ */

static void on_listener_closed(uv_handle_t *handle)
{
    YtopsHttpServer *server = handle->data;
    server->listener_closed = TRUE;
    free_if_done(server);
}

static void close_listener(YtopsHttpServer *server)
{
    if (!server->listening)
        return;
    server->listening = FALSE;
    uv_close((uv_handle_t *)&server->listener, on_listener_closed);
}

static gsize or_default(gsize value, gsize standard)
{
    return value > 0 ? value : standard;
}

static void set_options(YtopsHttpServer *server, const YtopsHttpOptions *options)
{
    HttpConnectionOwner *owner = &server->owner;
    owner->limits.head = or_default(options->head_limit, 16 * 1024);
    owner->limits.body = or_default(options->body_limit, 1024 * 1024);
    owner->request_timeout_ms = (guint)or_default(options->request_timeout_ms, 10000);
    owner->keep_alive_ms = (guint)or_default(options->keep_alive_ms, 60000);
    owner->read_buffer = uv_buf_init(g_malloc(READ_BUFFER_BYTES), READ_BUFFER_BYTES);
    owner->on_request = on_request;
    owner->on_freed = on_freed;
    owner->data = server;
    server->connection_limit = (guint)or_default(options->connection_limit, 10000);
    if (options->api_token != NULL && *options->api_token != '\0')
        server->api_token = g_strdup(options->api_token);
}

YtopsHttpServer *ytops_http_server_new(uv_loop_t *loop, const YtopsHttpOptions *options,
                                       GError **error)
{
    YtopsHttpServer *server = g_new0(YtopsHttpServer, 1);
    const char *address = options->listen != NULL ? options->listen : "127.0.0.1";
    server->router = http_router_new();
    server->connections = g_hash_table_new(NULL, NULL);
    server->listening = TRUE;
    set_options(server, options);
    uv_tcp_init(loop, &server->listener);
    server->listener.data = server;
    if (!http_listener_open(&server->listener, address, options->port, on_connection, &server->port,
                            error)) {
        ytops_http_server_close(server);
        return NULL;
    }
    return server;
}

guint16 ytops_http_server_get_port(const YtopsHttpServer *server)
{
    return server->port;
}

guint ytops_http_server_count_connections(const YtopsHttpServer *server)
{
    return server->n_connections;
}

void ytops_http_server_drain(YtopsHttpServer *server)
{
    g_autoptr(GList) connections = g_hash_table_get_keys(server->connections);
    close_listener(server);
    for (GList *at = connections; at != NULL; at = at->next)
        http_connection_drain(at->data);
}

void ytops_http_server_close(YtopsHttpServer *server)
{
    g_autoptr(GList) connections = g_hash_table_get_keys(server->connections);
    server->closing = TRUE;
    close_listener(server);
    for (GList *at = connections; at != NULL; at = at->next)
        http_connection_close(at->data);
    free_if_done(server);
}

void ytops_http_server_add_route(YtopsHttpServer *server, const char *method, const char *pattern,
                                 YtopsHttpAccess access, YtopsHttpHandler handler, gpointer data)
{
    http_router_add(server->router, method, pattern, access, handler, data);
}
