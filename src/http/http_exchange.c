#include "http_exchange.h"

#include "ytops/log.h"

static void on_drain(gpointer data)
{
    YtopsHttpExchange *exchange = data;
    if (exchange->started && exchange->events.on_drain != NULL)
        exchange->events.on_drain(exchange, exchange->data);
}

static void on_close(gpointer data)
{
    YtopsHttpExchange *exchange = data;
    if (exchange->events.on_close != NULL)
        exchange->events.on_close(exchange, exchange->data);
    http_exchange_free(exchange, "closed");
}

static void on_end(gpointer data)
{
    YtopsHttpExchange *exchange = data;
    if (exchange->events.on_end != NULL)
        exchange->events.on_end(exchange, exchange->data);
}

static const HttpConnectionUser user = {
    .on_drain = on_drain, .on_close = on_close, .on_end = on_end};

YtopsHttpExchange *http_exchange_new(HttpConnection *connection, HttpRequest *request)
{
    YtopsHttpExchange *exchange = g_new0(YtopsHttpExchange, 1);
    exchange->connection = connection;
    exchange->request = request;
    exchange->head = http_head_new();
    exchange->begun_us = g_get_monotonic_time();
    http_connection_set_user(connection, &user, exchange);
    return exchange;
}

void http_exchange_set_params(YtopsHttpExchange *exchange, GHashTable *params)
{
    exchange->params = params;
}

/* The path alone: a query may hold what is nobody's business. */
static void log_request(const YtopsHttpExchange *exchange, const char *end)
{
    gint64 took_ms = (g_get_monotonic_time() - exchange->begun_us) / 1000;
    ytops_log_debug("http", "request", "peer", http_connection_get_peer(exchange->connection),
                    "method", exchange->request->method, "path", exchange->request->path, "status",
                    YTOPS_LOG_INT(exchange->status), "bytes", YTOPS_LOG_INT(exchange->sent), "ms",
                    YTOPS_LOG_INT(took_ms), "end", end, NULL);
}

void http_exchange_free(YtopsHttpExchange *exchange, const char *end)
{
    if (ytops_log_enabled(YTOPS_LOG_DEBUG))
        log_request(exchange, end);
    http_request_free(exchange->request);
    http_head_free(exchange->head);
    g_clear_pointer(&exchange->params, g_hash_table_unref);
    g_free(exchange);
}

/* ---- the request ------------------------------------------------------------------------- */

const char *ytops_http_exchange_get_method(const YtopsHttpExchange *exchange)
{
    return exchange->request->method;
}

gboolean ytops_http_exchange_is_head(const YtopsHttpExchange *exchange)
{
    return http_request_is_head(exchange->request);
}

const char *ytops_http_exchange_get_path(const YtopsHttpExchange *exchange)
{
    return exchange->request->path;
}

const char *ytops_http_exchange_get_param(const YtopsHttpExchange *exchange, const char *name)
{
    return exchange->params != NULL ? g_hash_table_lookup(exchange->params, name) : NULL;
}

const char *ytops_http_exchange_get_query(const YtopsHttpExchange *exchange, const char *name)
{
    return g_hash_table_lookup(exchange->request->query, name);
}

const char *ytops_http_exchange_get_query_text(const YtopsHttpExchange *exchange)
{
    return exchange->request->query_text;
}

const char *ytops_http_exchange_get_header(const YtopsHttpExchange *exchange, const char *name)
{
    return http_request_get_header(exchange->request, name);
}

GBytes *ytops_http_exchange_get_body(const YtopsHttpExchange *exchange)
{
    return exchange->request->body;
}

const char *ytops_http_exchange_get_peer(const YtopsHttpExchange *exchange)
{
    return http_connection_get_peer(exchange->connection);
}

void ytops_http_exchange_set_events(YtopsHttpExchange *exchange, const YtopsHttpEvents *events,
                                    gpointer data)
{
    exchange->events = *events;
    exchange->data = data;
}
