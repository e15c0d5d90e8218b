#include "connection.h"

#include <netdb.h>
#include <string.h>

#include "frame.h"
#include "wire_reply.h"
#include "ytops/log.h"

#define LINGER_MS 2000
#define KEEPALIVE_S 60

struct Connection {
    uv_tcp_t socket;
    uv_write_t write;
    uv_shutdown_t shutdown;
    guint64 id;
    char peer[RPC_PEER_SIZE];
    const ConnectionOwner *owner;
    ConnectionState state;
    guint64 since; /* loop time of the last change of state */
    FrameReader frames;
    GByteArray *input;  /* NULL: empty */
    gsize consumed;     /* bytes of it that are done with */
    GByteArray *output; /* the reply that is being written */
    gboolean reading;
    gboolean peer_ended; /* nothing more will come */
    gboolean last_reply; /* close once it is written */
};

static const gboolean legal_moves[5][5] = {
    [CONNECTION_READING] =
        {[CONNECTION_CALLING] = TRUE, [CONNECTION_WRITING] = TRUE, [CONNECTION_CLOSING] = TRUE},
    [CONNECTION_CALLING] =
        {[CONNECTION_READING] = TRUE, [CONNECTION_WRITING] = TRUE, [CONNECTION_CLOSING] = TRUE},
    [CONNECTION_WRITING] =
        {[CONNECTION_READING] = TRUE, [CONNECTION_LINGERING] = TRUE, [CONNECTION_CLOSING] = TRUE},
    [CONNECTION_LINGERING] = {[CONNECTION_CLOSING] = TRUE},
};

static guint64 now_of(const Connection *connection)
{
    return uv_now(connection->socket.loop);
}

static void set_state(Connection *connection, ConnectionState to)
{
    ConnectionState from = connection->state;
    g_assert(legal_moves[from][to]);
    connection->state = to;
    connection->since = now_of(connection);
    connection->owner->on_state(connection->owner->data, connection, from, to);
}

