#include "rpc/frame.h"

#include "ytops/error.h"

#define LIMIT 100

typedef struct {
    const char *name;
    const char *bytes;
    gsize length;
    WireStatus status;
    gboolean recognised;
    gboolean framed;
    WireEncoding encoding;
    gsize offset, message_length;
} Case;

#define MESSAGE "\x80\x01\0\x01\0\0\0\x04ping\0\0\0\x07\0"
#define OLD "\0\0\0\x04ping\x01\0\0\0\x07\0"
#define COMPACT "\x82\x21\x07\x04ping\0"
#define GOOD(name, bytes, framed, encoding, offset, length)                                        \
    {                                                                                              \
        name, bytes, sizeof(bytes) - 1, WIRE_DONE, TRUE, framed, encoding, offset, length          \
    }
#define BAD(name, bytes, recognised, framed, encoding)                                             \
    {                                                                                              \
        name, bytes, sizeof(bytes) - 1, WIRE_BAD, recognised, framed, encoding, 0, 0               \
    }

static const Case cases[] = {
    GOOD("unframed binary", MESSAGE, FALSE, WIRE_BINARY, 0, 17),
    GOOD("unframed compact", COMPACT, FALSE, WIRE_COMPACT, 0, 9),
    GOOD("unframed old binary", OLD, FALSE, WIRE_BINARY, 0, 14),
    GOOD("framed binary", "\0\0\0\x11" MESSAGE, TRUE, WIRE_BINARY, 4, 17),
    GOOD("framed compact", "\0\0\0\x09" COMPACT, TRUE, WIRE_COMPACT, 4, 9),
    GOOD("framed old binary", "\0\0\0\x0e" OLD, TRUE, WIRE_BINARY, 4, 14),
    GOOD("a frame of one byte", "\0\0\0\x01\x80", TRUE, WIRE_BINARY, 4, 1),
    BAD("empty frame", "\0\0\0\0", FALSE, FALSE, WIRE_BINARY),
    BAD("large frame", "\0\0\0\x65\x80", TRUE, TRUE, WIRE_BINARY),
    BAD("negative frame", "\xff\xff\xff\xff\x82", TRUE, TRUE, WIRE_COMPACT),
    BAD("HTTP", "GET / HTTP/1.1\r\n", FALSE, FALSE, WIRE_BINARY),
    BAD("HTTP post", "POST / HTTP/1.1\r\n", FALSE, FALSE, WIRE_BINARY),
    BAD("TLS", "\x16\x03\x01\x02\x00\x01", FALSE, FALSE, WIRE_BINARY),
    BAD("a name that is too long", "\0\0\x01\x01ping", FALSE, FALSE, WIRE_BINARY),
    BAD("anything", "\x01\x02\x03\x04\x05", FALSE, FALSE, WIRE_BINARY),
    BAD("unframed, another version", "\x80\x02\0\0", TRUE, FALSE, WIRE_BINARY),
};

/* Byte by byte: nothing is decided too early, and what is decided is the same. */
static void test_recognition(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Case *c = &cases[i];
        FrameReader reader;
        Frame frame = {0};
        g_autoptr(GError) error = NULL;
        WireStatus status = WIRE_MORE;
        g_test_message("%s", c->name);
        frame_reader_init(&reader, LIMIT);
        for (gsize length = 0; length <= c->length && status == WIRE_MORE; length++) {
            g_autofree guint8 *bytes = g_memdup2(c->bytes, length);
            status = frame_reader_next(&reader, bytes, length, &frame, &error);
        }
        g_assert_cmpint(status, ==, c->status);
        g_assert_cmpint(reader.recognised, ==, c->recognised);
        if (c->recognised) {
            g_assert_cmpint(reader.framed, ==, c->framed);
            g_assert_cmpint(reader.encoding, ==, c->encoding);
        }
        if (status == WIRE_BAD) {
            g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
            continue;
        }
        g_assert_cmpuint(frame.offset, ==, c->offset);
        g_assert_cmpuint(frame.length, ==, c->message_length);
        g_assert_cmpuint(frame.consumed, ==, c->length);
    }
}

static void check_run(const char *bytes, gsize length, guint n_messages)
{
    FrameReader reader;
    Frame frame;
    frame_reader_init(&reader, LIMIT);
    for (guint i = 0; i < n_messages; i++) {
        g_assert_cmpint(frame_reader_next(&reader, (const guint8 *)bytes, length, &frame, NULL), ==,
                        WIRE_DONE);
        bytes += frame.consumed;
        length -= frame.consumed;
    }
    g_assert_cmpuint(length, ==, 0);
    g_assert_cmpint(frame_reader_next(&reader, (const guint8 *)bytes, 0, &frame, NULL), ==,
                    WIRE_MORE);
}

static void test_messages_in_a_row(void)
{
    static const char unframed[] = MESSAGE MESSAGE OLD MESSAGE;
    static const char framed[] = "\0\0\0\x11" MESSAGE "\0\0\0\x0e" OLD "\0\0\0\x11" MESSAGE;
    check_run(unframed, sizeof unframed - 1, 4);
    check_run(framed, sizeof framed - 1, 3);
}

/* The form of a connection is that of its first bytes. */
static void test_later_frames_are_measured(void)
{
    FrameReader reader;
    Frame frame;
    frame_reader_init(&reader, LIMIT);
    g_assert_cmpint(
        frame_reader_next(&reader, (const guint8 *)"\0\0\0\x11" MESSAGE, 21, &frame, NULL), ==,
        WIRE_DONE);
    g_assert_cmpint(frame_reader_next(&reader, (const guint8 *)"\0\0\0\x65", 4, &frame, NULL), ==,
                    WIRE_BAD);
    g_assert_cmpint(frame_reader_next(&reader, (const guint8 *)"\0\0\0\0", 4, &frame, NULL), ==,
                    WIRE_BAD);
    g_assert_true(reader.recognised);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rpc/frame/recognition", test_recognition);
    g_test_add_func("/rpc/frame/messages-in-a-row", test_messages_in_a_row);
    g_test_add_func("/rpc/frame/later-frames-are-measured", test_later_frames_are_measured);
    return g_test_run();
}
