#include "frame.h"

#include <string.h>

#define LENGTH_BYTES 4
#define RECOGNITION_BYTES 5
#define BINARY_FIRST_BYTE 0x80
#define COMPACT_FIRST_BYTE 0x82

void frame_reader_init(FrameReader *reader, gsize limit)
{
    memset(reader, 0, sizeof *reader);
    reader->limit = limit;
}

static WireStatus recognised(FrameReader *reader, gboolean framed, WireEncoding encoding)
{
    reader->recognised = TRUE;
    reader->framed = framed;
    reader->encoding = encoding;
    message_scan_init(&reader->scan, encoding, reader->limit);
    return WIRE_DONE;
}

static gboolean looks_like_http(const guint8 *bytes)
{
    static const char *const starts[] = {"GET ", "POST", "PUT ", "HEAD", "DELE",
                                         "OPTI", "PATC", "CONN", "TRAC", "PRI "};
    for (gsize i = 0; i < G_N_ELEMENTS(starts); i++) {
        if (memcmp(bytes, starts[i], LENGTH_BYTES) == 0)
            return TRUE;
    }
    return FALSE;
}

static WireStatus refuse_stranger(const guint8 *bytes, GError **error)
{
    if (looks_like_http(bytes))
        return wire_refuse(error, "this is an HTTP request, but the port speaks Thrift");
    if (bytes[0] == 0x16 && bytes[1] == 0x03)
        return wire_refuse(error, "this is a TLS handshake, but the port speaks Thrift in the "
                                  "clear");
    return wire_refuse(error,
                       "the bytes %02x %02x %02x %02x %02x begin no Thrift message, framed or "
                       "unframed, binary or compact",
                       bytes[0], bytes[1], bytes[2], bytes[3], bytes[4]);
}

static WireStatus refuse_empty_frame(GError **error)
{
    return wire_refuse(error, "a frame of 0 bytes holds no message");
}

static WireStatus recognise(FrameReader *reader, const guint8 *bytes, gsize length, GError **error)
{
    if (length == 0)
        return WIRE_MORE;
    if (bytes[0] == BINARY_FIRST_BYTE)
        return recognised(reader, FALSE, WIRE_BINARY);
    if (bytes[0] == COMPACT_FIRST_BYTE)
        return recognised(reader, FALSE, WIRE_COMPACT);
    WireInput input = {bytes, length};
    guint32 announced;
    if (wire_read_u32(&input, &announced) == WIRE_MORE)
        return WIRE_MORE;
    if (announced == 0)
        return refuse_empty_frame(error);
    if (length < RECOGNITION_BYTES)
        return WIRE_MORE;
    guint8 next = bytes[LENGTH_BYTES];
    if (next == BINARY_FIRST_BYTE)
        return recognised(reader, TRUE, WIRE_BINARY);
    if (next == 0 && announced <= reader->limit)
        return recognised(reader, TRUE, WIRE_BINARY);
    if (next == COMPACT_FIRST_BYTE)
        return recognised(reader, TRUE, WIRE_COMPACT);
    if (g_ascii_isalpha((char)next) && announced <= MESSAGE_HEADER_MAX_NAME)
        return recognised(reader, FALSE, WIRE_BINARY);
    return refuse_stranger(bytes, error);
}

static WireStatus next_framed(FrameReader *reader, const guint8 *bytes, gsize length, Frame *frame,
                              GError **error)
{
    WireInput input = {bytes, length};
    guint32 announced;
    if (wire_read_u32(&input, &announced) == WIRE_MORE)
        return WIRE_MORE;
    if (announced == 0)
        return refuse_empty_frame(error);
    if (announced > reader->limit)
        return wire_refuse(error, "a frame of %u bytes is announced, the limit is %" G_GSIZE_FORMAT,
                           announced, reader->limit);
    if (input.length < announced)
        return WIRE_MORE;
    *frame = (Frame){LENGTH_BYTES, announced, LENGTH_BYTES + (gsize)announced};
    return WIRE_DONE;
}

static WireStatus next_unframed(FrameReader *reader, const guint8 *bytes, gsize length,
                                Frame *frame, GError **error)
{
    WireStatus status = message_scan_run(&reader->scan, bytes, length, error);
    if (status != WIRE_DONE)
        return status;
    *frame = (Frame){0, reader->scan.position, reader->scan.position};
    message_scan_init(&reader->scan, reader->encoding, reader->limit);
    return WIRE_DONE;
}

WireStatus frame_reader_next(FrameReader *reader, const guint8 *bytes, gsize length, Frame *frame,
                             GError **error)
{
    if (!reader->recognised) {
        WireStatus status = recognise(reader, bytes, length, error);
        if (status != WIRE_DONE)
            return status;
    }
    if (reader->framed)
        return next_framed(reader, bytes, length, frame, error);
    return next_unframed(reader, bytes, length, frame, error);
}
