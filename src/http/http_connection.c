#include "http_connection.h"

#include "http_input.h"
#include "http_listener.h"
#include "ytops/log.h"

#define TCP_KEEPALIVE_S 60
#define READ_AHEAD_BYTES 65536

struct HttpConnection {
    uv_tcp_t socket;
    uv_timer_t timer;
    uv_shutdown_t shutdown;
    guint open_handles;
    const HttpConnectionOwner *owner;
    HttpConnectionState state;
    HttpInput input;
    const HttpConnectionUser *user; /* NULL: no request in work */
    gpointer user_data;
    guint writes;        /* not yet called back */
    gsize queued_before; /* FLUSHING: bytes left at the last look */
    gboolean peer_ended; /* nothing more will come */
    gboolean last;       /* close after this reply */
    gboolean broken;     /* a write failed at once; closed as soon as no handler is on the stack */
    char *peer;
};

static uv_stream_t *stream_of(HttpConnection *connection)
{
    return (uv_stream_t *)&connection->socket;
}

static void on_timer(uv_timer_t *timer);

static void arm_timer(HttpConnection *connection)
{
    const HttpConnectionOwner *owner = connection->owner;
    guint limit_ms = http_connection_state_get_limit(connection->state, owner->request_timeout_ms,
                                                     owner->keep_alive_ms);
    if (limit_ms > 0)
        uv_timer_start(&connection->timer, on_timer, limit_ms, 0);
    else
        uv_timer_stop(&connection->timer);
}

static void set_state(HttpConnection *connection, HttpConnectionState to)
{
    g_assert(http_connection_state_may_move(connection->state, to));
    connection->state = to;
    arm_timer(connection);
}

static void log_closing(HttpConnection *connection, const char *reason)
{
    ytops_log_debug("http", "connection closed", "peer", connection->peer, "state",
                    http_connection_state_to_string(connection->state), "reason", reason, NULL);
}

/* ---- the end ----------------------------------------------------------------------------- */

static void on_handle_closed(uv_handle_t *handle)
{
    HttpConnection *connection = handle->data;
    if (--connection->open_handles > 0)
        return;
    connection->owner->on_freed(connection->owner->data, connection);
    http_input_clear(&connection->input);
    g_free(connection->peer);
    g_free(connection);
}

/* The user is told last, for it may do anything. */
static void close_socket(HttpConnection *connection, gboolean reset)
{
    const HttpConnectionUser *user = g_steal_pointer(&connection->user);
    if (connection->state == HTTP_CONNECTION_CLOSING)
        return;
    set_state(connection, HTTP_CONNECTION_CLOSING);
    uv_close((uv_handle_t *)&connection->timer, on_handle_closed);
    if (!reset || uv_tcp_close_reset(&connection->socket, on_handle_closed) != 0)
        uv_close((uv_handle_t *)&connection->socket, on_handle_closed);
    if (user != NULL)
        user->on_close(connection->user_data);
}

void http_connection_close(HttpConnection *connection)
{
    close_socket(connection, FALSE);
}

static void close_because(HttpConnection *connection, const char *reason)
{
    log_closing(connection, reason);
    http_connection_close(connection);
}

void http_connection_abort(HttpConnection *connection, gboolean reset)
{
    connection->user = NULL;
    close_socket(connection, reset);
}

void http_connection_drain(HttpConnection *connection)
{
    connection->last = TRUE;
    if (connection->state == HTTP_CONNECTION_IDLE)
        http_connection_close(connection);
}

/* ---- writing ----------------------------------------------------------------------------- */

static void go_on(HttpConnection *connection);
static void resume_reading(HttpConnection *connection);

static void on_shutdown(uv_shutdown_t *request G_GNUC_UNUSED, int status G_GNUC_UNUSED)
{
}

static void hang_up(HttpConnection *connection)
{
    set_state(connection, HTTP_CONNECTION_LINGERING);
    http_input_drop(&connection->input);
    if (connection->peer_ended ||
        uv_shutdown(&connection->shutdown, stream_of(connection), on_shutdown) != 0) {
        http_connection_close(connection);
        return;
    }
    resume_reading(connection);
}

static void flushed(HttpConnection *connection)
{
    if (connection->last) {
        hang_up(connection);
        return;
    }
    set_state(connection, HTTP_CONNECTION_IDLE);
    go_on(connection);
}

