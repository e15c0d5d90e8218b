#include "hls_client.h"

#include <string.h>

#include "byte_range.h"
#include "hls_playlist.h"
#include "relay_client.h"
#include "relay_core.h"
#include "relay_kind.h"
#include "vod_client.h"

typedef struct {
    YtopsRelayClient *client;
    Attempt *attempt;
    GByteArray *body;
    char *base_url; /* where the playlist came from, after redirects */
} HlsClient;

static void hls_client_free(gpointer data)
{
    HlsClient *self = data;

    attempt_close(self->attempt);
    g_byte_array_unref(self->body);
    g_free(self->base_url);
    g_free(self);
}

/* What its addresses of playlists are signed for: by its name a variant may be any file. */
static char *name_of_playlists(const YtopsRelayStream *stream)
{
    return g_strconcat(stream->id, "/playlist", NULL);
}

static char *make_address(const char *url, HlsPlaylistPart part, gpointer data)
{
    static const char *const extensions[] = {
        [HLS_PLAYLIST_PLAYLIST] = "m3u8", [HLS_PLAYLIST_SEGMENT] = "ts", [HLS_PLAYLIST_MAP] = "mp4",
        [HLS_PLAYLIST_KEY] = "key",       [HLS_PLAYLIST_DATA] = NULL,
    };
    HlsClient *self = data;
    YtopsRelayStream *stream = self->client->stream;
    g_autofree char *playlists = name_of_playlists(stream);
    g_autofree char *segment =
        signed_url_make(&stream->relay->key, part == HLS_PLAYLIST_PLAYLIST ? playlists : stream->id,
                        url, extensions[part]);
    const char *base = self->client->base_path != NULL ? self->client->base_path : "";

    return segment != NULL ? g_strconcat(base, segment, NULL) : NULL;
}

/* ---- a playlist ------------------------------------------------------------------------------ */

static void playlist_begin(HlsClient *self, const UpstreamHead *head)
{
    g_byte_array_set_size(self->body, 0);
    g_free(self->base_url);
    self->base_url = g_strdup(head->effective_url);
}

static gboolean is_playlist(HlsClient *self, const UpstreamHead *head)
{
    return self->client->resource == NULL || relay_kind_is_playlist_url(self->client->resource) ||
           relay_kind_is_playlist(head, attempt_get_url(self->attempt));
}

/* Before a playlist is known as one a player's range goes on, which may be of all of it: bytes=0-. */
static gboolean is_whole(const UpstreamHead *head)
{
    ByteSpan span;

    return head->status == 200 ||
           (head->status == 206 &&
            byte_span_from_head(206, head->content_length, head->content_range, &span) &&
            span.first == 0 && span.last == span.total - 1);
}

/* Not a playlist: from here on the client is served as one of a file. */
static gboolean become_file(HlsClient *self, const UpstreamHead *head, const char **why)
{
    g_autoptr(YtopsRelayClient) client = relay_client_ref(self->client);
    Attempt *attempt = g_steal_pointer(&self->attempt);

    return vod_client_adopt(client, attempt, head, why);
}

static gboolean hls_head(const UpstreamHead *head, const char **why, gpointer data)
{
    HlsClient *self = data;

    if (!is_playlist(self, head))
        return become_file(self, head, why);
    if (!is_whole(head)) {
        *why = "the upstream did not answer with the whole playlist";
        return FALSE;
    }
    playlist_begin(self, head);
    return TRUE;
}

static void hls_data(GBytes *piece, gpointer data)
{
    HlsClient *self = data;
    gsize size;
    const guint8 *bytes = g_bytes_get_data(piece, &size);

    /* At once: what is no playlist may have no end. */
    if (self->body->len + size > HLS_PLAYLIST_LIMIT)
        attempt_refuse(self->attempt, "the upstream sends more than a playlist may have");
    else
        g_byte_array_append(self->body, bytes, (guint)size);
}

static gboolean hls_complete(const char **why, gpointer data)
{
    HlsClient *self = data;
    g_autoptr(YtopsRelayClient) client = relay_client_ref(self->client);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) text = hls_playlist_rewrite((const char *)self->body->data, self->body->len,
                                                  self->base_url, make_address, self, &error);
    YtopsRelayHead head = {.status = 200, .content_type = "application/vnd.apple.mpegurl"};

    if (text == NULL) {
        *why = "the upstream sent no valid HLS playlist";
        return FALSE;
    }
    attempt_note_flow(self->attempt);
    head.length = (gint64)g_bytes_get_size(text);
    relay_client_send_head(client, &head);
    if (!client->is_head)
        relay_client_send(client, text);
    relay_client_end(client, NULL);
    return TRUE;
}

static void hls_failed(const GError *error, gpointer data)
{
    HlsClient *self = data;

    relay_client_end(self->client, error);
}

/* The range is for a segment; of a playlist the whole is needed, which is_playlist tells by name. */
static void hls_prepare(UpstreamRequest *request, gpointer data)
{
    HlsClient *self = data;
    YtopsRelayClient *client = self->client;

    if (client->resource == NULL || relay_kind_is_playlist_url(client->resource) ||
        relay_kind_is_playlist_url(request->url))
        return;
    request->range = client->range;
    request->if_range = client->range != NULL ? client->if_range : NULL;
}

static gboolean hls_takes_status(guint status, gpointer data)
{
    HlsClient *self = data;

    return status == 416 && self->client->resource != NULL && self->client->range != NULL;
}

static const AttemptEvents hls_events = {
    .prepare = hls_prepare,
    .takes_status = hls_takes_status,
    .on_head = hls_head,
    .on_data = hls_data,
    .on_complete = hls_complete,
    .on_failed = hls_failed,
};

static const RelayClientPart hls_part = {.free = hls_client_free};

static HlsClient *hls_client_new(YtopsRelayClient *client)
{
    HlsClient *self = g_new0(HlsClient, 1);

    self->client = client;
    self->body = g_byte_array_new();
    relay_client_set_part(client, &hls_part, self);
    return self;
}

static void refuse(YtopsRelayClient *client)
{
    g_autoptr(GError) error =
        g_error_new_literal(YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND,
                            "this address was not made by this server for this stream; fetch the "
                            "playlist again");

    ytops_error_set_context(error, "status", "404");
    relay_client_end(client, error);
}

/* NULL: the address was not made here for this stream. */
static char *parse_address(const YtopsRelayStream *stream, const char *address, gboolean *is_part)
{
    g_autofree char *playlists = name_of_playlists(stream);
    char *url = signed_url_parse(&stream->relay->key, playlists, address);

    *is_part = url == NULL;
    return url != NULL ? url : signed_url_parse(&stream->relay->key, stream->id, address);
}

void hls_client_attach(YtopsRelayStream *stream, YtopsRelayClient *client)
{
    g_autofree char *url = NULL;
    gboolean is_part = FALSE;
    HlsClient *self;

    if (client->resource != NULL) {
        url = parse_address(stream, client->resource, &is_part);
        if (url == NULL) {
            refuse(client);
            return;
        }
    }
    self = hls_client_new(client);
    self->attempt = attempt_new(stream, client->id, &hls_events, self);
    attempt_set_resource(self->attempt, url, client->query);
    if (is_part)
        attempt_set_part(self->attempt);
    attempt_start(self->attempt);
}

void hls_client_adopt(YtopsRelayClient *client, Attempt *attempt, const UpstreamHead *head)
{
    HlsClient *self = hls_client_new(client);

    self->attempt = attempt;
    attempt_set_events(attempt, &hls_events, self);
    playlist_begin(self, head);
}
