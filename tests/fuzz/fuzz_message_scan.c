/*
 * The scanner and the recognition of frames over any bytes. The first byte says how: its lowest bit
 * the encoding, the rest how large the pieces are in which the bytes arrive.
 */
#include "rpc/frame.h"

#include "fuzz.h"

#define LIMIT 4096

static WireStatus scan_in_pieces(WireEncoding encoding, const uint8_t *bytes, size_t length,
                                 size_t piece, MessageScan *scan)
{
    WireStatus status = WIRE_MORE;
    message_scan_init(scan, encoding, LIMIT);
    for (size_t end = 0; status == WIRE_MORE && end < length;) {
        end = MIN(end + piece, length);
        g_autofree guint8 *copy = g_memdup2(bytes, end);
        status = message_scan_run(scan, copy, end, NULL);
        g_assert_cmpuint(scan->position, <=, end);
    }
    return status;
}

static void read_frames(const uint8_t *bytes, size_t length)
{
    FrameReader reader;
    Frame frame;
    frame_reader_init(&reader, LIMIT);
    while (frame_reader_next(&reader, bytes, length, &frame, NULL) == WIRE_DONE) {
        g_assert_cmpuint(frame.offset + frame.length, ==, frame.consumed);
        g_assert_cmpuint(frame.consumed, <=, length);
        g_assert_cmpuint(frame.consumed, >, 0);
        bytes += frame.consumed;
        length -= frame.consumed;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    WireEncoding encoding = (data[0] & 1) != 0 ? WIRE_COMPACT : WIRE_BINARY;
    MessageScan whole;
    MessageScan pieces;
    WireStatus status = scan_in_pieces(encoding, data + 1, size - 1, size, &whole);
    WireStatus again = scan_in_pieces(encoding, data + 1, size - 1, 1 + (data[0] >> 1), &pieces);
    g_assert_cmpint(status, ==, again);
    if (status == WIRE_DONE)
        g_assert_cmpuint(whole.position, ==, pieces.position);
    read_frames(data + 1, size - 1);
    return 0;
}
