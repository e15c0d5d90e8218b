#include "ts_packets.h"

#define SYNC_BYTE 0x47

/* Sync bytes in a row that make a packet's start certain: by chance one time in 2^40. */
#define SYNC_RUN 5

/* What upstreams that broke before they were recognised may leave behind. */
#define UNKNOWN_LIMIT (64 * 1024)

typedef enum { TS_DETECTING, TS_PACKETS, TS_SEEKING, TS_OTHER } TsState;

struct TsPackets {
    TsState state;
    GByteArray *held; /* PACKETS: less than a packet; DETECTING, SEEKING: not recognised yet */
    gsize searched;   /* of held: no packet begins before here */
    GByteArray
        *unknown; /* of upstreams that broke while DETECTING: kept, as it may not be MPEG-TS */
    guint64 dropped;
};

TsPackets *ts_packets_new(void)
{
    TsPackets *packets = g_new0(TsPackets, 1);

    packets->held = g_byte_array_new();
    packets->unknown = g_byte_array_new();
    return packets;
}

void ts_packets_free(TsPackets *packets)
{
    g_byte_array_unref(packets->held);
    g_byte_array_unref(packets->unknown);
    g_free(packets);
}

static void emit_copy(const guint8 *data, gsize length, TsPacketsOut out, gpointer user_data)
{
    g_autoptr(GBytes) piece = NULL;

    if (length == 0)
        return;
    piece = g_bytes_new(data, length);
    out(piece, user_data);
}

static void emit_slice(GBytes *whole, gsize offset, gsize length, TsPacketsOut out, gpointer data)
{
    g_autoptr(GBytes) piece = NULL;

    if (length == 0)
        return;
    piece = g_bytes_new_from_bytes(whole, offset, length);
    out(piece, data);
}

typedef enum { RUN_NONE, RUN_POSSIBLE, RUN_FOUND } Run;

static Run look_at(const guint8 *data, gsize length, gsize start)
{
    for (gsize i = 0; i < SYNC_RUN; i++) {
        gsize at = start + i * TS_PACKET_BYTES;

        if (at >= length)
            return RUN_POSSIBLE;
        if (data[at] != SYNC_BYTE)
            return RUN_NONE;
    }
    return RUN_FOUND;
}

/* How many bytes from the front are whole packets that begin with a sync byte. */
static gsize count_packet_bytes(const guint8 *data, gsize length)
{
    gsize count = 0;

    while (count + TS_PACKET_BYTES <= length && data[count] == SYNC_BYTE)
        count += TS_PACKET_BYTES;
    return count;
}

static void push_packets(TsPackets *packets, GBytes *piece, TsPacketsOut out, gpointer data);

static void emit_unrecognised(TsPackets *packets, TsPacketsOut out, gpointer data)
{
    emit_copy(packets->unknown->data, packets->unknown->len, out, data);
    emit_copy(packets->held->data, packets->held->len, out, data);
    g_byte_array_set_size(packets->unknown, 0);
    g_byte_array_set_size(packets->held, 0);
}

static void begin_packets(TsPackets *packets, TsPacketsOut out, gpointer data)
{
    gsize start = packets->searched;
    g_autoptr(GBytes) rest = g_bytes_new(packets->held->data + start, packets->held->len - start);

    packets->dropped += start + packets->unknown->len;
    packets->state = TS_PACKETS;
    g_byte_array_set_size(packets->unknown, 0);
    g_byte_array_set_size(packets->held, 0);
    push_packets(packets, rest, out, data);
}

/* Looks for packets in what is held, each byte once, so that the pieces' sizes do not matter. */
static void search(TsPackets *packets, TsPacketsOut out, gpointer data)
{
    gsize limit = packets->state == TS_DETECTING ? TS_PACKET_BYTES : TS_PACKETS_SEEK_LIMIT;

    for (; packets->searched < limit; packets->searched++) {
        switch (look_at(packets->held->data, packets->held->len, packets->searched)) {
        case RUN_POSSIBLE:
            return;
        case RUN_FOUND:
            begin_packets(packets, out, data);
            return;
        case RUN_NONE:
            break;
        }
    }
    packets->state = TS_OTHER;
    emit_unrecognised(packets, out, data);
}

static void hold_and_search(TsPackets *packets, const guint8 *bytes, gsize length, TsPacketsOut out,
                            gpointer data)
{
    g_byte_array_append(packets->held, bytes, (guint)length);
    search(packets, out, data);
}

/* Completes the held packet from the front of the piece; returns the bytes taken. */
static gsize complete_held(TsPackets *packets, const guint8 *bytes, gsize length, TsPacketsOut out,
                           gpointer data)
{
    gsize take = MIN(TS_PACKET_BYTES - packets->held->len, length);

    g_byte_array_append(packets->held, bytes, (guint)take);
    if (packets->held->len == TS_PACKET_BYTES) {
        emit_copy(packets->held->data, TS_PACKET_BYTES, out, data);
        g_byte_array_set_size(packets->held, 0);
    }
    return take;
}

static void push_packets(TsPackets *packets, GBytes *piece, TsPacketsOut out, gpointer data)
{
    gsize length;
    const guint8 *bytes = g_bytes_get_data(piece, &length);
    gsize offset = packets->held->len > 0 ? complete_held(packets, bytes, length, out, data) : 0;
    gsize whole = count_packet_bytes(bytes + offset, length - offset);
    gsize rest = offset + whole;

    emit_slice(piece, offset, whole, out, data);
    if (rest == length)
        return;
    if (bytes[rest] != SYNC_BYTE) {
        packets->state = TS_SEEKING;
        packets->searched = 0;
        hold_and_search(packets, bytes + rest, length - rest, out, data);
        return;
    }
    g_byte_array_append(packets->held, bytes + rest, (guint)(length - rest));
}

void ts_packets_push(TsPackets *packets, GBytes *piece, TsPacketsOut out, gpointer data)
{
    gsize length;
    const guint8 *bytes = g_bytes_get_data(piece, &length);

    if (length == 0)
        return;
    switch (packets->state) {
    case TS_OTHER:
        out(piece, data);
        break;
    case TS_PACKETS:
        push_packets(packets, piece, out, data);
        break;
    case TS_DETECTING:
    case TS_SEEKING:
        hold_and_search(packets, bytes, length, out, data);
        break;
    }
}

void ts_packets_switch(TsPackets *packets)
{
    if (packets->state == TS_DETECTING && packets->unknown->len < UNKNOWN_LIMIT)
        g_byte_array_append(packets->unknown, packets->held->data, packets->held->len);
    else
        packets->dropped += packets->held->len;
    g_byte_array_set_size(packets->held, 0);
    packets->searched = 0;
    packets->state = ts_packets_is_ts(packets) ? TS_SEEKING : TS_DETECTING;
}

void ts_packets_forget(TsPackets *packets)
{
    packets->dropped += packets->unknown->len + packets->held->len;
    g_byte_array_set_size(packets->unknown, 0);
    g_byte_array_set_size(packets->held, 0);
    packets->searched = 0;
}

gboolean ts_packets_is_ts(const TsPackets *packets)
{
    return packets->state == TS_PACKETS || packets->state == TS_SEEKING;
}

guint64 ts_packets_get_dropped(const TsPackets *packets)
{
    return packets->dropped;
}
