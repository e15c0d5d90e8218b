#include "stream_snapshot.h"

#include "fault.h"
#include "status_convert.h"
#include "ytops/log.h"

struct StreamSnapshot {
    char *stream_id;
    char *url;
    char *current_url;
    char **failover_urls;
    char *last_error; /* redacted; NULL: none */
    GHashTable *metadata;
    YtopsRelayKind kind;
    YtopsRelayState state;
    gint64 client_count;
    guint64 bytes_from_upstream;
    guint64 bytes_to_clients;
    gint64 retry_count;
    gint64 failover_count;
    gint64 created_at;
};

static GHashTable *copy_texts(GHashTable *texts)
{
    GHashTable *copy = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    GHashTableIter iterator;
    gpointer key, value;
    if (texts == NULL)
        return copy;
    g_hash_table_iter_init(&iterator, texts);
    while (g_hash_table_iter_next(&iterator, &key, &value))
        g_hash_table_insert(copy, g_strdup(key), g_strdup(value));
    return copy;
}

StreamSnapshot *stream_snapshot_new(YtopsRelayStream *stream)
{
    StreamSnapshot *snapshot = g_new0(StreamSnapshot, 1);
    YtopsRelayInfo info;
    ytops_relay_stream_get_info(stream, &info);
    *snapshot = (StreamSnapshot){
        .stream_id = g_strdup(info.stream_id),
        .url = g_strdup(info.url),
        .current_url = g_strdup(info.current_url),
        .failover_urls = g_strdupv((char **)info.failover_urls),
        .last_error = info.last_error != NULL ? ytops_redact(info.last_error) : NULL,
        .metadata = copy_texts(info.metadata),
        .kind = info.kind,
        .state = info.state,
        .client_count = info.client_count,
        .bytes_from_upstream = info.bytes_from_upstream,
        .bytes_to_clients = info.bytes_to_clients,
        .retry_count = info.retry_count,
        .failover_count = info.failover_count,
        .created_at = info.created_at,
    };
    return snapshot;
}

static YtopsStreamKind kind_on_wire(YtopsRelayKind kind)
{
    switch (kind) {
    case YTOPS_RELAY_LIVE:
        return YTOPS_STREAM_KIND_LIVE;
    case YTOPS_RELAY_VOD:
        return YTOPS_STREAM_KIND_VOD;
    case YTOPS_RELAY_HLS:
        return YTOPS_STREAM_KIND_HLS;
    case YTOPS_RELAY_AUTO:
        break;
    }
    return YTOPS_STREAM_KIND_AUTO;
}

static void move_metadata(StreamSnapshot *snapshot, YtopsStreamStatus *status)
{
    GHashTableIter iterator;
    gpointer key, value;
    g_hash_table_iter_init(&iterator, snapshot->metadata);
    while (g_hash_table_iter_next(&iterator, &key, &value)) {
        g_hash_table_iter_steal(&iterator);
        g_hash_table_insert(status->metadata, fault_take_text(key), fault_take_text(value));
    }
    status->__isset_metadata = g_hash_table_size(status->metadata) > 0;
}

static void move_texts(StreamSnapshot *snapshot, YtopsStreamStatus *status)
{
    status->streamPath =
        g_strdup_printf(snapshot->kind == YTOPS_RELAY_HLS ? "/hls/%s/playlist.m3u8" : "/stream/%s",
                        snapshot->stream_id);
    status->streamId = fault_take_text(g_steal_pointer(&snapshot->stream_id));
    status->url = fault_take_text(g_steal_pointer(&snapshot->url));
    status->currentUrl = fault_take_text(g_steal_pointer(&snapshot->current_url));
    for (char **url = snapshot->failover_urls; url != NULL && *url != NULL; url++)
        g_ptr_array_add(status->failoverUrls, fault_take_text(g_strdup(*url)));
    status->__isset_lastError = snapshot->last_error != NULL;
    if (status->__isset_lastError)
        status->lastError = fault_take_text(g_steal_pointer(&snapshot->last_error));
    move_metadata(snapshot, status);
}

YtopsStreamStatus *stream_snapshot_to_status(StreamSnapshot *snapshot)
{
    YtopsStreamStatus *status = g_object_new(YTOPS_TYPE_STREAM_STATUS, NULL);
    move_texts(snapshot, status);
    status->kind = kind_on_wire(snapshot->kind);
    status->state = g_strdup(ytops_relay_state_to_string(snapshot->state));
    status->clientCount = status_convert_count(snapshot->client_count);
    status->bytesFromUpstream = (gint64)snapshot->bytes_from_upstream;
    status->bytesToClients = (gint64)snapshot->bytes_to_clients;
    status->retryCount = status_convert_count(snapshot->retry_count);
    status->failoverCount = status_convert_count(snapshot->failover_count);
    status->createdAt = snapshot->created_at;
    return status;
}

void stream_snapshot_free(StreamSnapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    g_free(snapshot->stream_id);
    g_free(snapshot->url);
    g_free(snapshot->current_url);
    g_strfreev(snapshot->failover_urls);
    g_free(snapshot->last_error);
    g_hash_table_unref(snapshot->metadata);
    g_free(snapshot);
}
