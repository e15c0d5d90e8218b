#include "relay/ts_packets.h"

#include <string.h>

/* What came out, and whether each piece was whole packets. */
typedef struct {
    GByteArray *bytes;
    guint pieces;
    gboolean whole;
} Sink;

typedef struct {
    TsPackets *packets;
    Sink sink;
} Bed;

static void take(GBytes *piece, gpointer data)
{
    Sink *sink = data;
    gsize length;
    const guint8 *bytes = g_bytes_get_data(piece, &length);

    g_assert_cmpuint(length, >, 0);
    g_byte_array_append(sink->bytes, bytes, (guint)length);
    sink->pieces++;
    if (length % TS_PACKET_BYTES != 0)
        sink->whole = FALSE;
    for (gsize i = 0; i < length; i += TS_PACKET_BYTES)
        sink->whole = sink->whole && bytes[i] == 0x47;
}

static void setup(Bed *bed, gconstpointer data)
{
    (void)data;
    bed->packets = ts_packets_new();
    bed->sink = (Sink){.bytes = g_byte_array_new(), .whole = TRUE};
}

static void teardown(Bed *bed, gconstpointer data)
{
    (void)data;
    ts_packets_free(bed->packets);
    g_byte_array_unref(bed->sink.bytes);
}

/* Packets numbered from `first` on: sync byte, number, and bytes that are no sync bytes. */
static GByteArray *make_packets(guint first, guint count)
{
    GByteArray *bytes = g_byte_array_new();
    guint8 packet[TS_PACKET_BYTES];

    for (guint i = 0; i < count; i++) {
        memset(packet, (int)((first + i) % 64), sizeof packet);
        packet[0] = 0x47;
        g_byte_array_append(bytes, packet, sizeof packet);
    }
    return bytes;
}

static void push(Bed *bed, const guint8 *data, gsize length)
{
    g_autoptr(GBytes) piece = g_bytes_new(data, length);

    ts_packets_push(bed->packets, piece, take, &bed->sink);
}

/* In pieces of `size` bytes; 0: of random sizes. */
static void push_in_pieces(Bed *bed, const guint8 *data, gsize length, gsize size)
{
    while (length > 0) {
        gsize wanted = size > 0 ? size : (gsize)g_test_rand_int_range(1, 700);
        gsize n = MIN(length, wanted);

        push(bed, data, n);
        data += n;
        length -= n;
    }
}

static void assert_out(Bed *bed, const guint8 *expected, gsize length)
{
    g_assert_cmpmem(bed->sink.bytes->data, bed->sink.bytes->len, expected, length);
}

static void packets_pass_whole_however_they_are_cut(Bed *bed, gconstpointer data)
{
    g_autoptr(GByteArray) packets = make_packets(0, 60);
    static const gsize sizes[] = {1, 7, 187, 188, 189, 1000, 100000, 0};

    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        push_in_pieces(bed, packets->data, packets->len, sizes[i]);
        assert_out(bed, packets->data, packets->len);
        g_assert_true(bed->sink.whole);
        g_assert_true(ts_packets_is_ts(bed->packets));
        g_assert_cmpuint(ts_packets_get_dropped(bed->packets), ==, 0);
        teardown(bed, NULL);
        setup(bed, NULL);
    }
}

static void a_large_piece_is_passed_on_without_a_copy(Bed *bed, gconstpointer data)
{
    g_autoptr(GByteArray) packets = make_packets(0, 100);

    (void)data;
    push(bed, packets->data, 5 * TS_PACKET_BYTES);
    push(bed, packets->data + 5 * TS_PACKET_BYTES, 95 * TS_PACKET_BYTES);
    g_assert_cmpuint(bed->sink.pieces, ==, 2);
}

static void a_packet_cut_off_in_front_is_dropped(Bed *bed, gconstpointer data)
{
    g_autoptr(GByteArray) packets = make_packets(0, 20);

    (void)data;
    for (gsize cut = 1; cut < TS_PACKET_BYTES; cut++) {
        push_in_pieces(bed, packets->data + cut, packets->len - cut, cut);
        assert_out(bed, packets->data + TS_PACKET_BYTES, packets->len - TS_PACKET_BYTES);
        g_assert_cmpuint(ts_packets_get_dropped(bed->packets), ==, TS_PACKET_BYTES - cut);
        teardown(bed, NULL);
        setup(bed, NULL);
    }
}

/* For every place of the break and of the new beginning within a packet. */
static void a_switch_leaves_no_half_packet(Bed *bed, gconstpointer data)
{
    g_autoptr(GByteArray) before = make_packets(0, 10);
    g_autoptr(GByteArray) after = make_packets(10, 20);

    (void)data;
    for (gsize cut = 0; cut < TS_PACKET_BYTES; cut++) {
        gsize skip = (cut * 7) % TS_PACKET_BYTES;
        gsize end = 8 * TS_PACKET_BYTES;
        gsize start = skip == 0 ? 0 : TS_PACKET_BYTES;
        g_autoptr(GByteArray) expected = g_byte_array_new();

        push_in_pieces(bed, before->data, end + cut, 0);
        ts_packets_switch(bed->packets);
        push_in_pieces(bed, after->data + skip, after->len - skip, 0);
        g_byte_array_append(expected, before->data, (guint)end);
        g_byte_array_append(expected, after->data + start, (guint)(after->len - start));
        assert_out(bed, expected->data, expected->len);
        g_assert_true(bed->sink.whole);
        g_assert_cmpuint(ts_packets_get_dropped(bed->packets), ==,
                         cut + (skip == 0 ? 0 : TS_PACKET_BYTES - skip));
        teardown(bed, NULL);
        setup(bed, NULL);
    }
}

