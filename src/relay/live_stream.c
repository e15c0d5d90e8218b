#include "live_stream.h"

#include "live_buffer.h"
#include "relay_client.h"
#include "relay_core.h"
#include "ts_packets.h"
#include "ytops/log.h"

struct LiveStream {
    YtopsRelayStream *stream;
    Attempt *attempt; /* NULL: failed */
    LiveBuffer *buffer;
    TsPackets *packets;
    char *content_type;
    RelayTimer *greeting; /* for clients that come while data flows: not from within their attach */
};

/* Dropped, and told so in the log: the only thing that happens to a slow client. */
static void drop_lagging(YtopsRelayClient *client, gsize queued)
{
    g_autoptr(GError) error = g_error_new(
        YTOPS_ERROR, YTOPS_ERROR_OVERLOADED,
        "the client is %" G_GSIZE_FORMAT " bytes behind the live stream; it is dropped", queued);

    ytops_log_warning("relay", "client lags too far behind and is dropped", "stream_id",
                      client->stream->id, "client_id", client->id, "peer", client->peer,
                      "bytes_behind", YTOPS_LOG_INT((gint64)queued), NULL);
    relay_client_end(client, error);
}

static void send_piece(YtopsRelayClient *client, GBytes *piece)
{
    gsize queued = relay_client_get_queued(client);

    if (client->is_over)
        return;
    if (queued > client->stream->settings.client_lag_bytes)
        drop_lagging(client, queued);
    else
        relay_client_send(client, piece);
}

static void send_burst(LiveStream *self, YtopsRelayClient *client)
{
    g_autoptr(GPtrArray) pieces = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    LiveCursor cursor;
    GBytes *piece;

    live_buffer_start(self->buffer, self->stream->settings.burst_bytes, &cursor);
    while ((piece = live_buffer_next(self->buffer, &cursor)) != NULL)
        g_ptr_array_add(pieces, piece);
    for (guint i = 0; i < pieces->len; i++)
        relay_client_send(client, pieces->pdata[i]);
}

static void greet(LiveStream *self, YtopsRelayClient *client)
{
    YtopsRelayHead head = {.status = 200,
                           .length = -1,
                           .content_type =
                               self->content_type != NULL ? self->content_type : "video/mp2t"};

    relay_client_send_head(client, &head);
    if (client->is_over)
        return;
    if (client->is_head)
        relay_client_end(client, NULL);
    else
        send_burst(self, client);
}

static gboolean is_flowing(const LiveStream *self)
{
    return live_buffer_get_chunks(self->buffer) > 0;
}

static void greet_waiting(gpointer data)
{
    LiveStream *self = data;
    g_autoptr(YtopsRelayStream) stream = relay_stream_ref(self->stream);
    g_autoptr(GPtrArray) clients = relay_stream_copy_clients(stream);

    for (guint i = 0; i < clients->len && stream->live == self && is_flowing(self); i++) {
        YtopsRelayClient *client = clients->pdata[i];

        if (!client->has_head && !client->is_over)
            greet(self, client);
    }
}

/* ---- the upstream ---------------------------------------------------------------------------- */

static gboolean live_head(const UpstreamHead *head, const char **why G_GNUC_UNUSED, gpointer data)
{
    LiveStream *self = data;

    if (head->content_type != NULL) {
        g_free(self->content_type);
        self->content_type = g_strdup(head->content_type);
    }
    return TRUE;
}

static void distribute(GBytes *piece, gpointer data)
{
    LiveStream *self = data;
    g_autoptr(YtopsRelayStream) stream = relay_stream_ref(self->stream);
    g_autoptr(GPtrArray) clients = NULL;

    if (stream->live != self)
        return;
    attempt_note_flow(self->attempt);
    if (stream->live != self)
        return;
    clients = relay_stream_copy_clients(stream);
    live_buffer_append(self->buffer, piece, ts_packets_is_ts(self->packets));
    for (guint i = 0; i < clients->len && stream->live == self; i++) {
        YtopsRelayClient *client = clients->pdata[i];

        if (client->is_over)
            continue;
        if (client->has_head)
            send_piece(client, piece);
        else
            greet(self, client);
    }
}

static void live_clear(gpointer data)
{
    LiveStream *self = data;

    live_buffer_free(self->buffer);
    ts_packets_free(self->packets);
    g_free(self->content_type);
}

static void live_unref(LiveStream *self)
{
    g_rc_box_release_full(self, live_clear);
}

static void live_data(GBytes *piece, gpointer data)
{
    /* A client may have the stream deleted in its event. */
    LiveStream *self = g_rc_box_acquire(data);

    ts_packets_push(self->packets, piece, distribute, self);
    live_unref(self);
}

/* What follows is another piece of the broadcast: half a packet and old bursts must not precede it. */
static gboolean live_break(gpointer data)
{
    LiveStream *self = data;

    ts_packets_switch(self->packets);
    live_buffer_clear(self->buffer);
    return TRUE;
}

static void live_failed(const GError *error, gpointer data)
{
    LiveStream *self = data;
    g_autoptr(YtopsRelayStream) stream = relay_stream_ref(self->stream);
    g_autoptr(GPtrArray) clients = relay_stream_copy_clients(stream);

    attempt_close(g_steal_pointer(&self->attempt));
    ts_packets_forget(self->packets);
    for (guint i = 0; i < clients->len; i++)
        relay_client_end(clients->pdata[i], error);
}

static const AttemptEvents live_events = {
    .is_live = TRUE,
    .on_head = live_head,
    .on_data = live_data,
    .on_break = live_break,
    .on_failed = live_failed,
};

/* ---- made and freed -------------------------------------------------------------------------- */

static LiveStream *live_of(YtopsRelayStream *stream)
{
    LiveStream *self = stream->live;

    if (self != NULL)
        return self;
    self = g_rc_box_new0(LiveStream);
    self->stream = stream;
    self->buffer = live_buffer_new(MAX(stream->settings.burst_bytes, 1));
    self->packets = ts_packets_new();
    self->greeting = relay_timer_new(stream->relay->loop, greet_waiting, self);
    stream->live = self;
    return self;
}

void live_stream_free(LiveStream *self)
{
    if (self == NULL)
        return;
    attempt_close(self->attempt);
    relay_timer_free(self->greeting);
    live_unref(self);
}

/* How it is served is known by the stream; this only says that nothing else serves it. */
static const RelayClientPart live_part = {NULL, NULL};

void live_stream_attach(YtopsRelayStream *stream, YtopsRelayClient *client)
{
    LiveStream *self = live_of(stream);

    relay_client_set_part(client, &live_part, NULL);
    if (self->attempt == NULL) {
        live_break(self);
        self->attempt = attempt_new(stream, NULL, &live_events, self);
        attempt_start(self->attempt);
    } else if (is_flowing(self)) {
        relay_timer_start(self->greeting, 0);
    }
}

void live_stream_adopt(YtopsRelayStream *stream, Attempt *attempt, const UpstreamHead *head)
{
    LiveStream *self = live_of(stream);
    const char *why;

    self->attempt = attempt;
    attempt_set_events(attempt, &live_events, self);
    live_head(head, &why, self);
}
