#include "live_buffer.h"

#include "ts_packets.h"

/* What a chunk costs beside its bytes: without it a drip of single bytes would never meet the limit. */
#define CHUNK_COST 128

typedef struct {
    GBytes *bytes;
    guint64 position; /* bytes appended before it */
    gboolean packets;
} LiveChunk;

/* A ring: chunk n stands in slot n modulo n_slots, a power of two. */
struct LiveBuffer {
    LiveChunk *slots;
    guint n_slots;
    guint64 first; /* sequence of the oldest chunk */
    guint64 next;  /* sequence of the chunk that is appended next */
    guint64 end;
    gsize size;
    gsize limit;
};

LiveBuffer *live_buffer_new(gsize limit_bytes)
{
    LiveBuffer *buffer = g_new0(LiveBuffer, 1);

    buffer->n_slots = 64;
    buffer->slots = g_new0(LiveChunk, buffer->n_slots);
    buffer->limit = limit_bytes;
    return buffer;
}

void live_buffer_free(LiveBuffer *buffer)
{
    live_buffer_clear(buffer);
    g_free(buffer->slots);
    g_free(buffer);
}

static LiveChunk *chunk_at(const LiveBuffer *buffer, guint64 sequence)
{
    return &buffer->slots[sequence & (buffer->n_slots - 1)];
}

static void drop_oldest(LiveBuffer *buffer)
{
    LiveChunk *chunk = chunk_at(buffer, buffer->first);

    buffer->size -= g_bytes_get_size(chunk->bytes);
    g_clear_pointer(&chunk->bytes, g_bytes_unref);
    buffer->first++;
}

void live_buffer_clear(LiveBuffer *buffer)
{
    while (buffer->first < buffer->next)
        drop_oldest(buffer);
}

static void grow(LiveBuffer *buffer)
{
    guint n_slots = buffer->n_slots * 2;
    LiveChunk *slots = g_new0(LiveChunk, n_slots);

    for (guint64 sequence = buffer->first; sequence < buffer->next; sequence++)
        slots[sequence & (n_slots - 1)] = *chunk_at(buffer, sequence);
    g_free(buffer->slots);
    buffer->slots = slots;
    buffer->n_slots = n_slots;
}

static gsize cost(const LiveBuffer *buffer)
{
    return buffer->size + (gsize)(buffer->next - buffer->first) * CHUNK_COST;
}

void live_buffer_append(LiveBuffer *buffer, GBytes *chunk, gboolean packets)
{
    gsize size = g_bytes_get_size(chunk);

    if (size == 0)
        return;
    if (buffer->next - buffer->first == buffer->n_slots)
        grow(buffer);
    *chunk_at(buffer, buffer->next) = (LiveChunk){
        .bytes = g_bytes_ref(chunk),
        .position = buffer->end,
        .packets = packets,
    };
    buffer->next++;
    buffer->end += size;
    buffer->size += size;
    while (cost(buffer) > buffer->limit && buffer->next - buffer->first > 1)
        drop_oldest(buffer);
}

/* Into the chunk, so that at most `burst` of its bytes are left. */
static gsize offset_for(const LiveChunk *chunk, gsize burst)
{
    gsize size = g_bytes_get_size(chunk->bytes);
    gsize offset = size > burst ? size - burst : 0;

    if (chunk->packets)
        offset = (offset + TS_PACKET_BYTES - 1) / TS_PACKET_BYTES * TS_PACKET_BYTES;
    return offset;
}

static void put_cursor(LiveCursor *cursor, guint64 sequence, gsize offset, guint64 position)
{
    *cursor = (LiveCursor){.sequence = sequence, .offset = offset, .position = position};
}

void live_buffer_start(const LiveBuffer *buffer, gsize burst_bytes, LiveCursor *cursor)
{
    put_cursor(cursor, buffer->next, 0, buffer->end);
    while (burst_bytes > 0 && cursor->sequence > buffer->first) {
        const LiveChunk *chunk = chunk_at(buffer, cursor->sequence - 1);
        gsize size = g_bytes_get_size(chunk->bytes);
        gsize offset = offset_for(chunk, burst_bytes);

        if (offset >= size)
            return;
        put_cursor(cursor, cursor->sequence - 1, offset, chunk->position + offset);
        if (offset > 0)
            return;
        burst_bytes -= size;
    }
}

gboolean live_buffer_is_lost(const LiveBuffer *buffer, const LiveCursor *cursor)
{
    return cursor->sequence < buffer->first;
}

GBytes *live_buffer_next(const LiveBuffer *buffer, LiveCursor *cursor)
{
    const LiveChunk *chunk;
    GBytes *piece;
    gsize left;

    if (cursor->sequence >= buffer->next || live_buffer_is_lost(buffer, cursor))
        return NULL;
    chunk = chunk_at(buffer, cursor->sequence);
    left = g_bytes_get_size(chunk->bytes) - cursor->offset;
    piece = cursor->offset == 0 ? g_bytes_ref(chunk->bytes)
                                : g_bytes_new_from_bytes(chunk->bytes, cursor->offset, left);
    put_cursor(cursor, cursor->sequence + 1, 0, cursor->position + left);
    return piece;
}

guint64 live_buffer_get_behind(const LiveBuffer *buffer, const LiveCursor *cursor)
{
    return buffer->end - cursor->position;
}

gsize live_buffer_get_size(const LiveBuffer *buffer)
{
    return buffer->size;
}

guint live_buffer_get_chunks(const LiveBuffer *buffer)
{
    return (guint)(buffer->next - buffer->first);
}

guint64 live_buffer_get_end(const LiveBuffer *buffer)
{
    return buffer->end;
}
