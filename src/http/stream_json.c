#include "stream_json.h"

#include "ytops/log.h"

static void set_url(YtopsJson *json, const char *key, const char *url)
{
    g_autofree char *shown = url != NULL ? ytops_redact(url) : NULL;

    ytops_json_set_string(json, key, shown);
}

static YtopsJson *url_list(const char *const *urls)
{
    YtopsJson *list = ytops_json_array_new();

    for (; urls != NULL && *urls != NULL; urls++) {
        g_autofree char *shown = ytops_redact(*urls);

        ytops_json_append_string(list, shown);
    }
    return list;
}

static YtopsJson *text_object(GHashTable *texts)
{
    YtopsJson *object = ytops_json_object_new();
    GHashTableIter iter;
    gpointer key, value;

    if (texts == NULL)
        return object;
    g_hash_table_iter_init(&iter, texts);
    while (g_hash_table_iter_next(&iter, &key, &value))
        ytops_json_set_string(object, key, value);
    return object;
}

static void set_endpoint(YtopsJson *json, const YtopsRelayInfo *info)
{
    gboolean is_hls = info->kind == YTOPS_RELAY_HLS;
    g_autofree char *endpoint =
        g_strdup_printf(is_hls ? "/hls/%s/playlist.m3u8" : "/stream/%s", info->stream_id);
    g_autofree char *type = g_ascii_strdown(ytops_relay_kind_to_string(info->kind), -1);

    ytops_json_set_string(json, "stream_endpoint", endpoint);
    ytops_json_set_string(json, "stream_type", type);
    ytops_json_set_string(json, "kind", type);
}

YtopsJson *stream_json_status(const YtopsRelayInfo *info)
{
    YtopsJson *json = ytops_json_object_new();

    ytops_json_set_string(json, "stream_id", info->stream_id);
    set_url(json, "url", info->url);
    set_url(json, "current_url", info->current_url);
    if (info->account_id != NULL) {
        ytops_json_set_string(json, "account_id", info->account_id);
        ytops_json_set_string(json, "format", info->format);
    }
    ytops_json_set_take(json, "failover_urls", url_list(info->failover_urls));
    set_endpoint(json, info);
    ytops_json_set_string(json, "state", ytops_relay_state_to_string(info->state));
    ytops_json_set_int(json, "client_count", info->client_count);
    ytops_json_set_int(json, "bytes_from_upstream", (gint64)info->bytes_from_upstream);
    ytops_json_set_int(json, "bytes_to_clients", (gint64)info->bytes_to_clients);
    ytops_json_set_int(json, "retry_count", info->retry_count);
    ytops_json_set_int(json, "failover_count", info->failover_count);
    set_url(json, "last_error", info->last_error);
    ytops_json_set_int(json, "created_at", info->created_at);
    ytops_json_set_take(json, "metadata", text_object(info->metadata));
    return json;
}

YtopsJson *stream_json_created(const YtopsRelayInfo *info)
{
    YtopsJson *json = ytops_json_object_new();

    ytops_json_set_string(json, "message", "Stream created");
    ytops_json_set_string(json, "stream_id", info->stream_id);
    set_url(json, "primary_url", info->url);
    ytops_json_set_take(json, "failover_urls", url_list(info->failover_urls));
    set_endpoint(json, info);
    ytops_json_set_take(json, "metadata", text_object(info->metadata));
    return json;
}
