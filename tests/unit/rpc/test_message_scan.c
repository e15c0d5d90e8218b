#include "rpc/message_scan.h"

#include <string.h>

#include "ytops/error.h"

#define LIMIT 1000

typedef struct {
    const char *name;
    WireEncoding encoding;
    const char *bytes;
    gsize length;
    WireStatus status;
} Case;

#define CASE(name, encoding, bytes, status)                                                        \
    {                                                                                              \
        name, encoding, bytes, sizeof(bytes) - 1, status                                           \
    }

#define STRICT "\x80\x01\0\x01\0\0\0\x04ping\0\0\0\x07"
#define OLD "\0\0\0\x04ping\x01\0\0\0\x07"
#define COMPACT "\x82\x21\x07\x04ping"

static const Case cases[] = {
    CASE("strict", WIRE_BINARY, STRICT "\0", WIRE_DONE),
    CASE("old", WIRE_BINARY, OLD "\0", WIRE_DONE),
    CASE("compact", WIRE_COMPACT, COMPACT "\0", WIRE_DONE),
    CASE("compact, negative sequence id", WIRE_COMPACT, "\x82\x21\xff\xff\xff\xff\x0f\x04ping\0",
         WIRE_DONE),
    CASE("every plain type", WIRE_BINARY,
         STRICT "\x02\0\1\1"
                "\x03\0\2\1"
                "\x06\0\3\0\1"
                "\x08\0\4\0\0\0\1"
                "\x0a\0\5\0\0\0\0\0\0\0\1"
                "\x04\0\6\0\0\0\0\0\0\0\0"
                "\x0b\0\7\0\0\0\2xy\0",
         WIRE_DONE),
    CASE("every plain type, compact", WIRE_COMPACT,
         COMPACT "\x11\x12\x13\1\x14\2\x15\x80\1\x16\xff\xff\x01\x17"
                 "12345678\x18\2xy\0",
         WIRE_DONE),
    CASE("containers", WIRE_BINARY,
         STRICT "\x0f\0\1\x0b\0\0\0\2\0\0\0\1x\0\0\0\0"
                "\x0e\0\2\x08\0\0\0\1\0\0\0\1"
                "\x0d\0\3\x03\x0b\0\0\0\2\1\0\0\0\1x\2\0\0\0\0"
                "\x0c\0\4\x03\0\1\1\0"
                "\x0f\0\5\x0c\0\0\0\2\0\x02\0\1\1\0"
                "\x0d\0\6\0\0\0\0\0\0\0",
         WIRE_DONE),
    CASE("containers, compact", WIRE_COMPACT,
         COMPACT "\x19\x28\1x\0"
                 "\x1a\x15\2"
                 "\x1b\2\x38\1\1x\2\0"
                 "\x1c\x13\1\0"
                 "\x19\x2c\0\x11\0"
                 "\x1b\0"
                 "\x19\xf1\x03\1\2\1\0",
         WIRE_DONE),
    CASE("compact field with its id apart", WIRE_COMPACT, COMPACT "\x05\x80\x02\7\0", WIRE_DONE),
    CASE("reply", WIRE_BINARY, "\x80\x01\0\x02\0\0\0\x04ping\0\0\0\x07\0", WIRE_DONE),
    CASE("no body", WIRE_BINARY, STRICT, WIRE_MORE),
    CASE("text that has not come yet", WIRE_BINARY, STRICT "\x0b\0\1\0\0\0\5xy", WIRE_MORE),

    CASE("another version", WIRE_BINARY, "\x80\x02\0\x01", WIRE_BAD),
    CASE("message type 0", WIRE_BINARY, "\x80\x01\0\0\0\0\0\x04ping\0\0\0\0\0", WIRE_BAD),
    CASE("message type 5", WIRE_BINARY, "\x80\x01\0\5\0\0\0\x04ping\0\0\0\0\0", WIRE_BAD),
    CASE("old, message type 9", WIRE_BINARY, "\0\0\0\x04ping\x09\0\0\0\0\0", WIRE_BAD),
    CASE("compact, another id", WIRE_COMPACT, "\x83\x21\0\0", WIRE_BAD),
    CASE("compact, another version", WIRE_COMPACT, "\x82\x23\0\0", WIRE_BAD),
    CASE("compact, message type 7", WIRE_COMPACT, "\x82\xe1\0\0", WIRE_BAD),
    CASE("name too long", WIRE_BINARY, "\x80\x01\0\x01\0\0\x01\x01", WIRE_BAD),
    CASE("name of negative length", WIRE_BINARY, "\x80\x01\0\x01\xff\xff\xff\xff", WIRE_BAD),
    CASE("name with a control character", WIRE_BINARY, "\x80\x01\0\x01\0\0\0\x02\n1", WIRE_BAD),
    CASE("field type", WIRE_BINARY, STRICT "\x05\0\1", WIRE_BAD),
    CASE("field type, compact", WIRE_COMPACT, COMPACT "\x1d", WIRE_BAD),
    CASE("text of negative length", WIRE_BINARY, STRICT "\x0b\0\1\x80\0\0\0", WIRE_BAD),
    CASE("text longer than the limit", WIRE_BINARY, STRICT "\x0b\0\1\0\0\x10\0", WIRE_BAD),
    CASE("text longer than the limit, compact", WIRE_COMPACT, COMPACT "\x18\xff\x7f", WIRE_BAD),
    CASE("text of negative length, compact", WIRE_COMPACT, COMPACT "\x18\xff\xff\xff\xff\x0f",
         WIRE_BAD),
    CASE("length beyond 32 bits", WIRE_COMPACT, COMPACT "\x18\xff\xff\xff\xff\x7f", WIRE_BAD),
    CASE("endless number", WIRE_COMPACT, COMPACT "\x15\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
         WIRE_BAD),
    CASE("list that cannot fit", WIRE_BINARY, STRICT "\x0f\0\1\x0b\0\0\1\0", WIRE_BAD),
    CASE("list of booleans that cannot fit", WIRE_BINARY, STRICT "\x0f\0\1\x02\0\0\4\0", WIRE_BAD),
    CASE("list that cannot fit, compact", WIRE_COMPACT, COMPACT "\x19\xfc\xe8\x07", WIRE_BAD),
    CASE("map that cannot fit", WIRE_BINARY, STRICT "\x0d\0\1\x0b\x0a\0\0\0\x60", WIRE_BAD),
    CASE("map that cannot fit, compact", WIRE_COMPACT, COMPACT "\x1b\x83\x04\x33", WIRE_BAD),
    CASE("element type", WIRE_BINARY, STRICT "\x0f\0\1\x10\0\0\0\1", WIRE_BAD),
    CASE("element type of an empty list", WIRE_BINARY, STRICT "\x0f\0\1\x10\0\0\0\0", WIRE_BAD),
    CASE("element type, compact", WIRE_COMPACT, COMPACT "\x19\x1e", WIRE_BAD),
    CASE("list of stops", WIRE_BINARY, STRICT "\x0f\0\1\0\0\0\0\1", WIRE_BAD),
};