/* For the log and the audit; asked at once, since it cannot be any more when the peer is gone. */
static void describe_peer(Connection *connection)
{
    struct sockaddr_storage address;
    int length = sizeof address;
    char host[NI_MAXHOST] = "?";
    char port[NI_MAXSERV] = "?";
    if (uv_tcp_getpeername(&connection->socket, (struct sockaddr *)&address, &length) == 0)
        getnameinfo((struct sockaddr *)&address, (socklen_t)length, host, sizeof host, port,
                    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    g_snprintf(connection->peer, sizeof connection->peer,
               strchr(host, ':') != NULL ? "[%.70s]:%s" : "%.70s:%s", host, port);
}

static void log_closing(Connection *connection, YtopsLogLevel level, const char *reason)
{
    ytops_log(level, "rpc", "connection closed", "peer", connection->peer, "reason", reason, NULL);
}

/* ---- the end ----------------------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
    Connection *connection = handle->data;
    if (connection->input != NULL)
        g_byte_array_unref(connection->input);
    if (connection->output != NULL)
        g_byte_array_unref(connection->output);
    g_free(connection);
}

void connection_close(Connection *connection)
{
    if (connection->state == CONNECTION_CLOSING)
        return;
    set_state(connection, CONNECTION_CLOSING);
    uv_close((uv_handle_t *)&connection->socket, on_closed);
}

void connection_check_idle(Connection *connection, guint64 idle_ms)
{
    guint64 waited = now_of(connection) - connection->since;
    switch (connection->state) {
    case CONNECTION_READING:
    case CONNECTION_WRITING:
        if (waited < idle_ms)
            return;
        log_closing(connection, YTOPS_LOG_INFO,
                    connection->state == CONNECTION_READING ? "no call for the idle timeout"
                                                            : "the reply was not taken");
        connection_close(connection);
        return;
    case CONNECTION_LINGERING:
        if (waited >= LINGER_MS)
            connection_close(connection);
        return;
    case CONNECTION_CALLING:
    case CONNECTION_CLOSING:
        return;
    }
}

/* ---- writing ----------------------------------------------------------------------------- */

static void go_on(Connection *connection);
static void resume_reading(Connection *connection);

static void on_shutdown(uv_shutdown_t *request G_GNUC_UNUSED, int status G_GNUC_UNUSED)
{
}

/* The reply is out: read the next call or, after the last one, wait for the peer to hang up. */
static void written(Connection *connection)
{
    g_clear_pointer(&connection->output, g_byte_array_unref);
    if (!connection->last_reply) {
        set_state(connection, CONNECTION_READING);
        return;
    }
    set_state(connection, CONNECTION_LINGERING);
    if (connection->peer_ended ||
        uv_shutdown(&connection->shutdown, (uv_stream_t *)&connection->socket, on_shutdown) != 0) {
        connection_close(connection);
        return;
    }
    resume_reading(connection);
}

static void on_written(uv_write_t *request, int status)
{
    Connection *connection = request->data;
    if (connection->state == CONNECTION_CLOSING)
        return;
    if (status != 0) {
        log_closing(connection, YTOPS_LOG_DEBUG, uv_strerror(status));
        connection_close(connection);
        return;
    }
    written(connection);
    go_on(connection);
}

/* Ends in READING, LINGERING or CLOSING, or in WRITING where the socket does not take it all. */
static void write_reply(Connection *connection, GByteArray *bytes)
{
    uv_stream_t *stream = (uv_stream_t *)&connection->socket;
    set_state(connection, CONNECTION_WRITING);
    connection->output = bytes;
    uv_buf_t buffer = uv_buf_init((char *)bytes->data, bytes->len);
    int sent = uv_try_write(stream, &buffer, 1);
    if (sent == (int)bytes->len) {
        written(connection);
        return;
    }
    if (sent > 0) {
        buffer.base += sent;
        buffer.len -= (size_t)sent;
    }
    connection->write.data = connection;
    int status = sent < 0 && sent != UV_EAGAIN
                     ? sent
                     : uv_write(&connection->write, stream, &buffer, 1, on_written);
    if (status != 0) {
        log_closing(connection, YTOPS_LOG_DEBUG, uv_strerror(status));
        connection_close(connection);
    }
}

/* ---- reading ----------------------------------------------------------------------------- */

static gsize unread(const Connection *connection)
{
    return connection->input != NULL ? connection->input->len - connection->consumed : 0;
}

/* The message as a call. The input goes with it where it holds nothing else. */
static RpcCall *take_call(Connection *connection, const Frame *frame)
{
    RpcCall *call = g_new0(RpcCall, 1);
    call->connection_id = connection->id;
    g_strlcpy(call->peer, connection->peer, sizeof call->peer);
    call->arrived_us = g_get_monotonic_time();
    call->encoding = connection->frames.encoding;
    call->framed = connection->frames.framed;
    call->length = frame->length;
    if (unread(connection) == frame->consumed) {
        call->bytes = g_steal_pointer(&connection->input);
        call->offset = connection->consumed + frame->offset;
        connection->consumed = 0;
        return call;
    }
    const guint8 *message = connection->input->data + connection->consumed + frame->offset;
    call->bytes = g_byte_array_sized_new((guint)frame->length);
    g_byte_array_append(call->bytes, message, (guint)frame->length);
    connection->consumed += frame->consumed;
    return call;
}

/* No message can be found any more: say so where the client can understand it, and hang up. */
static void refuse_stream(Connection *connection, const GError *error)
{
    const FrameReader *frames = &connection->frames;
    ytops_log_warning("rpc", "connection refused", "peer", connection->peer, "reason",
                      error->message, NULL);
    if (!frames->recognised) {
        connection_close(connection);
        return;
    }
    ReplyForm form = {.framed = frames->framed};
    if (!frames->framed && frames->scan.header_length > 0) {
        form.header = frames->scan.header;
    } else {
        form.header = (MessageHeader){.encoding = frames->encoding, .strict = TRUE};
    }
    connection->last_reply = TRUE;
    write_reply(connection,
                wire_reply_exception(&form, THRIFT_APPLICATION_EXCEPTION_ERROR_PROTOCOL_ERROR,
                                     error->message));
}

/* Hands over the next message; FALSE where none is complete. */
static gboolean start_call(Connection *connection)
{
    g_autoptr(GError) error = NULL;
    Frame frame;
    const guint8 *bytes =
        connection->input != NULL ? connection->input->data + connection->consumed : NULL;
    WireStatus status =
        frame_reader_next(&connection->frames, bytes, unread(connection), &frame, &error);
    if (status == WIRE_MORE)
        return FALSE;
    if (status == WIRE_BAD) {
        refuse_stream(connection, error);
        return TRUE;
    }
    RpcCall *call = take_call(connection, &frame);
    GByteArray *reply = NULL;
    set_state(connection, CONNECTION_CALLING);
    if (!connection->owner->on_call(connection->owner->data, call, &reply))
        return TRUE;
    if (reply != NULL)
        write_reply(connection, reply);
    else
        set_state(connection, CONNECTION_READING);
    return TRUE;
}

/* Drops what is consumed, so that an idle connection holds no buffer. */
static void compact_input(Connection *connection)
{
    if (connection->input == NULL || connection->consumed == 0)
        return;
    if (unread(connection) == 0)
        g_clear_pointer(&connection->input, g_byte_array_unref);
    else
        g_byte_array_remove_range(connection->input, 0, (guint)connection->consumed);
    connection->consumed = 0;
}

/* As far as it goes without waiting: the messages that are there, then more from the socket. */
static void go_on(Connection *connection)
{
    while (connection->state == CONNECTION_READING && unread(connection) > 0 &&
           start_call(connection))
        ;
    if (connection->state != CONNECTION_READING)
        return;
    compact_input(connection);
    if (!connection->peer_ended) {
        resume_reading(connection);
        return;
    }
    log_closing(connection, YTOPS_LOG_DEBUG,
                unread(connection) > 0 ? "the client hung up inside a message"
                                       : "the client hung up");
    connection_close(connection);
}

static void on_alloc(uv_handle_t *handle, size_t suggested G_GNUC_UNUSED, uv_buf_t *buffer)
{
    Connection *connection = handle->data;
    *buffer = connection->owner->read_buffer;
}

static void on_end(Connection *connection, int status)
{
    connection->peer_ended = TRUE;
    uv_read_stop((uv_stream_t *)&connection->socket);
    connection->reading = FALSE;
    if (status != UV_EOF || connection->state == CONNECTION_LINGERING) {
        log_closing(connection, YTOPS_LOG_DEBUG, uv_strerror(status));
        connection_close(connection);
        return;
    }
    /* A client may send its calls, end its side, and wait for the replies. */
    go_on(connection);
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    Connection *connection = stream->data;
    if (connection->state == CONNECTION_CLOSING || length == 0)
        return;
    if (length < 0) {
        on_end(connection, (int)length);
        return;
    }
    if (connection->state == CONNECTION_LINGERING)
        return;
    if (connection->input == NULL)
        connection->input = g_byte_array_new();
    g_byte_array_append(connection->input, (const guint8 *)buffer->base, (guint)length);
    if (connection->state == CONNECTION_READING) {
        go_on(connection);
        return;
    }
    uv_read_stop(stream);
    connection->reading = FALSE;
}

static void resume_reading(Connection *connection)
{
    if (connection->reading)
        return;
    connection->reading = TRUE;
    if (uv_read_start((uv_stream_t *)&connection->socket, on_alloc, on_read) != 0)
        connection_close(connection);
}

/* ---- for the owner ----------------------------------------------------------------------- */

Connection *connection_accept(uv_stream_t *listener, guint64 id, const ConnectionOwner *owner)
{
    Connection *connection = g_new0(Connection, 1);
    connection->id = id;
    connection->owner = owner;
    connection->state = CONNECTION_READING;
    frame_reader_init(&connection->frames, owner->frame_limit);
    uv_tcp_init(listener->loop, &connection->socket);
    connection->socket.data = connection;
    int status = uv_accept(listener, (uv_stream_t *)&connection->socket);
    if (status != 0) {
        ytops_log_warning("rpc", "connection lost before it was accepted", "reason",
                          uv_strerror(status), NULL);
        uv_close((uv_handle_t *)&connection->socket, on_closed);
        return NULL;
    }
    uv_tcp_nodelay(&connection->socket, 1);
    uv_tcp_keepalive(&connection->socket, 1, KEEPALIVE_S);
    connection->since = now_of(connection);
    describe_peer(connection);
    return connection;
}

void connection_start(Connection *connection)
{
    resume_reading(connection);
}

guint64 connection_get_id(const Connection *connection)
{
    return connection->id;
}

void connection_reply(Connection *connection, GByteArray *bytes)
{
    if (connection->state != CONNECTION_CALLING) {
        if (bytes != NULL)
            g_byte_array_unref(bytes);
        return;
    }
    if (bytes != NULL)
        write_reply(connection, bytes);
    else
        set_state(connection, CONNECTION_READING);
    go_on(connection);
}
