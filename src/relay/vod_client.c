#include "vod_client.h"

#include "relay_client.h"
#include "vod_file.h"

/* A client with so much queued pauses its upstream. */
#define QUEUE_LIMIT (512 * 1024)

typedef struct {
    YtopsRelayClient *client;
    Attempt *attempt;
    VodFile file;
    char *range; /* as asked for last */
} VodClient;

static void vod_client_free(gpointer data)
{
    VodClient *self = data;

    attempt_close(self->attempt);
    vod_file_clear(&self->file);
    g_free(self->range);
    g_free(self);
}

static void vod_prepare(UpstreamRequest *request, gpointer data)
{
    VodClient *self = data;
    YtopsRelayClient *client = self->client;

    if (!client->has_head) {
        request->method = client->is_head ? "HEAD" : NULL;
        request->range = client->range;
        request->if_range = client->range != NULL ? client->if_range : NULL;
        return;
    }
    g_free(self->range);
    self->range =
        vod_file_make_range(&self->file, attempt_get_url(self->attempt), &request->if_range);
    request->range = self->range;
}

static gboolean vod_takes_status(guint status, gpointer data)
{
    VodClient *self = data;

    return status == 416 && self->client->range != NULL && !self->client->has_head;
}

/* The client gets its head with the first byte, so that until then all can begin anew. */
static void commit(VodClient *self)
{
    const VodFile *file = &self->file;
    YtopsRelayHead head = {
        .status = file->status,
        .length = file->status == 416 ? 0 : file->length,
        .content_type = file->status == 416 ? NULL : file->content_type,
        .content_range = file->content_range,
        .accept_ranges = file->accept_ranges,
        .etag = file->etag,
        .last_modified = file->last_modified,
    };

    relay_client_send_head(self->client, &head);
}

static gboolean vod_head(const UpstreamHead *head, const char **why, gpointer data)
{
    VodClient *self = data;
    g_autoptr(YtopsRelayClient) client = relay_client_ref(self->client);

    if (client->has_head)
        return vod_file_continues(&self->file, attempt_get_url(self->attempt), head, why);
    if (!vod_file_take(&self->file, attempt_get_url(self->attempt), head, why))
        return FALSE;
    if (client->is_head || self->file.status == 416) {
        commit(self);
        relay_client_end(client, NULL);
    }
    return TRUE;
}

static GBytes *cut_to_rest(const VodClient *self, GBytes *piece)
{
    gint64 rest = vod_file_get_rest(&self->file);
    gsize size = g_bytes_get_size(piece);

    if (rest < 0 || size <= (gsize)rest)
        return g_bytes_ref(piece);
    return g_bytes_new_from_bytes(piece, 0, (gsize)rest);
}

static void vod_data(GBytes *piece, gpointer data)
{
    VodClient *self = data;
    g_autoptr(YtopsRelayClient) client = relay_client_ref(self->client);
    g_autoptr(GBytes) part = cut_to_rest(self, piece);
    gboolean is_surplus = g_bytes_get_size(part) < g_bytes_get_size(piece);

    attempt_note_flow(self->attempt);
    if (!client->has_head && !client->is_over)
        commit(self);
    if (client->is_over)
        return;
    self->file.delivered += (gint64)g_bytes_get_size(part);
    relay_client_send(client, part);
    if (client->is_over)
        return;
    if (is_surplus)
        relay_client_end(client, NULL);
    else if (relay_client_get_queued(client) > QUEUE_LIMIT)
        attempt_pause(self->attempt);
}

static gboolean vod_complete(const char **why G_GNUC_UNUSED, gpointer data)
{
    VodClient *self = data;
    g_autoptr(YtopsRelayClient) client = relay_client_ref(self->client);

    if (vod_file_get_rest(&self->file) > 0)
        return FALSE;
    if (!client->has_head)
        commit(self);
    relay_client_end(client, NULL);
    return TRUE;
}

static gboolean vod_break(gpointer data)
{
    VodClient *self = data;

    if (!self->client->has_head)
        return TRUE;
    if (vod_file_get_rest(&self->file) == 0) {
        relay_client_end(self->client, NULL);
        return FALSE;
    }
    return vod_file_is_resumable(&self->file);
}

static void vod_failed(const GError *error, gpointer data)
{
    VodClient *self = data;

    relay_client_end(self->client, error);
}

static void vod_drained(gpointer data)
{
    VodClient *self = data;

    attempt_resume(self->attempt);
}

static const AttemptEvents vod_events = {
    .prepare = vod_prepare,
    .takes_status = vod_takes_status,
    .on_head = vod_head,
    .on_data = vod_data,
    .on_complete = vod_complete,
    .on_break = vod_break,
    .on_failed = vod_failed,
};

static const RelayClientPart vod_part = {.drained = vod_drained, .free = vod_client_free};

static VodClient *vod_client_new(YtopsRelayClient *client)
{
    VodClient *self = g_new0(VodClient, 1);

    self->client = client;
    self->file.length = -1;
    relay_client_set_part(client, &vod_part, self);
    return self;
}

void vod_client_attach(YtopsRelayStream *stream, YtopsRelayClient *client)
{
    VodClient *self = vod_client_new(client);

    self->attempt = attempt_new(stream, client->id, &vod_events, self);
    attempt_start(self->attempt);
}

gboolean vod_client_adopt(YtopsRelayClient *client, Attempt *attempt, const UpstreamHead *head,
                          const char **why)
{
    VodClient *self = vod_client_new(client);

    self->attempt = attempt;
    attempt_set_events(attempt, &vod_events, self);
    return vod_head(head, why, self);
}
