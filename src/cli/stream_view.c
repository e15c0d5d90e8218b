#include "stream_view.h"

#include "duration.h"
#include "size.h"

/* clang-format off */
static const CliColumn COLUMNS[] = {
    {"ID", FALSE, CLI_SHORTEN_END, 0, 0},
    {"KIND", FALSE, CLI_SHORTEN_END, 0, 3},
    {"STATE", FALSE, CLI_SHORTEN_END, 0, 0},
    {"CLIENTS", TRUE, CLI_SHORTEN_END, 0, 0},
    {"UPSTREAM", TRUE, CLI_SHORTEN_END, 0, 6},
    {"SENT", TRUE, CLI_SHORTEN_END, 0, 5},
    {"RETRIES", TRUE, CLI_SHORTEN_END, 0, 4},
    {"FAILOVERS", TRUE, CLI_SHORTEN_END, 0, 2},
    {"URL", FALSE, CLI_SHORTEN_MIDDLE, 24, 0},
    {"LAST ERROR", FALSE, CLI_SHORTEN_END, 12, 1},
};
static const CliColumn DETAIL_COLUMNS[] = {
    {"WHAT", FALSE, CLI_SHORTEN_END, 0, 0},
    {"VALUE", FALSE, CLI_SHORTEN_END, 0, 0},
};
/* clang-format on */

static const char *kind_name(YtopsStreamKind kind)
{
    switch (kind) {
    case YTOPS_STREAM_KIND_AUTO:
        return "AUTO";
    case YTOPS_STREAM_KIND_LIVE:
        return "LIVE";
    case YTOPS_STREAM_KIND_VOD:
        return "VOD";
    case YTOPS_STREAM_KIND_HLS:
        return "HLS";
    }
    return "UNKNOWN";
}

static CliStyle state_style(const char *state)
{
    static const struct {
        const char *state;
        CliStyle style;
    } STYLES[] = {
        {"STREAMING", CLI_STYLE_GREEN},
        {"CONNECTING", CLI_STYLE_CYAN},
        {"WAITING_RETRY", CLI_STYLE_YELLOW},
        {"FAILED", CLI_STYLE_RED},
    };

    for (guint i = 0; i < G_N_ELEMENTS(STYLES); i++) {
        if (g_strcmp0(STYLES[i].state, state) == 0)
            return STYLES[i].style;
    }
    return CLI_STYLE_PLAIN;
}

static const char *last_error(const YtopsStreamStatus *status)
{
    return status->__isset_lastError ? status->lastError : NULL;
}

static void add_size(CliTable *table, gint64 bytes)
{
    g_autofree char *text = cli_size_format(bytes);

    cli_table_add(table, text, CLI_STYLE_PLAIN);
}

static void add_row(CliTable *table, const YtopsStreamStatus *status)
{
    cli_table_add(table, status->streamId, CLI_STYLE_PLAIN);
    cli_table_add(table, kind_name(status->kind), CLI_STYLE_PLAIN);
    cli_table_add(table, status->state, state_style(status->state));
    cli_table_add_int(table, status->clientCount);
    add_size(table, status->bytesFromUpstream);
    add_size(table, status->bytesToClients);
    cli_table_add_int(table, status->retryCount);
    cli_table_add_int(table, status->failoverCount);
    cli_table_add(table, status->currentUrl, CLI_STYLE_PLAIN);
    cli_table_add(table, last_error(status), CLI_STYLE_PLAIN);
}

CliTable *cli_stream_table(const GPtrArray *statuses)
{
    CliTable *table = cli_table_new(COLUMNS, G_N_ELEMENTS(COLUMNS));

    for (guint i = 0; i < statuses->len; i++)
        add_row(table, g_ptr_array_index(statuses, i));
    return table;
}

static void add_detail(CliTable *table, const char *what, const char *value)
{
    cli_table_add(table, what, CLI_STYLE_PLAIN);
    cli_table_add(table, value, CLI_STYLE_PLAIN);
}

static void add_count(CliTable *table, const char *what, gint64 count)
{
    cli_table_add(table, what, CLI_STYLE_PLAIN);
    cli_table_add_int(table, count);
}

/* The metadata's keys in order. Free the list only. */
static GList *sorted_keys(const YtopsStreamStatus *status)
{
    GList *keys = status->__isset_metadata && status->metadata != NULL
                      ? g_hash_table_get_keys(status->metadata)
                      : NULL;

    return g_list_sort(keys, (GCompareFunc)strcmp);
}

