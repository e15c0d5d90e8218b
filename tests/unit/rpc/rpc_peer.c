#include "rpc_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rpc/message_scan.h"
#include "rpc/wire_protocol.h"

#define PATIENCE_MS 20000

const PeerForm peer_forms[N_PEER_FORMS] = {
    {"framed binary", WIRE_BINARY, TRUE, TRUE},
    {"framed old binary", WIRE_BINARY, FALSE, TRUE},
    {"framed compact", WIRE_COMPACT, TRUE, TRUE},
    {"unframed binary", WIRE_BINARY, TRUE, FALSE},
    {"unframed old binary", WIRE_BINARY, FALSE, FALSE},
    {"unframed compact", WIRE_COMPACT, TRUE, FALSE},
};

/* ---- messages ---------------------------------------------------------------------------- */

static void patch_length(GByteArray *bytes)
{
    guint32 length = bytes->len - 4;
    for (guint i = 0; i < 4; i++)
        bytes->data[i] = (guint8)(length >> (24 - 8 * i));
}

static GByteArray *encode(const PeerForm *form, const char *method, MessageType type,
                          gint32 sequence_id, ThriftStruct *arguments, const guint8 *body,
                          gsize length)
{
    SliceTransport *transport = slice_transport_new(form->framed ? 4 : 0);
    ThriftProtocol *protocol = wire_protocol_new(transport, form->encoding, form->strict);
    g_assert_cmpint(thrift_protocol_write_message_begin(protocol, method, (ThriftMessageType)type,
                                                        sequence_id, NULL),
                    >, 0);
    if (arguments != NULL)
        g_assert_cmpint(thrift_struct_write(arguments, protocol, NULL), >=, 0);
    GByteArray *bytes = slice_transport_steal_output(transport);
    g_object_unref(protocol);
    g_object_unref(transport);
    if (length > 0)
        g_byte_array_append(bytes, body, (guint)length);
    if (form->framed)
        patch_length(bytes);
    return bytes;
}

GByteArray *peer_message(const PeerForm *form, const char *method, MessageType type,
                         gint32 sequence_id, ThriftStruct *arguments)
{
    static const guint8 stop = 0;
    return encode(form, method, type, sequence_id, arguments, &stop, arguments == NULL ? 1 : 0);
}

GByteArray *peer_message_raw(const PeerForm *form, const char *method, MessageType type,
                             gint32 sequence_id, const guint8 *body, gsize length)
{
    return encode(form, method, type, sequence_id, NULL, body, length);
}

GByteArray *peer_bytes(const char *bytes, gsize length)
{
    return g_byte_array_append(g_byte_array_new(), (const guint8 *)bytes, (guint)length);
}

/* ---- bytes ------------------------------------------------------------------------------- */

int peer_connect(guint16 port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(fd, >=, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        g_error("connect: %s", g_strerror(errno));
    return fd;
}

static gboolean send_all(int fd, const guint8 *bytes, gsize length)
{
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent < 0)
            return FALSE;
        bytes += sent;
        length -= (gsize)sent;
    }
    return TRUE;
}

void peer_send(int fd, const guint8 *bytes, gsize length)
{
    g_assert_true(send_all(fd, bytes, length));
}

void peer_try_send(int fd, const guint8 *bytes, gsize length)
{
    send_all(fd, bytes, length);
}

static gboolean readable(int fd, gint64 ms)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    return poll(&poll_fd, 1, (int)ms) > 0;
}

gboolean peer_hears_nothing(int fd, gint64 ms)
{
    return !readable(fd, ms);
}

/* 0 at the end of the stream, a reset included. */
static gsize receive_some(int fd, guint8 *bytes, gsize length)
{
    if (!readable(fd, PATIENCE_MS))
        g_error("the server neither answered nor hung up");
    ssize_t received = recv(fd, bytes, length, 0);
    return received > 0 ? (gsize)received : 0;
}

void peer_expect_end(int fd)
{
    guint8 byte;
    g_assert_cmpuint(receive_some(fd, &byte, 1), ==, 0);
}

/* ---- replies ----------------------------------------------------------------------------- */

void peer_reply_free(PeerReply *reply)
{
    if (reply == NULL)
        return;
    g_free(reply->exception_message);
    g_free(reply->error_code);
    g_free(reply->error_message);
    g_free(reply);
}

