#include "http_harness.h"

#include <signal.h>
#include <string.h>

#define PIECE_BYTES 65536
#define PATIENCE_US (20 * G_USEC_PER_SEC)

enum { WANT_RELEASE = 1, WANT_DRAIN = 2, WANT_CLOSE = 4, WANT_LOOK = 8 };

static void respond_text(YtopsHttpExchange *exchange, const char *text)
{
    g_autoptr(GBytes) body = g_bytes_new(text, strlen(text));
    ytops_http_exchange_respond(exchange, 200, "text/plain", body);
}

static void serve_hello(YtopsHttpExchange *exchange, gpointer data G_GNUC_UNUSED)
{
    const char *query = ytops_http_exchange_get_query(exchange, "q");
    ytops_http_exchange_set_header(exchange, "X-Peer", ytops_http_exchange_get_peer(exchange));
    if (query != NULL)
        ytops_http_exchange_set_header(exchange, "X-Query", query);
    respond_text(exchange, "hello");
}

static void serve_name(YtopsHttpExchange *exchange, gpointer data G_GNUC_UNUSED)
{
    respond_text(exchange, ytops_http_exchange_get_param(exchange, "name"));
}

static void serve_echo(YtopsHttpExchange *exchange, gpointer data G_GNUC_UNUSED)
{
    ytops_http_exchange_respond(exchange, 201, "application/octet-stream",
                                ytops_http_exchange_get_body(exchange));
}

static void serve_error(YtopsHttpExchange *exchange, gpointer data G_GNUC_UNUSED)
{
    g_autoptr(GError) error =
        g_error_new_literal(YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                            "url is http://user:secret@host/ and must not be");
    ytops_http_exchange_respond_error(exchange, 0, error, "url");
}

static void serve_guarded(YtopsHttpExchange *exchange, gpointer data G_GNUC_UNUSED)
{
    respond_text(exchange, "in");
}

/* ---- streams ----------------------------------------------------------------------------- */

typedef struct {
    Harness *harness;
    gint64 left;
    gint64 drop_after; /* -1: never */
    GBytes *piece;
} Stream;

static void stream_free(Stream *stream)
{
    g_bytes_unref(stream->piece);
    g_free(stream);
}

static void stream_pump(YtopsHttpExchange *exchange, gpointer data)
{
    Stream *stream = data;
    while (stream->left > 0 && stream->drop_after != 0 &&
           ytops_http_exchange_get_queued(exchange) < HARNESS_QUEUE_LIMIT) {
        gint64 most = stream->drop_after > 0 ? MIN(stream->left, stream->drop_after) : stream->left;
        gsize length = (gsize)MIN(most, PIECE_BYTES);
        g_autoptr(GBytes) piece = g_bytes_new_from_bytes(stream->piece, 0, length);
        ytops_http_exchange_write(exchange, piece);
        stream->left -= (gint64)length;
        if (stream->drop_after > 0)
            stream->drop_after -= (gint64)length;
        int queued = (int)ytops_http_exchange_get_queued(exchange);
        if (queued > g_atomic_int_get(&stream->harness->max_queued))
            g_atomic_int_set(&stream->harness->max_queued, queued);
    }
    if (stream->drop_after == 0)
        ytops_http_exchange_abort(exchange);
    else if (stream->left == 0)
        ytops_http_exchange_end(exchange);
    else
        return;
    stream_free(stream);
}

static void stream_closed(YtopsHttpExchange *exchange G_GNUC_UNUSED, gpointer data)
{
    Stream *stream = data;
    g_atomic_int_inc(&stream->harness->closed);
    stream_free(stream);
}

static void serve_stream(YtopsHttpExchange *exchange, gpointer data)
{
    static const YtopsHttpEvents events = {.on_drain = stream_pump, .on_close = stream_closed};
    const char *drop = ytops_http_exchange_get_query(exchange, "drop");
    Stream *stream = g_new0(Stream, 1);
    char *zeros = g_malloc(PIECE_BYTES);
    memset(zeros, 'x', PIECE_BYTES);
    stream->harness = data;
    stream->left = g_ascii_strtoll(ytops_http_exchange_get_param(exchange, "length"), NULL, 10);
    stream->drop_after = drop != NULL ? g_ascii_strtoll(drop, NULL, 10) : -1;
    stream->piece = g_bytes_new_take(zeros, PIECE_BYTES);
    gboolean known = ytops_http_exchange_get_query(exchange, "known") != NULL;
    ytops_http_exchange_set_events(exchange, &events, stream);
    ytops_http_exchange_start(exchange, 200, known ? stream->left : -1);
    stream_pump(exchange, stream);
}

/* `data`: how many bytes more than the 100 that are promised. */
static void serve_wrong_length(YtopsHttpExchange *exchange, gpointer data)
{
    g_autofree char *text = g_strnfill((gsize)(100 + GPOINTER_TO_INT(data)), 'w');
    g_autoptr(GBytes) piece = g_bytes_new(text, strlen(text));
    ytops_http_exchange_start(exchange, 200, 100);
    ytops_http_exchange_write(exchange, piece);
    ytops_http_exchange_end(exchange);
}

