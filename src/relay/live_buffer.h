/*
 * What a live stream's clients share: the newest pieces of the upstream, each once in memory.
 *
 * Readers hold a cursor and take references; the buffer never waits for one. A reader whose next
 * piece was dropped is lost, and has to be let go. One thread.
 */
#pragma once

#include <glib.h>

typedef struct LiveBuffer LiveBuffer;

/* Where a reader stands. Plain data; made by live_buffer_start. */
typedef struct {
    guint64 sequence; /* of the chunk it reads next; the first ever appended is 0 */
    gsize offset;     /* in that chunk */
    guint64 position; /* bytes appended before it, from the first ever on */
} LiveCursor;

/* Holds at most limit_bytes, the newest chunk always. Small chunks count for what they cost. */
LiveBuffer *live_buffer_new(gsize limit_bytes);
void live_buffer_free(LiveBuffer *buffer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LiveBuffer, live_buffer_free)

/*
 * Appends a chunk (keeps a reference) and drops the oldest past the limit. An empty one is ignored.
 * packets: it is whole MPEG-TS packets (ts_packets_is_ts), so a start inside it is at a packet's.
 */
void live_buffer_append(LiveBuffer *buffer, GBytes *chunk, gboolean packets);

/* Forgets every chunk; sequence numbers and positions go on. */
void live_buffer_clear(LiveBuffer *buffer);

/*
 * The cursor of a new reader: at most burst_bytes before the end, at a packet's start where the
 * chunk is of packets. 0: at the end, with the next chunk.
 */
void live_buffer_start(const LiveBuffer *buffer, gsize burst_bytes, LiveCursor *cursor);

/*
 * The next piece for the reader, whose cursor moves on. NULL: nothing yet, or lost. Free with
 * g_bytes_unref.
 */
GBytes *live_buffer_next(const LiveBuffer *buffer, LiveCursor *cursor);

/* Whether what the reader needs next was dropped. */
gboolean live_buffer_is_lost(const LiveBuffer *buffer, const LiveCursor *cursor);

/* Bytes appended that the reader has not taken. */
guint64 live_buffer_get_behind(const LiveBuffer *buffer, const LiveCursor *cursor);

gsize live_buffer_get_size(const LiveBuffer *buffer);   /* bytes of media held */
guint live_buffer_get_chunks(const LiveBuffer *buffer); /* how many hold them */
guint64 live_buffer_get_end(const LiveBuffer *buffer);  /* bytes ever appended */
