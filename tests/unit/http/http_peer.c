#include "http_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static int connect_with(guint16 port, int receive_bytes)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval patience = {.tv_sec = 20};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (receive_bytes > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    return fd;
}

int peer_connect(guint16 port)
{
    return connect_with(port, 0);
}

int peer_connect_narrow(guint16 port)
{
    return connect_with(port, 16384);
}

void peer_send_bytes(int fd, const char *bytes, gsize length)
{
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        g_assert_cmpint(sent, >, 0);
        bytes += sent;
        length -= (gsize)sent;
    }
}

void peer_send(int fd, const char *text)
{
    peer_send_bytes(fd, text, strlen(text));
}

/* FALSE at the end of the connection, in order or not. */
static gboolean receive(int fd, char *bytes, gsize length)
{
    while (length > 0) {
        ssize_t got = recv(fd, bytes, length, 0);
        if (got < 0)
            g_assert_cmpint(errno, ==, ECONNRESET);
        if (got <= 0)
            return FALSE;
        bytes += got;
        length -= (gsize)got;
    }
    return TRUE;
}

/* Up to and with `end`. */
static gboolean receive_until(int fd, GString *text, const char *end)
{
    char byte = 0;
    while (receive(fd, &byte, 1)) {
        g_string_append_c(text, byte);
        if (g_str_has_suffix(text->str, end))
            return TRUE;
    }
    return FALSE;
}

static gboolean receive_sized(int fd, GString *body, guint64 length)
{
    char bytes[65536];
    while (length > 0) {
        gsize size = (gsize)MIN(length, sizeof bytes);
        if (!receive(fd, bytes, size))
            return FALSE;
        g_string_append_len(body, bytes, (gssize)size);
        length -= size;
    }
    return TRUE;
}

static gboolean receive_chunked(int fd, GString *body)
{
    for (;;) {
        g_autoptr(GString) line = g_string_new(NULL);
        char end[2];
        if (!receive_until(fd, line, "\r\n"))
            return FALSE;
        guint64 length = g_ascii_strtoull(line->str, NULL, 16);
        if (!receive_sized(fd, body, length) || !receive(fd, end, 2))
            return FALSE;
        g_assert_cmpmem(end, 2, "\r\n", 2);
        if (length == 0)
            return TRUE;
    }
}

static gboolean receive_body(int fd, PeerReply *reply)
{
    static const char length_name[] = "\r\nContent-Length: ";
    const char *length = strstr(reply->head, length_name);
    char byte = 0;
    if (length != NULL)
        return receive_sized(fd, reply->body,
                             g_ascii_strtoull(length + strlen(length_name), NULL, 10));
    if (strstr(reply->head, "\r\nTransfer-Encoding: chunked\r\n") != NULL)
        return receive_chunked(fd, reply->body);
    while (receive(fd, &byte, 1))
        g_string_append_c(reply->body, byte);
    return errno != ECONNRESET;
}

PeerReply *peer_receive(int fd, gboolean is_head)
{
    g_autoptr(GString) head = g_string_new(NULL);
    gboolean whole = receive_until(fd, head, "\r\n\r\n");
    if (!whole && head->len == 0)
        return NULL;
    g_assert_true(g_str_has_prefix(head->str, "HTTP/1.1 "));
    PeerReply *reply = g_new0(PeerReply, 1);
    reply->status = (guint)g_ascii_strtoull(head->str + strlen("HTTP/1.1 "), NULL, 10);
    reply->head = g_string_free(g_steal_pointer(&head), FALSE);
    reply->body = g_string_new(NULL);
    gboolean bodiless = is_head || reply->status < 200 || reply->status == 204;
    errno = 0;
    reply->complete = whole && (bodiless || receive_body(fd, reply));
    return reply;
}

void peer_reply_free(PeerReply *reply)
{
    g_free(reply->head);
    g_string_free(reply->body, TRUE);
    g_free(reply);
}

void peer_expect_end(int fd)
{
    char byte = 0;
    g_assert_false(receive(fd, &byte, 1));
}

PeerReply *peer_ask(int fd, const char *request_line, guint status)
{
    g_autofree char *request = g_strdup_printf("%s\r\nHost: h\r\n\r\n", request_line);
    peer_send(fd, request);
    PeerReply *reply = peer_receive(fd, g_str_has_prefix(request_line, "HEAD "));
    g_assert_nonnull(reply);
    g_assert_cmpuint(reply->status, ==, status);
    g_assert_true(reply->complete);
    return reply;
}
