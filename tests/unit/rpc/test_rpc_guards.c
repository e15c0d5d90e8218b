/*
 * What thrift c_glib would crash, hang or go wrong on, sent as those very bytes; after each, the
 * server serves the next call, on a new connection and, where the client can go on, on the same.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rpc_harness.h"
#include "ytops_management_types.h"

#define NESTING 100000

static void test_unknown_method(Harness *harness)
{
    static const char *const names[] = {"noSuchMethod",
                                        "TokenService:noSuchMethod",
                                        "NoSuchService:ping",
                                        "BaseService:banAccount",
                                        "",
                                        ":",
                                        "WorkService:getToken",
                                        "pushUrl",
                                        "TokenService:TokenService:ping",
                                        "Ping"};
    for (gsize i = 0; i < N_PEER_FORMS; i++) {
        const PeerForm *form = &peer_forms[i];
        int fd = peer_connect(harness->port);
        harness_check_ping(fd, form, 1);
        for (gsize k = 0; k < G_N_ELEMENTS(names); k++) {
            g_autoptr(GByteArray) message = peer_message(form, names[k], MESSAGE_CALL, 5, NULL);
            peer_send(fd, message->data, message->len);
            peer_expect_exception(fd, form, PEER_UNKNOWN_METHOD);
        }
        harness_check_ping(fd, form, 2);
        close(fd);
    }
}

static void test_multiplexed_names(Harness *harness)
{
    static const char *const names[] = {"BaseService:ping", "ManagementService:ping",
                                        "TokenService:ping", "TokenService:getServerInfo",
                                        "TokenService:getProxyStatus"};
    const PeerForm *form = &peer_forms[0];
    int fd = peer_connect(harness->port);
    for (gsize k = 0; k < G_N_ELEMENTS(names); k++) {
        g_autoptr(GByteArray) message = peer_message(form, names[k], MESSAGE_CALL, 5, NULL);
        peer_send(fd, message->data, message->len);
        g_autoptr(PeerReply) reply = peer_receive(fd, form);
        g_assert_cmpint(reply->header.type, ==, MESSAGE_REPLY);
        g_assert_cmpstr(reply->header.name, ==, strchr(names[k], ':') + 1);
    }
    close(fd);
}

/* Not known yet in what form to answer: the connection is closed. Known: an exception first. */
static void test_zero_length_frame(Harness *harness)
{
    int fd = peer_connect(harness->port);
    peer_send(fd, (const guint8 *)"\0\0\0\0", 4);
    peer_expect_end(fd);
    close(fd);
    for (gsize i = 0; i < N_PEER_FORMS; i++) {
        const PeerForm *form = &peer_forms[i];
        if (!form->framed)
            continue;
        fd = peer_connect(harness->port);
        harness_check_ping(fd, form, 1);
        peer_send(fd, (const guint8 *)"\0\0\0\0", 4);
        PeerForm strict = *form;
        strict.strict = TRUE;
        peer_expect_exception(fd, &strict, PEER_PROTOCOL_ERROR);
        peer_expect_end(fd);
        close(fd);
    }
}

static ThriftStruct *ban_arguments(void)
{
    return g_object_new(YTOPS_TYPE_MANAGEMENT_SERVICE_BAN_ACCOUNT_ARGS, "accountId", "a1", "reason",
                        "test", "durationS", (gint64)60, NULL);
}

/* A frame whose length is right and whose message is not whole, cut at every byte of a call. */
static void test_truncated_frame(Harness *harness)
{
    ThriftStruct *arguments = ban_arguments();
    for (gsize i = 0; i < N_PEER_FORMS; i++) {
        const PeerForm *form = &peer_forms[i];
        if (!form->framed)
            continue;
        g_autoptr(GByteArray) whole = peer_message(form, "banAccount", MESSAGE_CALL, 7, arguments);
        int fd = peer_connect(harness->port);
        harness_check_ping(fd, form, 1);
        for (guint length = 1; length < whole->len - 4; length++) {
            guint8 head[4] = {0, 0, (guint8)(length >> 8), (guint8)length};
            peer_send(fd, head, sizeof head);
            peer_send(fd, whole->data + 4, length);
            g_autoptr(PeerReply) reply =
                peer_receive(fd, &(PeerForm){form->name, form->encoding, TRUE, TRUE});
            g_assert_nonnull(reply);
            g_assert_cmpint(reply->exception_type, ==, PEER_PROTOCOL_ERROR);
        }
        harness_check_ping(fd, form, 2);
        close(fd);
    }
    g_object_unref(arguments);
}