static void add_traffic(CliTable *table, const YtopsStreamStatus *status)
{
    add_count(table, "clients", status->clientCount);
    cli_table_add(table, "from upstream", CLI_STYLE_PLAIN);
    add_size(table, status->bytesFromUpstream);
    cli_table_add(table, "to clients", CLI_STYLE_PLAIN);
    add_size(table, status->bytesToClients);
    add_count(table, "retries", status->retryCount);
    add_count(table, "failovers", status->failoverCount);
}

static void add_urls(CliTable *table, const YtopsStreamStatus *status)
{
    add_detail(table, "url", status->url);
    for (guint i = 0; status->failoverUrls != NULL && i < status->failoverUrls->len; i++)
        add_detail(table, "failover url", g_ptr_array_index(status->failoverUrls, i));
    add_detail(table, "current url", status->currentUrl);
}

CliTable *cli_stream_details(const YtopsStreamStatus *status, gint64 now)
{
    CliTable *table = cli_table_new(DETAIL_COLUMNS, G_N_ELEMENTS(DETAIL_COLUMNS));
    g_autofree char *created = cli_age_format(status->createdAt, now);
    g_autoptr(GList) keys = sorted_keys(status);

    add_detail(table, "id", status->streamId);
    add_detail(table, "path", status->streamPath);
    add_detail(table, "kind", kind_name(status->kind));
    cli_table_add(table, "state", CLI_STYLE_PLAIN);
    cli_table_add(table, status->state, state_style(status->state));
    add_detail(table, "created", created);
    add_traffic(table, status);
    add_urls(table, status);
    if (last_error(status) != NULL)
        add_detail(table, "last error", last_error(status));
    for (GList *key = keys; key != NULL; key = key->next) {
        g_autofree char *entry = g_strdup_printf(
            "%s=%s", (char *)key->data, (char *)g_hash_table_lookup(status->metadata, key->data));
        add_detail(table, "metadata", entry);
    }
    return table;
}

static YtopsJson *urls_json(const GPtrArray *urls)
{
    YtopsJson *json = ytops_json_array_new();

    for (guint i = 0; urls != NULL && i < urls->len; i++)
        ytops_json_append_string(json, g_ptr_array_index(urls, i));
    return json;
}

static YtopsJson *metadata_json(const YtopsStreamStatus *status)
{
    YtopsJson *json = ytops_json_object_new();
    g_autoptr(GList) keys = sorted_keys(status);

    for (GList *key = keys; key != NULL; key = key->next)
        ytops_json_set_string(json, key->data, g_hash_table_lookup(status->metadata, key->data));
    return json;
}

YtopsJson *cli_stream_json(const YtopsStreamStatus *status)
{
    YtopsJson *json = ytops_json_object_new();

    ytops_json_set_string(json, "streamId", status->streamId);
    ytops_json_set_string(json, "url", status->url);
    ytops_json_set_string(json, "currentUrl", status->currentUrl);
    ytops_json_set_take(json, "failoverUrls", urls_json(status->failoverUrls));
    ytops_json_set_string(json, "kind", kind_name(status->kind));
    ytops_json_set_string(json, "state", status->state);
    ytops_json_set_int(json, "clientCount", status->clientCount);
    ytops_json_set_int(json, "bytesFromUpstream", status->bytesFromUpstream);
    ytops_json_set_int(json, "bytesToClients", status->bytesToClients);
    ytops_json_set_int(json, "retryCount", status->retryCount);
    ytops_json_set_int(json, "failoverCount", status->failoverCount);
    ytops_json_set_string(json, "lastError", last_error(status));
    ytops_json_set_int(json, "createdAt", status->createdAt);
    ytops_json_set_string(json, "streamPath", status->streamPath);
    ytops_json_set_take(json, "metadata", metadata_json(status));
    return json;
}

YtopsJson *cli_stream_list_json(const GPtrArray *statuses)
{
    YtopsJson *document = ytops_json_object_new(), *streams = ytops_json_array_new();

    for (guint i = 0; i < statuses->len; i++)
        ytops_json_append_take(streams, cli_stream_json(g_ptr_array_index(statuses, i)));
    ytops_json_set_take(document, "streams", streams);
    return document;
}