static void on_written(uv_write_t *request, int status)
{
    HttpConnection *connection = request->data;
    http_piece_free((HttpPiece *)request);
    connection->writes--;
    if (connection->state == HTTP_CONNECTION_CLOSING)
        return;
    if (status != 0) {
        close_because(connection, uv_strerror(status));
        return;
    }
    if (connection->writes > 0)
        return;
    if (connection->state == HTTP_CONNECTION_FLUSHING)
        flushed(connection);
    else if (connection->user != NULL)
        connection->user->on_drain(connection->user_data);
}

void http_connection_send(HttpConnection *connection, HttpPiece *piece)
{
    if (connection->state == HTTP_CONNECTION_CLOSING || connection->broken ||
        piece->n_buffers == 0) {
        http_piece_free(piece);
        return;
    }
    piece->request.data = connection;
    int status = uv_write(&piece->request, stream_of(connection), piece->buffers, piece->n_buffers,
                          on_written);
    if (status == 0) {
        connection->writes++;
        return;
    }
    log_closing(connection, uv_strerror(status));
    http_piece_free(piece);
    connection->broken = TRUE;
    uv_timer_start(&connection->timer, on_timer, 0, 0);
}

gsize http_connection_get_queued(const HttpConnection *connection)
{
    return uv_stream_get_write_queue_size((const uv_stream_t *)&connection->socket);
}

void http_connection_finish(HttpConnection *connection, gboolean keep_alive)
{
    connection->user = NULL;
    if (connection->state == HTTP_CONNECTION_CLOSING)
        return;
    if (!keep_alive)
        connection->last = TRUE;
    connection->queued_before = http_connection_get_queued(connection);
    set_state(connection, HTTP_CONNECTION_FLUSHING);
    /* Not at once: the next request's handler must not run inside this one's. */
    if (connection->writes == 0 || connection->broken)
        uv_timer_start(&connection->timer, on_timer, 0, 0);
}

/* ---- what the server itself has to say ----------------------------------------------------- */

void http_connection_refuse(HttpConnection *connection, const HttpFault *fault)
{
    ytops_log_debug("http", "request refused", "peer", connection->peer, "status",
                    YTOPS_LOG_INT(fault->status), "reason", fault->message, NULL);
    http_connection_send(connection, http_piece_new_refusal(fault));
    http_connection_finish(connection, FALSE);
}

static void refuse_slow(HttpConnection *connection)
{
    g_auto(HttpFault) fault = {0};
    http_fault_set(&fault, 408, YTOPS_ERROR_INVALID_ARGUMENT, NULL,
                   "the request was not complete after %u ms; send it faster, or anew",
                   connection->owner->request_timeout_ms);
    http_connection_refuse(connection, &fault);
}

static void check_flushing(HttpConnection *connection)
{
    gsize queued = http_connection_get_queued(connection);
    if (connection->writes == 0) {
        flushed(connection);
        return;
    }
    if (queued == connection->queued_before) {
        close_because(connection, "the reply is not taken");
        return;
    }
    connection->queued_before = queued;
    arm_timer(connection);
}

static void on_timer(uv_timer_t *timer)
{
    HttpConnection *connection = timer->data;
    if (connection->broken) {
        http_connection_close(connection);
        return;
    }
    switch (connection->state) {
    case HTTP_CONNECTION_IDLE:
    case HTTP_CONNECTION_LINGERING:
        close_because(connection, "nothing came for as long as may be");
        return;
    case HTTP_CONNECTION_READING:
        refuse_slow(connection);
        return;
    case HTTP_CONNECTION_FLUSHING:
        check_flushing(connection);
        return;
    case HTTP_CONNECTION_ANSWERING:
    case HTTP_CONNECTION_CLOSING:
        return;
    }
}

/* ---- reading ----------------------------------------------------------------------------- */

static gboolean expects_request(const HttpConnection *connection)
{
    return connection->state == HTTP_CONNECTION_IDLE ||
           connection->state == HTTP_CONNECTION_READING;
}