/* A client that hangs up inside an unframed message, after every byte of a call. */
static void test_hang_up_inside_message(Harness *harness)
{
    ThriftStruct *arguments = ban_arguments();
    for (gsize i = 0; i < N_PEER_FORMS; i++) {
        const PeerForm *form = &peer_forms[i];
        g_autoptr(GByteArray) whole = peer_message(form, "banAccount", MESSAGE_CALL, 7, arguments);
        for (guint length = 0; length < whole->len; length++) {
            int fd = peer_connect(harness->port);
            peer_send(fd, whole->data, length);
            shutdown(fd, SHUT_WR);
            peer_expect_end(fd);
            close(fd);
        }
    }
    g_object_unref(arguments);
}

static void test_byte_by_byte(Harness *harness)
{
    ThriftStruct *arguments = ban_arguments();
    for (gsize i = 0; i < N_PEER_FORMS; i++) {
        const PeerForm *form = &peer_forms[i];
        g_autoptr(GByteArray) whole = peer_message(form, "banAccount", MESSAGE_CALL, 7, arguments);
        int fd = peer_connect(harness->port);
        for (guint k = 0; k < whole->len; k++) {
            peer_send(fd, whole->data + k, 1);
            g_usleep(100);
        }
        peer_expect_error(fd, form, NULL);
        harness_check_ping(fd, form, 8);
        close(fd);
    }
    g_object_unref(arguments);
}

/* A field 9 that nests 100,000 deep: `open` for each level. */
static GByteArray *nested(const char *field, gsize field_length, const char *open,
                          gsize open_length)
{
    GByteArray *body = peer_bytes(field, field_length);
    for (guint i = 0; i < NESTING; i++)
        g_byte_array_append(body, (const guint8 *)open, (guint)open_length);
    static const guint8 closing[2 * NESTING];
    return g_byte_array_append(body, closing, sizeof closing);
}

#define NESTED(field, open) nested((field), sizeof(field) - 1, (open), sizeof(open) - 1)

static GByteArray *nested_body(WireEncoding encoding, guint kind)
{
    if (encoding == WIRE_COMPACT) {
        switch (kind) {
        case 0:
            return NESTED("\x1c", "\x1c"); /* struct */
        case 1:
            return NESTED("\x19", "\x19"); /* list of one list */
        case 2:
            return NESTED("\x1b", "\x01\x3b\x07"); /* map of byte to map */
        default:
            return NESTED("\x1a", "\x1a"); /* set of one set */
        }
    }
    switch (kind) {
    case 0:
        return NESTED("\x0c\0\x09", "\x0c\0\x09");
    case 1:
        return NESTED("\x0f\0\x09", "\x0f\0\0\0\x01");
    case 2:
        return NESTED("\x0d\0\x09", "\x03\x0d\0\0\0\x01\x07");
    default:
        return NESTED("\x0e\0\x09", "\x0e\0\0\0\x01");
    }
}

static void test_deep_nesting(Harness *harness)
{
    for (gsize i = 0; i < N_PEER_FORMS; i++) {
        for (guint kind = 0; kind < 4; kind++) {
            const PeerForm *form = &peer_forms[i];
            g_autoptr(GByteArray) body = nested_body(form->encoding, kind);
            g_autoptr(GByteArray) message =
                peer_message_raw(form, "ping", MESSAGE_CALL, 3, body->data, body->len);
            int fd = peer_connect(harness->port);
            peer_try_send(fd, message->data, message->len);
            g_autoptr(PeerReply) reply = peer_receive(fd, form);
            g_assert_nonnull(reply);
            g_assert_cmpint(reply->exception_type, ==, PEER_PROTOCOL_ERROR);
            g_assert_nonnull(strstr(reply->exception_message, "nested"));
            if (form->framed)
                harness_check_ping(fd, form, 4);
            else
                peer_expect_end(fd);
            close(fd);
            harness_check_serves(harness, form);
        }
    }
}