/* Reads a struct whose field 1 is text; its field 2 is text too, or a number. */
static void read_exception(ThriftProtocol *in, char **text, char **second_text, gint32 *number)
{
    char *name = NULL;
    ThriftType type;
    gint16 id;
    g_assert_cmpint(thrift_protocol_read_struct_begin(in, &name, NULL), >=, 0);
    for (;;) {
        g_assert_cmpint(thrift_protocol_read_field_begin(in, &name, &type, &id, NULL), >, 0);
        if (type == T_STOP)
            break;
        if (id == 1 && type == T_STRING)
            g_assert_cmpint(thrift_protocol_read_string(in, text, NULL), >=, 0);
        else if (id == 2 && type == T_STRING)
            g_assert_cmpint(thrift_protocol_read_string(in, second_text, NULL), >=, 0);
        else if (id == 2 && type == T_I32)
            g_assert_cmpint(thrift_protocol_read_i32(in, number, NULL), >=, 0);
        else
            g_assert_cmpint(thrift_protocol_skip(in, type, NULL), >=, 0);
        g_assert_cmpint(thrift_protocol_read_field_end(in, NULL), >=, 0);
    }
    g_assert_cmpint(thrift_protocol_read_struct_end(in, NULL), >=, 0);
}

static void read_result(ThriftProtocol *in, PeerReply *reply)
{
    char *name = NULL;
    ThriftType type;
    gint16 id;
    gint32 ignored;
    g_assert_cmpint(thrift_protocol_read_struct_begin(in, &name, NULL), >=, 0);
    g_assert_cmpint(thrift_protocol_read_field_begin(in, &name, &type, &id, NULL), >, 0);
    if (type == T_STRUCT && id > 0)
        read_exception(in, &reply->error_message, &reply->error_code, &ignored);
}

static PeerReply *decode(const PeerForm *form, const MessageScan *scan, const guint8 *bytes)
{
    PeerReply *reply = g_new0(PeerReply, 1);
    reply->header = scan->header;
    reply->exception_type = -1;
    reply->length = scan->position;
    SliceTransport *transport = slice_transport_new(0);
    slice_transport_set_input(transport, bytes + scan->header_length,
                              scan->position - scan->header_length);
    ThriftProtocol *in = wire_protocol_new(transport, form->encoding, form->strict);
    if (reply->header.type == MESSAGE_EXCEPTION)
        read_exception(in, &reply->exception_message, &reply->error_code, &reply->exception_type);
    else
        read_result(in, reply);
    g_object_unref(in);
    g_object_unref(transport);
    return reply;
}

/* Reads until there are `length` bytes; FALSE where the stream ends before. */
static gboolean fill(int fd, GByteArray *bytes, gsize length)
{
    while (bytes->len < length) {
        guint before = bytes->len;
        g_byte_array_set_size(bytes, (guint)length);
        gsize received = receive_some(fd, bytes->data + before, length - before);
        g_byte_array_set_size(bytes, before + (guint)received);
        if (received == 0)
            return FALSE;
    }
    return TRUE;
}

PeerReply *peer_receive(int fd, const PeerForm *form)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autoptr(GError) error = NULL;
    gsize offset = form->framed ? 4 : 0;
    gsize limit = G_MAXINT32;
    if (form->framed) {
        if (!fill(fd, bytes, 4))
            return NULL;
        WireInput input = {bytes->data, bytes->len};
        guint32 length;
        g_assert_cmpint(wire_read_u32(&input, &length), ==, WIRE_DONE);
        limit = length;
        g_assert_true(fill(fd, bytes, 4 + (gsize)length));
    }
    MessageScan scan;
    WireStatus status;
    message_scan_init(&scan, form->encoding, limit);
    while ((status = message_scan_run(&scan, bytes->data + offset, bytes->len - offset, &error)) ==
           WIRE_MORE) {
        if (!fill(fd, bytes, bytes->len + 1)) {
            g_assert_cmpuint(bytes->len, ==, 0);
            return NULL;
        }
    }
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, WIRE_DONE);
    if (form->framed)
        g_assert_cmpuint(scan.position, ==, limit);
    return decode(form, &scan, bytes->data + offset);
}

void peer_expect_exception(int fd, const PeerForm *form, gint32 type)
{
    g_autoptr(PeerReply) reply = peer_receive(fd, form);
    g_assert_nonnull(reply);
    g_test_message("%s: %s", form->name, reply->exception_message);
    g_assert_cmpint(reply->header.type, ==, MESSAGE_EXCEPTION);
    g_assert_cmpint(reply->exception_type, ==, type);
    g_assert_cmpstr(reply->exception_message, !=, "");
}

void peer_expect_error(int fd, const PeerForm *form, const char *code)
{
    g_autoptr(PeerReply) reply = peer_receive(fd, form);
    g_assert_nonnull(reply);
    g_assert_cmpstr(reply->exception_message, ==, NULL);
    g_assert_cmpstr(reply->error_code, ==, code);
    g_test_message("%s: %s", form->name, reply->error_message);
}