/* Parses what is there; in ANSWERING, FLUSHING or CLOSING where that made a request. */
static void parse_input(HttpConnection *connection)
{
    if (connection->state == HTTP_CONNECTION_IDLE) {
        if (!http_input_skip_line_ends(&connection->input))
            return;
        set_state(connection, HTTP_CONNECTION_READING);
    }
    HttpParser *parser = connection->input.parser;
    HttpParseStatus status = http_input_parse(&connection->input);
    if (status == HTTP_PARSE_BAD) {
        http_connection_refuse(connection, http_parser_get_fault(parser));
    } else if (status == HTTP_PARSE_DONE) {
        set_state(connection, HTTP_CONNECTION_ANSWERING);
        connection->owner->on_request(connection->owner->data, connection,
                                      http_parser_take(parser));
    } else if (http_parser_wants_continue(parser)) {
        HttpPiece *piece = http_piece_new();
        http_piece_add_continue(piece);
        http_connection_send(connection, piece);
    }
}

/* A client may end its side once it has asked. */
static void note_end(HttpConnection *connection)
{
    if (expects_request(connection))
        close_because(connection, "the client hung up");
    else if (connection->user != NULL)
        connection->user->on_end(connection->user_data);
}

/* As far as it goes without waiting: the request that is there, then more from the socket. */
static void go_on(HttpConnection *connection)
{
    if (http_input_count_unread(&connection->input) > 0)
        parse_input(connection);
    http_input_compact(&connection->input);
    if (connection->peer_ended)
        note_end(connection);
    else
        resume_reading(connection);
}

static void on_alloc(uv_handle_t *handle, size_t suggested G_GNUC_UNUSED, uv_buf_t *buffer)
{
    HttpConnection *connection = handle->data;
    *buffer = connection->owner->read_buffer;
}

static void on_end(HttpConnection *connection, int status)
{
    connection->peer_ended = TRUE;
    uv_read_stop(stream_of(connection));
    if (status != UV_EOF || connection->state == HTTP_CONNECTION_LINGERING)
        close_because(connection, uv_strerror(status));
    else
        note_end(connection);
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    HttpConnection *connection = stream->data;
    if (connection->state == HTTP_CONNECTION_CLOSING || length == 0)
        return;
    if (length < 0) {
        on_end(connection, (int)length);
        return;
    }
    if (connection->state == HTTP_CONNECTION_LINGERING)
        return;
    g_byte_array_append(connection->input.bytes, (const guint8 *)buffer->base, (guint)length);
    if (expects_request(connection))
        go_on(connection);
    else if (http_input_count_unread(&connection->input) >= READ_AHEAD_BYTES)
        uv_read_stop(stream);
}

static void resume_reading(HttpConnection *connection)
{
    if (connection->peer_ended || connection->state == HTTP_CONNECTION_CLOSING ||
        http_input_count_unread(&connection->input) >= READ_AHEAD_BYTES)
        return;
    int status = uv_read_start(stream_of(connection), on_alloc, on_read);
    if (status != 0 && status != UV_EALREADY)
        close_because(connection, uv_strerror(status));
}

/* ---- for the owner ----------------------------------------------------------------------- */

HttpConnection *http_connection_accept(uv_stream_t *listener, const HttpConnectionOwner *owner)
{
    HttpConnection *connection = g_new0(HttpConnection, 1);
    connection->owner = owner;
    http_input_init(&connection->input, &owner->limits);
    connection->open_handles = 2;
    uv_tcp_init(listener->loop, &connection->socket);
    uv_timer_init(listener->loop, &connection->timer);
    connection->socket.data = connection;
    connection->timer.data = connection;
    int status = uv_accept(listener, stream_of(connection));
    if (status != 0) {
        ytops_log_warning("http", "connection lost before it was accepted", "reason",
                          uv_strerror(status), NULL);
        http_connection_close(connection);
        return NULL;
    }
    connection->peer = http_listener_name_peer(&connection->socket);
    uv_tcp_nodelay(&connection->socket, 1);
    uv_tcp_keepalive(&connection->socket, 1, TCP_KEEPALIVE_S);
    return connection;
}

void http_connection_start(HttpConnection *connection)
{
    arm_timer(connection);
    resume_reading(connection);
}

const char *http_connection_get_peer(const HttpConnection *connection)
{
    return connection->peer;
}

gboolean http_connection_is_last(const HttpConnection *connection)
{
    return connection->last;
}

void http_connection_set_user(HttpConnection *connection, const HttpConnectionUser *user,
                              gpointer data)
{
    connection->user = user;
    connection->user_data = data;
}
