#include "origin.h"

#include <string.h>

#define PACKET 188

struct Origin {
    uv_tcp_t listener;
    guint16 port;
    guint64 *packet_number;
    OriginPlan plan;
    gpointer data;
    GPtrArray *connections;
    guint n_requests;
    guint n_handles;
};

typedef struct {
    uv_tcp_t tcp;
    uv_timer_t timer;
    guint n_open;
    Origin *origin;
    GString *request;
    OriginAnswer answer;
    gsize sent; /* packets */
    gboolean is_closing;
    char buffer[16384];
} Connection;

typedef struct {
    uv_write_t request;
    Connection *connection;
    GBytes *bytes;
    gboolean is_last;
} Write;

static void origin_unhold(Origin *origin)
{
    if (--origin->n_handles > 0)
        return;
    g_ptr_array_unref(origin->connections);
    g_free(origin);
}

static void clear_answer(Connection *connection)
{
    g_free(connection->answer.head);
    g_clear_pointer(&connection->answer.body, g_bytes_unref);
    connection->answer = (OriginAnswer){0};
    connection->sent = 0;
}

static void connection_closed(uv_handle_t *handle)
{
    Connection *connection = handle->data;

    if (--connection->n_open > 0)
        return;
    clear_answer(connection);
    g_string_free(connection->request, TRUE);
    origin_unhold(connection->origin);
    g_free(connection);
}

static void connection_close(Connection *connection, gboolean is_reset)
{
    if (connection->is_closing)
        return;
    connection->is_closing = TRUE;
    g_ptr_array_remove(connection->origin->connections, connection);
    uv_close((uv_handle_t *)&connection->timer, connection_closed);
    if (!is_reset || uv_tcp_close_reset(&connection->tcp, connection_closed) != 0)
        uv_close((uv_handle_t *)&connection->tcp, connection_closed);
}

static void body_sent(Connection *connection)
{
    OriginEnd end = connection->answer.end;

    uv_timer_stop(&connection->timer);
    if (end == ORIGIN_RESET || end == ORIGIN_CLOSE)
        connection_close(connection, end == ORIGIN_RESET);
    else if (end == ORIGIN_KEEP)
        clear_answer(connection);
}

static void written(uv_write_t *request, int status)
{
    Write *write = (Write *)request;

    if (write->is_last && status == 0 && !write->connection->is_closing)
        body_sent(write->connection);
    g_bytes_unref(write->bytes);
    g_free(write);
}

static void send_bytes(Connection *connection, GBytes *bytes, gboolean is_last)
{
    Write *write = g_new0(Write, 1);
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    uv_buf_t buf = uv_buf_init((char *)data, (guint)size);

    write->connection = connection;
    write->bytes = g_bytes_ref(bytes);
    write->is_last = is_last;
    if (uv_write(&write->request, (uv_stream_t *)&connection->tcp, &buf, 1, written) != 0) {
        g_bytes_unref(write->bytes);
        g_free(write);
    }
}

static void put_packet(GByteArray *out, guint64 number)
{
    guint8 packet[PACKET];

    memset(packet, 0xff, sizeof packet);
    packet[0] = 0x47;
    packet[1] = 0x01;
    /* At both ends: a packet that was put together of two is seen. */
    for (guint i = 0; i < 8; i++, number >>= 6)
        packet[4 + i] = packet[PACKET - 9 + i] = (guint8)(number & 0x3f);
    g_byte_array_append(out, packet, PACKET);
}

guint64 origin_packet_number(const guint8 *packet)
{
    guint64 number = 0;

    if (packet[0] != 0x47 || packet[1] != 0x01 || packet[PACKET - 1] != 0xff ||
        memcmp(packet + 4, packet + PACKET - 9, 8) != 0)
        return G_MAXUINT64;
    for (guint i = 8; i-- > 0;)
        number = number << 6 | packet[4 + i];
    return number;
}

static void live_tick(uv_timer_t *timer)
{
    Connection *connection = timer->data;
    OriginAnswer *answer = &connection->answer;
    GByteArray *out = g_byte_array_new();
    g_autoptr(GBytes) bytes = NULL;
    gboolean is_last;

    for (guint i = 0; i < 7 && connection->sent < answer->stop_after; i++, connection->sent++)
        put_packet(out, (*connection->origin->packet_number)++);
    is_last = connection->sent >= answer->stop_after;
    /* Half a packet, whose rest never comes. */
    if (is_last) {
        put_packet(out, (*connection->origin->packet_number)++);
        g_byte_array_set_size(out, out->len - 88);
    }
    bytes = g_byte_array_free_to_bytes(out);
    if (is_last)
        uv_timer_stop(timer);
    send_bytes(connection, bytes, is_last);
}