static void test_oversize_frame(Harness *harness)
{
    static const char *const starts[] = {"\x7f\xff\xff\xff\x80\x01", "\xff\xff\xff\xff\x80\x01",
                                         "\x01\0\0\x01\x80\x01"};
    for (gsize i = 0; i < G_N_ELEMENTS(starts); i++) {
        int fd = peer_connect(harness->port);
        peer_send(fd, (const guint8 *)starts[i], 6);
        peer_expect_exception(fd, &peer_forms[0], PEER_PROTOCOL_ERROR);
        peer_expect_end(fd);
        close(fd);
    }
    int fd = peer_connect(harness->port);
    peer_send(fd, (const guint8 *)"\x7f\xff\xff\xff\x82\x21", 6);
    peer_expect_exception(fd, &peer_forms[2], PEER_PROTOCOL_ERROR);
    peer_expect_end(fd);
    close(fd);
    harness_check_serves(harness, &peer_forms[0]);
}

/* Megabytes follow what was refused: the exception is not lost to a reset of the connection. */
static void test_refusal_arrives(Harness *harness)
{
    g_autofree guint8 *rest = g_malloc0(4 << 20);
    int fd = peer_connect(harness->port);
    peer_send(fd, (const guint8 *)"\x7f\xff\xff\xff\x80\x01", 6);
    peer_send(fd, rest, 4 << 20);
    shutdown(fd, SHUT_WR);
    peer_expect_exception(fd, &peer_forms[0], PEER_PROTOCOL_ERROR);
    guint8 byte;
    g_assert_cmpint(recv(fd, &byte, 1, 0), ==, 0);
    close(fd);
}

static void test_bytes_after_the_message(Harness *harness)
{
    const PeerForm *form = &peer_forms[0];
    static const guint8 bodies[][3] = {{0, 0, 0}, {0, 1, 0}};
    int fd = peer_connect(harness->port);
    for (guint i = 0; i < G_N_ELEMENTS(bodies); i++) {
        for (gsize length = 3; length > i; length--) {
            g_autoptr(GByteArray) message =
                peer_message_raw(form, "ping", MESSAGE_CALL, 3, bodies[i], length);
            peer_send(fd, message->data, message->len);
            if (length == 3 || (length == 2 && bodies[i][1] != 0))
                peer_expect_exception(fd, form, PEER_PROTOCOL_ERROR);
            else
                peer_expect_error(fd, form, NULL); /* one stop more, as Envoy sends it, or none */
        }
    }
    harness_check_ping(fd, form, 4);
    close(fd);
}

static void test_replies_are_no_calls(Harness *harness)
{
    for (gsize i = 0; i < N_PEER_FORMS; i++) {
        const PeerForm *form = &peer_forms[i];
        int fd = peer_connect(harness->port);
        for (guint type = MESSAGE_REPLY; type <= MESSAGE_EXCEPTION; type++) {
            g_autoptr(GByteArray) message = peer_message(form, "ping", (MessageType)type, 3, NULL);
            peer_send(fd, message->data, message->len);
            peer_expect_exception(fd, form, PEER_INVALID_MESSAGE_TYPE);
        }
        harness_check_ping(fd, form, 4);
        close(fd);
    }
}

/* Nothing is answered, and nothing of it is in the way of the next reply. */
static void test_failing_oneway(Harness *harness)
{
    static const char *const names[] = {"banAccount", "noSuchMethod", "getToken", "ping"};
    for (gsize i = 0; i < N_PEER_FORMS; i++) {
        int fd = peer_connect(harness->port);
        for (gsize k = 0; k < G_N_ELEMENTS(names); k++) {
            g_autoptr(GByteArray) message =
                peer_message(&peer_forms[i], names[k], MESSAGE_ONEWAY, 3, NULL);
            peer_send(fd, message->data, message->len);
            harness_check_ping(fd, &peer_forms[i], 4);
        }
        g_assert_true(peer_hears_nothing(fd, 20));
        close(fd);
    }
}

