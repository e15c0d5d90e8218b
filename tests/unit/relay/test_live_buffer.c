#include "relay/live_buffer.h"

#include <string.h>

#include "relay/ts_packets.h"

static void append(LiveBuffer *buffer, gsize size, char fill, gboolean packets)
{
    g_autofree char *data = g_strnfill(size, fill);
    g_autoptr(GBytes) chunk = g_bytes_new(data, size);

    live_buffer_append(buffer, chunk, packets);
}

static void assert_next(const LiveBuffer *buffer, LiveCursor *cursor, gsize size, char fill)
{
    g_autoptr(GBytes) piece = live_buffer_next(buffer, cursor);
    g_autofree char *expected = g_strnfill(size, fill);

    g_assert_nonnull(piece);
    g_assert_cmpmem(g_bytes_get_data(piece, NULL), g_bytes_get_size(piece), expected, size);
}

static void readers_get_every_chunk_in_order_once(void)
{
    g_autoptr(LiveBuffer) buffer = live_buffer_new(1024 * 1024);
    LiveCursor early;
    LiveCursor late;

    live_buffer_start(buffer, 0, &early);
    g_assert_null(live_buffer_next(buffer, &early));
    append(buffer, 10, 'a', FALSE);
    live_buffer_start(buffer, 0, &late);
    append(buffer, 20, 'b', FALSE);
    g_assert_cmpuint(live_buffer_get_behind(buffer, &early), ==, 30);
    g_assert_cmpuint(live_buffer_get_behind(buffer, &late), ==, 20);
    assert_next(buffer, &early, 10, 'a');
    assert_next(buffer, &early, 20, 'b');
    assert_next(buffer, &late, 20, 'b');
    g_assert_null(live_buffer_next(buffer, &early));
    g_assert_false(live_buffer_is_lost(buffer, &early));
    g_assert_cmpuint(live_buffer_get_behind(buffer, &early), ==, 0);
    append(buffer, 5, 'c', FALSE);
    assert_next(buffer, &early, 5, 'c');
    g_assert_cmpuint(live_buffer_get_end(buffer), ==, 35);
}

static void a_chunk_is_shared_not_copied(void)
{
    g_autoptr(LiveBuffer) buffer = live_buffer_new(1024);
    g_autoptr(GBytes) chunk = g_bytes_new_static("chunk", 5);
    LiveCursor cursor;

    live_buffer_start(buffer, 0, &cursor);
    live_buffer_append(buffer, chunk, FALSE);
    for (int i = 0; i < 2; i++) {
        LiveCursor reader = cursor;
        g_autoptr(GBytes) piece = live_buffer_next(buffer, &reader);

        g_assert_true(piece == chunk);
    }
}

static void an_empty_chunk_is_ignored(void)
{
    g_autoptr(LiveBuffer) buffer = live_buffer_new(1024);

    append(buffer, 0, 'a', FALSE);
    g_assert_cmpuint(live_buffer_get_chunks(buffer), ==, 0);
}

static void the_oldest_go_past_the_limit_and_their_reader_is_lost(void)
{
    g_autoptr(LiveBuffer) buffer = live_buffer_new(10000);
    LiveCursor slow;
    LiveCursor quick;

    live_buffer_start(buffer, 0, &slow);
    live_buffer_start(buffer, 0, &quick);
    for (int i = 0; i < 100; i++) {
        append(buffer, 1000, (char)('a' + i % 26), FALSE);
        assert_next(buffer, &quick, 1000, (char)('a' + i % 26));
        g_assert_cmpuint(live_buffer_get_size(buffer), <=, 10000);
        g_assert_cmpint(live_buffer_is_lost(buffer, &slow), ==, i >= 8);
    }
    g_assert_null(live_buffer_next(buffer, &slow));
    g_assert_cmpuint(live_buffer_get_behind(buffer, &slow), ==, 100000);
    g_assert_false(live_buffer_is_lost(buffer, &quick));
}

static void the_newest_chunk_stays_however_large(void)
{
    g_autoptr(LiveBuffer) buffer = live_buffer_new(10);
    LiveCursor cursor;

    append(buffer, 5, 'a', FALSE);
    append(buffer, 5000, 'b', FALSE);
    live_buffer_start(buffer, 99999, &cursor);
    assert_next(buffer, &cursor, 5000, 'b');
    g_assert_cmpuint(live_buffer_get_chunks(buffer), ==, 1);
}

static void single_bytes_do_not_pile_up_without_end(void)
{
    g_autoptr(LiveBuffer) buffer = live_buffer_new(100000);

    for (int i = 0; i < 5000; i++)
        append(buffer, 1, 'a', FALSE);
    g_assert_cmpuint(live_buffer_get_chunks(buffer), <, 1000);
}

static void references_outlive_what_is_dropped(void)
{
    g_autoptr(LiveBuffer) buffer = live_buffer_new(100);
    g_autoptr(GBytes) piece = NULL;
    LiveCursor cursor;

    live_buffer_start(buffer, 0, &cursor);
    append(buffer, 90, 'a', FALSE);
    piece = live_buffer_next(buffer, &cursor);
    append(buffer, 90, 'b', FALSE);
    g_assert_cmpint(((const char *)g_bytes_get_data(piece, NULL))[89], ==, 'a');
    assert_next(buffer, &cursor, 90, 'b');
}