static void wait_closed(YtopsHttpExchange *exchange, gpointer data)
{
    Harness *harness = data;
    g_ptr_array_remove(harness->waiting, exchange);
    g_atomic_int_inc(&harness->closed);
}

static void serve_wait(YtopsHttpExchange *exchange, gpointer data)
{
    static const YtopsHttpEvents events = {.on_close = wait_closed};
    Harness *harness = data;
    ytops_http_exchange_set_events(exchange, &events, harness);
    g_ptr_array_add(harness->waiting, exchange);
    g_atomic_int_inc(&harness->n_waiting);
}

/* ---- the loop ---------------------------------------------------------------------------- */

static void release(Harness *harness)
{
    while (harness->waiting->len > 0)
        respond_text(g_ptr_array_steal_index(harness->waiting, 0), "released");
}

static void on_wake(uv_async_t *wake)
{
    Harness *harness = wake->data;
    int wanted = (int)g_atomic_int_and((guint *)&harness->wanted, 0);
    g_atomic_int_set(&harness->connections,
                     (int)ytops_http_server_count_connections(harness->server));
    if ((wanted & WANT_RELEASE) != 0)
        release(harness);
    if ((wanted & WANT_DRAIN) != 0)
        ytops_http_server_drain(harness->server);
    if ((wanted & WANT_CLOSE) != 0) {
        ytops_http_server_close(harness->server);
        uv_close((uv_handle_t *)wake, NULL);
    }
}

static gpointer run_loop(gpointer data)
{
    uv_run(data, UV_RUN_DEFAULT);
    return NULL;
}

static void want(Harness *harness, int what)
{
    g_atomic_int_or((guint *)&harness->wanted, (guint)what);
    uv_async_send(&harness->wake);
}

Harness *harness_start(const YtopsHttpOptions *options)
{
    Harness *harness = g_new0(Harness, 1);
    YtopsHttpOptions used = options != NULL ? *options : (YtopsHttpOptions){0};
    g_autoptr(GError) error = NULL;
    signal(SIGPIPE, SIG_IGN);
    used.api_token = HARNESS_TOKEN;
    uv_loop_init(&harness->loop);
    uv_async_init(&harness->loop, &harness->wake, on_wake);
    harness->wake.data = harness;
    harness->waiting = g_ptr_array_new();
    YtopsHttpServer *server = ytops_http_server_new(&harness->loop, &used, &error);
    g_assert_no_error(error);
    harness->server = server;
    harness->port = ytops_http_server_get_port(server);
    const YtopsHttpAccess open = YTOPS_HTTP_PUBLIC;
    ytops_http_server_add_route(server, "GET", "/hello", open, serve_hello, NULL);
    ytops_http_server_add_route(server, "GET", "/name/{name}", open, serve_name, NULL);
    ytops_http_server_add_route(server, "POST", "/echo", open, serve_echo, NULL);
    ytops_http_server_add_route(server, "GET", "/error", open, serve_error, NULL);
    ytops_http_server_add_route(server, "GET", "/guarded", YTOPS_HTTP_GUARDED, serve_guarded, NULL);
    ytops_http_server_add_route(server, "GET", "/stream/{length}", open, serve_stream, harness);
    ytops_http_server_add_route(server, "GET", "/short", open, serve_wrong_length,
                                GINT_TO_POINTER(-10));
    ytops_http_server_add_route(server, "GET", "/long", open, serve_wrong_length,
                                GINT_TO_POINTER(10));
    ytops_http_server_add_route(server, "GET", "/wait", open, serve_wait, harness);
    harness->thread = g_thread_new("http", run_loop, &harness->loop);
    return harness;
}

void harness_stop(Harness *harness)
{
    want(harness, WANT_CLOSE);
    g_thread_join(harness->thread);
    /* Nothing may be left: a handle that is would be a leak of the server's. */
    g_assert_cmpint(uv_loop_close(&harness->loop), ==, 0);
    g_assert_cmpuint(harness->waiting->len, ==, 0);
    g_ptr_array_unref(harness->waiting);
    g_free(harness);
}

void harness_release(Harness *harness)
{
    want(harness, WANT_RELEASE);
}

void harness_drain(Harness *harness)
{
    want(harness, WANT_DRAIN);
}

void harness_await(Harness *harness, const int *atomic, int value)
{
    gint64 deadline = g_get_monotonic_time() + PATIENCE_US;
    while (g_atomic_int_get(atomic) != value) {
        if (g_get_monotonic_time() > deadline)
            g_error("still %d, not %d", g_atomic_int_get(atomic), value);
        want(harness, WANT_LOOK);
        g_usleep(1000);
    }
}