static void test_strangers(Harness *harness)
{
    GByteArray *starts[] = {PEER_BYTES("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
                            PEER_BYTES("POST /x HTTP/1.1\r\n\r\n"),
                            PEER_BYTES("\x16\x03\x01\x02\x00\x01\x00\x01"),
                            PEER_BYTES("SSH-2.0-OpenSSH_9.2\r\n"),
                            PEER_BYTES("\xde\xad\xbe\xef\xde\xad\xbe\xef"),
                            PEER_BYTES("\x01\x01\x01\x01\x01"),
                            PEER_BYTES("\0\0\1\1ping")};
    for (gsize i = 0; i < G_N_ELEMENTS(starts); i++) {
        int fd = peer_connect(harness->port);
        peer_try_send(fd, starts[i]->data, starts[i]->len);
        peer_expect_end(fd);
        close(fd);
        g_byte_array_unref(starts[i]);
    }
    harness_check_serves(harness, &peer_forms[0]);
}

static void test_random_bytes(Harness *harness)
{
    for (guint i = 0; i < 300; i++) {
        guint8 bytes[200];
        for (gsize k = 0; k < sizeof bytes; k++)
            bytes[k] = (guint8)g_test_rand_int_range(0, 256);
        static const guint8 starts[4][5] = {{0x80, 1, 0, 1, 0},
                                            {0x82, 0x21, 1, 4, 'p'},
                                            {0, 0, 0, 195, 0x80},
                                            {0, 0, 0, 195, 0x82}};
        memcpy(bytes, starts[i % 4], 5);
        int fd = peer_connect(harness->port);
        peer_try_send(fd, bytes, sizeof bytes);
        shutdown(fd, SHUT_WR);
        guint8 sink[4096];
        while (recv(fd, sink, sizeof sink, 0) > 0)
            ;
        close(fd);
    }
    harness_check_serves(harness, &peer_forms[0]);
}

static void test_bad_version(Harness *harness)
{
    int fd = peer_connect(harness->port);
    peer_send(fd, (const guint8 *)"\x80\x02\x00\x01\0\0\0\x04ping\0\0\0\0\0", 17);
    peer_expect_exception(fd, &peer_forms[3], PEER_PROTOCOL_ERROR);
    peer_expect_end(fd);
    close(fd);
    fd = peer_connect(harness->port);
    peer_send(fd, (const guint8 *)"\0\0\0\x11\x80\x02\x00\x01\0\0\0\x04ping\0\0\0\0\0", 21);
    peer_expect_exception(fd, &peer_forms[0], PEER_PROTOCOL_ERROR);
    harness_check_ping(fd, &peer_forms[0], 4);
    close(fd);
    fd = peer_connect(harness->port);
    peer_send(fd, (const guint8 *)"\x82\x22\x01\x04ping\0", 9);
    peer_expect_exception(fd, &peer_forms[5], PEER_PROTOCOL_ERROR);
    close(fd);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        HarnessTest test;
    } tests[] = {
        {"/rpc/guards/unknown-method", test_unknown_method},
        {"/rpc/guards/multiplexed-names", test_multiplexed_names},
        {"/rpc/guards/zero-length-frame", test_zero_length_frame},
        {"/rpc/guards/truncated-frame", test_truncated_frame},
        {"/rpc/guards/hang-up-inside-message", test_hang_up_inside_message},
        {"/rpc/guards/byte-by-byte", test_byte_by_byte},
        {"/rpc/guards/deep-nesting", test_deep_nesting},
        {"/rpc/guards/oversize-frame", test_oversize_frame},
        {"/rpc/guards/refusal-arrives", test_refusal_arrives},
        {"/rpc/guards/bytes-after-the-message", test_bytes_after_the_message},
        {"/rpc/guards/replies-are-no-calls", test_replies_are_no_calls},
        {"/rpc/guards/failing-oneway", test_failing_oneway},
        {"/rpc/guards/strangers", test_strangers},
        {"/rpc/guards/random-bytes", test_random_bytes},
        {"/rpc/guards/bad-version", test_bad_version},
    };
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add_data_func(tests[i].path, &tests[i].test, harness_run);
    return g_test_run();
}