typedef struct {
    gsize burst;
    gboolean packets;
    guint64 position; /* where three chunks of 10, 4 and 6 packets are to be entered */
} StartRow;

#define P(n) ((n)*TS_PACKET_BYTES)

static const StartRow start_rows[] = {
    {0, TRUE, P(20)},        {1, TRUE, P(20)},
    {P(1) - 1, TRUE, P(20)}, {P(1), TRUE, P(19)},
    {P(2) - 1, TRUE, P(19)}, {P(6), TRUE, P(14)},
    {P(6) + 1, TRUE, P(14)}, {P(7), TRUE, P(13)},
    {P(10), TRUE, P(10)},    {P(19) + 5, TRUE, P(1)},
    {P(20), TRUE, 0},        {P(99), TRUE, 0},
    {1, FALSE, P(20) - 1},   {P(7) + 3, FALSE, P(13) - 3},
    {P(99), FALSE, 0},
};

/* The cursor reads on to the end from there, no byte less or more. */
static void assert_reads_to_the_end(const LiveBuffer *buffer, LiveCursor *cursor)
{
    guint64 expected = live_buffer_get_behind(buffer, cursor);
    guint64 got = 0;

    for (;;) {
        g_autoptr(GBytes) piece = live_buffer_next(buffer, cursor);

        if (piece == NULL)
            break;
        got += g_bytes_get_size(piece);
    }
    g_assert_cmpuint(got, ==, expected);
}

static void a_burst_begins_at_a_packet_and_is_not_more_than_asked_for(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(start_rows); i++) {
        const StartRow *row = &start_rows[i];
        g_autoptr(LiveBuffer) buffer = live_buffer_new(1024 * 1024);
        LiveCursor cursor;

        append(buffer, P(10), 'a', row->packets);
        append(buffer, P(4), 'b', row->packets);
        append(buffer, P(6), 'c', row->packets);
        live_buffer_start(buffer, row->burst, &cursor);
        g_test_message("burst %d", (int)row->burst);
        g_assert_cmpuint(cursor.position, ==, row->position);
        g_assert_cmpuint(live_buffer_get_behind(buffer, &cursor), <=, row->burst);
        assert_reads_to_the_end(buffer, &cursor);
    }
}

static void a_burst_is_no_more_than_what_is_left(void)
{
    g_autoptr(LiveBuffer) buffer = live_buffer_new(2500);
    LiveCursor cursor;

    for (int i = 0; i < 200; i++)
        append(buffer, 1000, 'a', FALSE);
    live_buffer_start(buffer, 100000, &cursor);
    g_assert_cmpuint(live_buffer_get_behind(buffer, &cursor), ==, 2000);
    assert_reads_to_the_end(buffer, &cursor);
}

static void clearing_forgets_the_chunks_but_not_the_count(void)
{
    g_autoptr(LiveBuffer) buffer = live_buffer_new(100000);
    LiveCursor behind;
    LiveCursor level;

    live_buffer_start(buffer, 0, &behind);
    append(buffer, 100, 'a', FALSE);
    live_buffer_start(buffer, 0, &level);
    live_buffer_clear(buffer);
    g_assert_cmpuint(live_buffer_get_size(buffer), ==, 0);
    g_assert_true(live_buffer_is_lost(buffer, &behind));
    append(buffer, 50, 'b', FALSE);
    assert_next(buffer, &level, 50, 'b');
    g_assert_cmpuint(live_buffer_get_end(buffer), ==, 150);
}

static void the_ring_grows_with_chunks_in_the_middle_of_it(void)
{
    g_autoptr(LiveBuffer) buffer = live_buffer_new(1024 * 1024);
    LiveCursor cursor;

    for (int i = 0; i < 50; i++)
        append(buffer, 1, '-', FALSE);
    live_buffer_clear(buffer);
    live_buffer_start(buffer, 0, &cursor);
    for (int i = 0; i < 1000; i++)
        append(buffer, (gsize)i + 1, (char)('a' + i % 26), FALSE);
    for (int i = 0; i < 1000; i++)
        assert_next(buffer, &cursor, (gsize)i + 1, (char)('a' + i % 26));
    g_assert_null(live_buffer_next(buffer, &cursor));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/live-buffer/order", readers_get_every_chunk_in_order_once);
    g_test_add_func("/live-buffer/shared", a_chunk_is_shared_not_copied);
    g_test_add_func("/live-buffer/empty", an_empty_chunk_is_ignored);
    g_test_add_func("/live-buffer/limit", the_oldest_go_past_the_limit_and_their_reader_is_lost);
    g_test_add_func("/live-buffer/newest", the_newest_chunk_stays_however_large);
    g_test_add_func("/live-buffer/drip", single_bytes_do_not_pile_up_without_end);
    g_test_add_func("/live-buffer/references", references_outlive_what_is_dropped);
    g_test_add_func("/live-buffer/start",
                    a_burst_begins_at_a_packet_and_is_not_more_than_asked_for);
    g_test_add_func("/live-buffer/short", a_burst_is_no_more_than_what_is_left);
    g_test_add_func("/live-buffer/clear", clearing_forgets_the_chunks_but_not_the_count);
    g_test_add_func("/live-buffer/grow", the_ring_grows_with_chunks_in_the_middle_of_it);
    return g_test_run();
}