static void send_answer(Connection *connection)
{
    OriginAnswer *answer = &connection->answer;
    g_autofree char *head = NULL;
    g_autoptr(GBytes) head_bytes = NULL;
    gsize size;

    if (answer->status == 0) {
        body_sent(connection);
        return;
    }
    head = g_strdup_printf("HTTP/1.1 %u Scripted\r\n%s\r\n", answer->status,
                           answer->head != NULL ? answer->head : "");
    head_bytes = g_bytes_new(head, strlen(head));
    send_bytes(connection, head_bytes, FALSE);
    if (answer->body == NULL && answer->stop_after > 0) {
        uv_timer_start(&connection->timer, live_tick, 1, 2);
        return;
    }
    size = answer->body != NULL ? g_bytes_get_size(answer->body) : 0;
    if (size > 0) {
        g_autoptr(GBytes) part =
            g_bytes_new_from_bytes(answer->body, 0, MIN(size, answer->stop_after));

        send_bytes(connection, part, TRUE);
        return;
    }
    body_sent(connection);
}

static char *find_header(const char *request, const char *name)
{
    g_auto(GStrv) lines = g_strsplit(request, "\r\n", -1);
    gsize length = strlen(name);

    for (guint i = 1; lines[i] != NULL; i++) {
        if (g_ascii_strncasecmp(lines[i], name, length) == 0 && lines[i][length] == ':')
            return g_strdup(g_strstrip(lines[i] + length + 1));
    }
    return NULL;
}

static void take_request(Connection *connection)
{
    g_auto(GStrv) words = g_strsplit(connection->request->str, " ", 3);
    g_autofree char *range = find_header(connection->request->str, "Range");
    g_autofree char *if_range = find_header(connection->request->str, "If-Range");
    OriginRequest request = {
        .number = connection->origin->n_requests++,
        .method = words[0],
        .path = words[1],
        .range = range,
        .if_range = if_range,
    };

    g_string_truncate(connection->request, 0);
    clear_answer(connection);
    connection->answer.stop_after = G_MAXSIZE;
    connection->origin->plan(&request, &connection->answer, connection->origin->data);
    send_answer(connection);
}

static void give_buffer(uv_handle_t *handle, size_t size G_GNUC_UNUSED, uv_buf_t *buf)
{
    Connection *connection = handle->data;

    *buf = uv_buf_init(connection->buffer, sizeof connection->buffer);
}

static void was_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    Connection *connection = stream->data;

    if (size < 0) {
        connection_close(connection, FALSE);
        return;
    }
    g_string_append_len(connection->request, buf->base, size);
    if (strstr(connection->request->str, "\r\n\r\n") != NULL)
        take_request(connection);
}

static void came(uv_stream_t *listener, int status)
{
    Origin *origin = listener->data;
    Connection *connection = g_new0(Connection, 1);

    g_assert_cmpint(status, ==, 0);
    connection->origin = origin;
    connection->request = g_string_new(NULL);
    connection->n_open = 2;
    origin->n_handles++;
    uv_tcp_init(listener->loop, &connection->tcp);
    uv_timer_init(listener->loop, &connection->timer);
    connection->tcp.data = connection->timer.data = connection;
    g_ptr_array_add(origin->connections, connection);
    g_assert_cmpint(uv_accept(listener, (uv_stream_t *)&connection->tcp), ==, 0);
    uv_read_start((uv_stream_t *)&connection->tcp, give_buffer, was_read);
}

Origin *origin_new(uv_loop_t *loop, guint64 *packet_number, OriginPlan plan, gpointer data)
{
    Origin *origin = g_new0(Origin, 1);
    struct sockaddr_in address;
    int length = sizeof address;

    origin->packet_number = packet_number;
    origin->plan = plan;
    origin->data = data;
    origin->connections = g_ptr_array_new();
    origin->n_handles = 1;
    uv_tcp_init(loop, &origin->listener);
    origin->listener.data = origin;
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_bind(&origin->listener, (struct sockaddr *)&address, 0);
    g_assert_cmpint(uv_listen((uv_stream_t *)&origin->listener, 128, came), ==, 0);
    uv_tcp_getsockname(&origin->listener, (struct sockaddr *)&address, &length);
    origin->port = g_ntohs(address.sin_port);
    return origin;
}

static void listener_closed(uv_handle_t *handle)
{
    origin_unhold(handle->data);
}

void origin_close(Origin *origin)
{
    while (origin->connections->len > 0)
        connection_close(origin->connections->pdata[0], FALSE);
    uv_close((uv_handle_t *)&origin->listener, listener_closed);
}

char *origin_url(const Origin *origin, const char *path)
{
    return g_strdup_printf("http://127.0.0.1:%u%s", origin->port, path);
}

guint origin_count_requests(const Origin *origin)
{
    return origin->n_requests;
}

guint origin_count_open(const Origin *origin)
{
    return origin->connections->len;
}
