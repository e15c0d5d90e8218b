#include "lane_view.h"

#include "duration.h"

/* clang-format off */
static const CliColumn COLUMNS[] = {
    {"LANE", FALSE, CLI_SHORTEN_MIDDLE, 0, 0},
    {"QUEUE", FALSE, CLI_SHORTEN_END, 0, 2},
    {"KIND", FALSE, CLI_SHORTEN_END, 0, 5},
    {"STATE", FALSE, CLI_SHORTEN_END, 0, 0},
    {"SINCE", FALSE, CLI_SHORTEN_END, 0, 6},
    {"OK", TRUE, CLI_SHORTEN_END, 0, 0},
    {"FAILED", TRUE, CLI_SHORTEN_END, 0, 0},
    {"ACCOUNT", FALSE, CLI_SHORTEN_END, 0, 4},
    {"PROXY", FALSE, CLI_SHORTEN_MIDDLE, 16, 7},
    {"URL", FALSE, CLI_SHORTEN_MIDDLE, 20, 1},
    {"REASON", FALSE, CLI_SHORTEN_END, 16, 0},
};
/* clang-format on */

/* UNKNOWN for a number that a newer server may send; of a state too. */
static const char *kind_name(YtopsLaneKind kind)
{
    switch (kind) {
    case YTOPS_LANE_KIND_FULL:
        return "FULL";
    case YTOPS_LANE_KIND_AUTH:
        return "AUTH";
    case YTOPS_LANE_KIND_DOWNLOAD:
        return "DOWNLOAD";
    }
    return "UNKNOWN";
}

static const char *state_name(YtopsLaneState state)
{
    switch (state) {
    case YTOPS_LANE_STATE_PULLING:
        return "PULLING";
    case YTOPS_LANE_STATE_ASSIGNING:
        return "ASSIGNING";
    case YTOPS_LANE_STATE_GETTING_TOKEN:
        return "GETTING_TOKEN";
    case YTOPS_LANE_STATE_DOWNLOADING:
        return "DOWNLOADING";
    case YTOPS_LANE_STATE_PROBING:
        return "PROBING";
    case YTOPS_LANE_STATE_MARKING:
        return "MARKING";
    case YTOPS_LANE_STATE_PAUSED:
        return "PAUSED";
    case YTOPS_LANE_STATE_STOPPED:
        return "STOPPED";
    }
    return "UNKNOWN";
}

static CliStyle style_of(YtopsLaneState state)
{
    switch (state) {
    case YTOPS_LANE_STATE_PAUSED:
        return CLI_STYLE_YELLOW;
    case YTOPS_LANE_STATE_STOPPED:
        return CLI_STYLE_RED;
    case YTOPS_LANE_STATE_DOWNLOADING:
        return CLI_STYLE_GREEN;
    default:
        return CLI_STYLE_PLAIN;
    }
}

static void add_state(CliTable *table, const YtopsLaneStatus *status)
{
    const char *name = state_name(status->state);
    g_autofree char *text = status->__isset_progress
                                ? g_strdup_printf("%s %d%%", name, (int)status->progress)
                                : g_strdup(name);

    cli_table_add(table, text, style_of(status->state));
}

static void add_optional(CliTable *table, gboolean is_set, const char *text)
{
    cli_table_add(table, is_set ? text : NULL, CLI_STYLE_PLAIN);
}

CliTable *cli_lane_table(const GPtrArray *statuses, gint64 now)
{
    CliTable *table = cli_table_new(COLUMNS, G_N_ELEMENTS(COLUMNS));

    for (guint i = 0; i < statuses->len; i++) {
        const YtopsLaneStatus *status = g_ptr_array_index(statuses, i);
        g_autofree char *age = cli_age_format(status->stateSince, now);

        cli_table_add(table, status->laneId, CLI_STYLE_PLAIN);
        cli_table_add(table, status->queue, CLI_STYLE_PLAIN);
        cli_table_add(table, kind_name(status->kind), CLI_STYLE_PLAIN);
        add_state(table, status);
        cli_table_add(table, age, CLI_STYLE_PLAIN);
        cli_table_add_int(table, status->succeeded);
        cli_table_add_int(table, status->failed);
        add_optional(table, status->__isset_accountId, status->accountId);
        add_optional(table, status->__isset_proxyUrl, status->proxyUrl);
        add_optional(table, status->__isset_url, status->url);
        add_optional(table, status->__isset_reason, status->reason);
    }
    return table;
}

static void set_optional(YtopsJson *json, const char *key, gboolean is_set, const char *text)
{
    ytops_json_set_string(json, key, is_set ? text : NULL);
}

static YtopsJson *lane_json(const YtopsLaneStatus *status)
{
    YtopsJson *json = ytops_json_object_new();

    ytops_json_set_string(json, "laneId", status->laneId);
    ytops_json_set_string(json, "instanceId", status->instanceId);
    ytops_json_set_string(json, "queue", status->queue);
    ytops_json_set_string(json, "kind", kind_name(status->kind));
    ytops_json_set_string(json, "state", state_name(status->state));
    ytops_json_set_int(json, "stateSince", status->stateSince);
    set_optional(json, "url", status->__isset_url, status->url);
    set_optional(json, "accountId", status->__isset_accountId, status->accountId);
    set_optional(json, "proxyUrl", status->__isset_proxyUrl, status->proxyUrl);
    if (status->__isset_progress)
        ytops_json_set_number(json, "progress", status->progress);
    else
        ytops_json_set_string(json, "progress", NULL);
    ytops_json_set_int(json, "succeeded", status->succeeded);
    ytops_json_set_int(json, "failed", status->failed);
    set_optional(json, "reason", status->__isset_reason, status->reason);
    return json;
}

YtopsJson *cli_lane_list_json(const GPtrArray *statuses)
{
    YtopsJson *document = ytops_json_object_new(), *lanes = ytops_json_array_new();

    for (guint i = 0; i < statuses->len; i++)
        ytops_json_append_take(lanes, lane_json(g_ptr_array_index(statuses, i)));
    ytops_json_set_take(document, "lanes", lanes);
    return document;
}