static void test_cases(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        MessageScan scan;
        message_scan_init(&scan, cases[i].encoding, LIMIT);
        g_test_message("%s", cases[i].name);
        WireStatus status =
            message_scan_run(&scan, (const guint8 *)cases[i].bytes, cases[i].length, &error);
        g_assert_cmpint(status, ==, cases[i].status);
        if (status == WIRE_BAD)
            g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
        else
            g_assert_no_error(error);
        if (status == WIRE_DONE)
            g_assert_cmpuint(scan.position, ==, cases[i].length);
    }
}

/* However the bytes are cut into pieces, what is found is the same, and never before its end. */
static void test_resumes_at_every_byte(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        MessageScan scan;
        WireStatus status = WIRE_MORE;
        message_scan_init(&scan, cases[i].encoding, LIMIT);
        g_test_message("%s", cases[i].name);
        for (gsize length = 0; length <= cases[i].length && status == WIRE_MORE; length++) {
            /* A copy of its own, so that a look beyond it is seen by the address sanitizer. */
            g_autofree guint8 *bytes = g_memdup2(cases[i].bytes, length);
            status = message_scan_run(&scan, bytes, length, NULL);
            if (status == WIRE_DONE)
                g_assert_cmpuint(length, ==, cases[i].length);
        }
        g_assert_cmpint(status, ==, cases[i].status);
    }
}

static void test_header(void)
{
    MessageScan scan;
    message_scan_init(&scan, WIRE_BINARY, LIMIT);
    const char *old = "\0\0\0\x04ping\x04\xff\xff\xff\xfe\0";
    g_assert_cmpint(message_scan_run(&scan, (const guint8 *)old, 14, NULL), ==, WIRE_DONE);
    g_assert_cmpstr(scan.header.name, ==, "ping");
    g_assert_cmpint(scan.header.type, ==, MESSAGE_ONEWAY);
    g_assert_cmpint(scan.header.sequence_id, ==, -2);
    g_assert_false(scan.header.strict);
    g_assert_cmpuint(scan.header_length, ==, 13);
}

/* The argument struct and 63 more are allowed. */
static void test_depth(void)
{
    for (guint depth = MESSAGE_SCAN_MAX_DEPTH - 1; depth <= MESSAGE_SCAN_MAX_DEPTH; depth++) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        MessageScan scan;
        g_byte_array_append(bytes, (const guint8 *)COMPACT, sizeof COMPACT - 1);
        for (guint i = 0; i < depth; i++)
            g_byte_array_append(bytes, (const guint8 *)"\x1c", 1);
        for (guint i = 0; i <= depth; i++)
            g_byte_array_append(bytes, (const guint8 *)"\0", 1);
        message_scan_init(&scan, WIRE_COMPACT, LIMIT);
        g_assert_cmpint(message_scan_run(&scan, bytes->data, bytes->len, NULL), ==,
                        depth < MESSAGE_SCAN_MAX_DEPTH ? WIRE_DONE : WIRE_BAD);
    }
}

/* With the frame's length as the limit, a message that wants more is bad, not unfinished. */
static void test_limit_is_the_end(void)
{
    static const char bytes[] = STRICT "\x0b\0\1\0\0\0\1x\0";
    gsize whole = sizeof bytes - 1;
    for (gsize length = 0; length <= whole; length++) {
        MessageScan scan;
        message_scan_init(&scan, WIRE_BINARY, length);
        g_assert_cmpint(message_scan_run(&scan, (const guint8 *)bytes, length, NULL), ==,
                        length < whole ? WIRE_BAD : WIRE_DONE);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rpc/message-scan/cases", test_cases);
    g_test_add_func("/rpc/message-scan/resumes-at-every-byte", test_resumes_at_every_byte);
    g_test_add_func("/rpc/message-scan/header", test_header);
    g_test_add_func("/rpc/message-scan/depth", test_depth);
    g_test_add_func("/rpc/message-scan/limit-is-the-end", test_limit_is_the_end);
    return g_test_run();
}
