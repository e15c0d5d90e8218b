#include "kind_probe.h"

#include "hls_client.h"
#include "live_stream.h"
#include "relay_client.h"
#include "relay_kind.h"
#include "vod_client.h"
#include "ytops/log.h"

struct KindProbe {
    YtopsRelayStream *stream;
    Attempt *attempt;
    GPtrArray *waiting;       /* borrowed clients */
    YtopsRelayClient *leader; /* whose range is asked for; NULL: it went */
};

void kind_probe_free(KindProbe *self)
{
    if (self == NULL)
        return;
    attempt_close(self->attempt);
    g_ptr_array_unref(self->waiting);
    g_free(self);
}

/* A client went, or is served by another part from now on. */
static void probe_leave(gpointer data)
{
    YtopsRelayClient *client = data;
    YtopsRelayStream *stream = client->probe_stream;
    KindProbe *self = stream->probe;

    if (self == NULL || !g_ptr_array_remove(self->waiting, client))
        return;
    if (self->leader == client)
        self->leader = NULL;
    if (self->waiting->len == 0)
        kind_probe_free(g_steal_pointer(&stream->probe));
}

static const RelayClientPart probe_part = {.free = probe_leave};

static void probe_prepare(UpstreamRequest *request, gpointer data)
{
    KindProbe *self = data;
    YtopsRelayClient *leader = self->leader;

    if (leader == NULL || leader->range == NULL)
        return;
    request->range = leader->range;
    request->if_range = leader->if_range;
}

static gboolean probe_takes_status(guint status, gpointer data)
{
    KindProbe *self = data;

    return status == 416 && self->leader != NULL && self->leader->range != NULL;
}

/* The fetch goes on for whom it was begun; a live one for everybody. */
static gboolean hand_over(YtopsRelayStream *stream, Attempt *attempt, YtopsRelayClient *leader,
                          const UpstreamHead *head, const char **why)
{
    if (stream->kind == YTOPS_RELAY_LIVE) {
        live_stream_adopt(stream, attempt, head);
        return TRUE;
    }
    /* A playlist is needed whole, and a range of it was asked for. */
    if (leader == NULL || (stream->kind == YTOPS_RELAY_HLS && head->status != 200)) {
        attempt_close(attempt);
        return TRUE;
    }
    if (stream->kind == YTOPS_RELAY_VOD)
        return vod_client_adopt(leader, attempt, head, why);
    hls_client_adopt(leader, attempt, head);
    return TRUE;
}

static gboolean probe_head(const UpstreamHead *head, const char **why, gpointer data)
{
    KindProbe *self = data;
    g_autoptr(YtopsRelayStream) stream = relay_stream_ref(self->stream);
    g_autoptr(GPtrArray) clients = relay_stream_copy_clients(stream);
    g_autoptr(YtopsRelayClient) leader =
        self->leader != NULL ? relay_client_ref(self->leader) : NULL;
    Attempt *attempt = g_steal_pointer(&self->attempt);
    gboolean taken;

    /* An unsatisfied range tells nothing of a kind but that ranges are known. */
    stream->kind = head->status == 416 ? YTOPS_RELAY_VOD
                                       : relay_kind_from_head(head, attempt_get_url(attempt));
    ytops_log_info("relay", "kind of stream found", "stream_id", stream->id, "kind",
                   ytops_relay_kind_to_string(stream->kind), "content_type", head->content_type,
                   NULL);
    kind_probe_free(g_steal_pointer(&stream->probe));
    taken = hand_over(stream, attempt, leader, head, why);
    for (guint i = 0; i < clients->len; i++) {
        YtopsRelayClient *client = clients->pdata[i];

        if (!client->is_over && client->part == &probe_part)
            relay_stream_serve(stream, client);
    }
    return taken;
}

static void probe_data(GBytes *piece G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED)
{
    /* Cannot come: with the head another owner took over. */
}

static gboolean probe_complete(const char **why, gpointer data G_GNUC_UNUSED)
{
    *why = "the upstream answered without a head";
    return FALSE;
}

static void probe_failed(const GError *error, gpointer data)
{
    KindProbe *self = data;
    g_autoptr(YtopsRelayStream) stream = relay_stream_ref(self->stream);
    g_autoptr(GPtrArray) clients = relay_stream_copy_clients(stream);

    kind_probe_free(g_steal_pointer(&stream->probe));
    for (guint i = 0; i < clients->len; i++) {
        YtopsRelayClient *client = clients->pdata[i];

        if (client->part == &probe_part)
            relay_client_end(client, error);
    }
}

/* Live until known otherwise: the shorter chunk timeout, and a clean end without data is an error. */
static const AttemptEvents probe_events = {
    .is_live = TRUE,
    .prepare = probe_prepare,
    .takes_status = probe_takes_status,
    .on_head = probe_head,
    .on_data = probe_data,
    .on_complete = probe_complete,
    .on_failed = probe_failed,
};

void kind_probe_attach(YtopsRelayStream *stream, YtopsRelayClient *client)
{
    KindProbe *self = stream->probe;
    gboolean is_first = self == NULL;

    if (is_first) {
        self = g_new0(KindProbe, 1);
        self->stream = stream;
        self->waiting = g_ptr_array_new();
        self->leader = client;
        stream->probe = self;
    }
    g_ptr_array_add(self->waiting, client);
    client->probe_stream = stream;
    relay_client_set_part(client, &probe_part, client);
    if (is_first) {
        self->attempt = attempt_new(stream, NULL, &probe_events, self);
        attempt_start(self->attempt);
    }
}