static void a_sync_byte_by_chance_is_no_packet(Bed *bed, gconstpointer data)
{
    g_autoptr(GByteArray) before = make_packets(0, 6);
    g_autoptr(GByteArray) after = make_packets(6, 8);
    guint8 junk[100] = {0x47};

    (void)data;
    junk[50] = 0x47;
    push(bed, before->data, before->len);
    ts_packets_switch(bed->packets);
    push(bed, junk, sizeof junk);
    push(bed, after->data, after->len);
    g_byte_array_append(before, after->data, after->len);
    assert_out(bed, before->data, before->len);
}

static void junk_between_packets_is_passed_over(Bed *bed, gconstpointer data)
{
    g_autoptr(GByteArray) before = make_packets(0, 6);
    g_autoptr(GByteArray) after = make_packets(6, 8);
    static const guint8 junk[333] = {1};

    (void)data;
    push(bed, before->data, before->len);
    push(bed, junk, sizeof junk);
    push_in_pieces(bed, after->data, after->len, 50);
    g_byte_array_append(before, after->data, after->len);
    assert_out(bed, before->data, before->len);
    g_assert_cmpuint(ts_packets_get_dropped(bed->packets), ==, sizeof junk);
}

static void what_is_not_mpeg_ts_passes_untouched(Bed *bed, gconstpointer data)
{
    guint8 body[5000];
    static const gsize sizes[] = {1, 100, 4096, 5000, 0};

    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        for (gsize j = 0; j < sizeof body; j++)
            body[j] = (guint8)g_test_rand_int();
        push_in_pieces(bed, body, sizeof body, sizes[i]);
        ts_packets_switch(bed->packets);
        push_in_pieces(bed, body, sizeof body, sizes[i]);
        g_assert_cmpuint(bed->sink.bytes->len, ==, 2 * sizeof body);
        g_assert_cmpmem(bed->sink.bytes->data, sizeof body, body, sizeof body);
        g_assert_cmpmem(bed->sink.bytes->data + sizeof body, sizeof body, body, sizeof body);
        g_assert_false(ts_packets_is_ts(bed->packets));
        teardown(bed, NULL);
        setup(bed, NULL);
    }
}

static void a_little_that_is_not_recognised_is_kept_over_a_switch(Bed *bed, gconstpointer data)
{
    guint8 text[4 + TS_PACKET_BYTES];

    (void)data;
    memset(text, 'x', sizeof text);
    memcpy(text, "one ", 4);
    push(bed, text, 4);
    ts_packets_switch(bed->packets);
    push(bed, text + 4, 3);
    g_assert_cmpuint(bed->sink.bytes->len, ==, 0);
    push(bed, text + 7, sizeof text - 7);
    assert_out(bed, text, sizeof text);
}

static void text_is_recognised_after_one_packets_length(Bed *bed, gconstpointer data)
{
    guint8 text[TS_PACKET_BYTES];

    (void)data;
    memset(text, 'x', sizeof text);
    push(bed, text, sizeof text - 1);
    g_assert_cmpuint(bed->sink.bytes->len, ==, 0);
    push(bed, text, 1);
    assert_out(bed, text, sizeof text);
}

static void a_search_without_end_gives_up_and_loses_nothing_of_it(Bed *bed, gconstpointer data)
{
    g_autoptr(GByteArray) before = make_packets(0, 6);
    g_autofree guint8 *other = g_malloc0(TS_PACKETS_SEEK_LIMIT + 10);

    (void)data;
    push(bed, before->data, before->len);
    ts_packets_switch(bed->packets);
    push_in_pieces(bed, other, TS_PACKETS_SEEK_LIMIT - 1, 1000);
    assert_out(bed, before->data, before->len);
    push(bed, other, 11);
    g_byte_array_append(before, other, TS_PACKETS_SEEK_LIMIT + 10);
    assert_out(bed, before->data, before->len);
    g_assert_false(ts_packets_is_ts(bed->packets));
}

static void what_is_forgotten_precedes_nothing(Bed *bed, gconstpointer data)
{
    guint8 text[TS_PACKET_BYTES];

    (void)data;
    memset(text, 'x', sizeof text);
    push(bed, text, 4);
    ts_packets_switch(bed->packets);
    push(bed, text, 3);
    ts_packets_forget(bed->packets);
    g_assert_cmpuint(ts_packets_get_dropped(bed->packets), ==, 7);
    push(bed, text, sizeof text);
    assert_out(bed, text, sizeof text);
}

static void add(const char *path, void (*test)(Bed *, gconstpointer))
{
    g_test_add(path, Bed, NULL, setup, test, teardown);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("/ts-packets/whole", packets_pass_whole_however_they_are_cut);
    add("/ts-packets/no-copy", a_large_piece_is_passed_on_without_a_copy);
    add("/ts-packets/front", a_packet_cut_off_in_front_is_dropped);
    add("/ts-packets/switch", a_switch_leaves_no_half_packet);
    add("/ts-packets/chance", a_sync_byte_by_chance_is_no_packet);
    add("/ts-packets/junk", junk_between_packets_is_passed_over);
    add("/ts-packets/other", what_is_not_mpeg_ts_passes_untouched);
    add("/ts-packets/little", a_little_that_is_not_recognised_is_kept_over_a_switch);
    add("/ts-packets/text", text_is_recognised_after_one_packets_length);
    add("/ts-packets/give-up", a_search_without_end_gives_up_and_loses_nothing_of_it);
    add("/ts-packets/forget", what_is_forgotten_precedes_nothing);
    return g_test_run();
}
