#include "ytops/stream_report.h"

#include <string.h>

#include "ytops/log.h"

/* A media URL with all its parameters can be long, and there may be many: shown are the first. */
#define SHOWN_TEXT_BYTES 512

typedef struct {
    guint64 bytes;
    gint64 at_us;
} Mark;

struct YtopsStreamReport {
    YtopsRelayLoop *loop;
    YtopsRelay *relay;
    GHashTable *marks; /* stream id -> Mark, as of the last report */
    YtopsJson *made;   /* on its way from the loop to the caller */
};

/* What is collected for one report. */
typedef struct {
    GHashTable *old_marks;
    GHashTable *marks;
    gint64 now_us;
    YtopsJson *list;
    guint64 by_state[YTOPS_RELAY_FAILED + 1];
    guint64 clients;
    guint64 bytes_from_upstream;
    guint64 bytes_to_clients;
    guint64 bits_per_second;
} Tally;

static GHashTable *marks_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

YtopsStreamReport *ytops_stream_report_new(YtopsRelayLoop *loop, YtopsRelay *relay)
{
    YtopsStreamReport *report = g_new0(YtopsStreamReport, 1);

    report->loop = loop;
    report->relay = relay;
    report->marks = marks_new();
    return report;
}

void ytops_stream_report_free(YtopsStreamReport *report)
{
    if (report == NULL)
        return;
    g_hash_table_unref(report->marks);
    g_free(report);
}

/* From upstream, since the last report; 0 in the first one. */
static guint64 bit_rate(Tally *tally, const YtopsRelayInfo *info)
{
    const Mark *old = g_hash_table_lookup(tally->old_marks, info->stream_id);
    Mark *mark = g_new(Mark, 1);

    *mark = (Mark){.bytes = info->bytes_from_upstream, .at_us = tally->now_us};
    g_hash_table_replace(tally->marks, g_strdup(info->stream_id), mark);
    if (old == NULL || old->at_us >= mark->at_us || old->bytes > mark->bytes)
        return 0;
    return (mark->bytes - old->bytes) * 8 * G_USEC_PER_SEC / (guint64)(mark->at_us - old->at_us);
}

static void set_shown(YtopsJson *json, const char *key, const char *text)
{
    g_autofree char *shown = text != NULL ? ytops_redact(text) : NULL;

    if (shown != NULL && strlen(shown) > SHOWN_TEXT_BYTES)
        *g_utf8_find_prev_char(shown, shown + SHOWN_TEXT_BYTES + 1) = '\0';
    ytops_json_set_string(json, key, shown);
}

static YtopsJson *describe(const YtopsRelayInfo *info, guint64 bits_per_second)
{
    YtopsJson *json = ytops_json_object_new();
    g_autofree char *kind = g_ascii_strdown(ytops_relay_kind_to_string(info->kind), -1);

    ytops_json_set_string(json, "stream_id", info->stream_id);
    ytops_json_set_string(json, "kind", kind);
    ytops_json_set_string(json, "state", ytops_relay_state_to_string(info->state));
    set_shown(json, "current_url", info->current_url);
    ytops_json_set_int(json, "client_count", info->client_count);
    ytops_json_set_int(json, "bytes_from_upstream", (gint64)info->bytes_from_upstream);
    ytops_json_set_int(json, "bytes_to_clients", (gint64)info->bytes_to_clients);
    ytops_json_set_int(json, "bits_per_second", (gint64)bits_per_second);
    ytops_json_set_int(json, "retry_count", info->retry_count);
    ytops_json_set_int(json, "failover_count", info->failover_count);
    set_shown(json, "last_error", info->last_error);
    ytops_json_set_int(json, "created_at", info->created_at);
    return json;
}

static void tally_stream(Tally *tally, YtopsRelayStream *stream, gboolean with_clients)
{
    YtopsRelayInfo info;
    guint64 rate;

    ytops_relay_stream_get_info(stream, &info);
    if ((info.client_count > 0) != with_clients)
        return;
    rate = bit_rate(tally, &info);
    tally->by_state[info.state]++;
    tally->clients += info.client_count;
    tally->bytes_from_upstream += info.bytes_from_upstream;
    tally->bytes_to_clients += info.bytes_to_clients;
    tally->bits_per_second += rate;
    if (ytops_json_length(tally->list) < YTOPS_STREAM_REPORT_LIMIT)
        ytops_json_append_take(tally->list, describe(&info, rate));
}

static YtopsJson *summarize(const Tally *tally, guint total)
{
    YtopsJson *json = ytops_json_object_new();
    YtopsJson *by_state = ytops_json_object_new();

    for (int state = YTOPS_RELAY_IDLE; state <= YTOPS_RELAY_FAILED; state++)
        ytops_json_set_int(by_state, ytops_relay_state_to_string((YtopsRelayState)state),
                           (gint64)tally->by_state[state]);
    ytops_json_set_int(json, "total", total);
    ytops_json_set_int(json, "clients", (gint64)tally->clients);
    ytops_json_set_int(json, "bytes_from_upstream", (gint64)tally->bytes_from_upstream);
    ytops_json_set_int(json, "bytes_to_clients", (gint64)tally->bytes_to_clients);
    ytops_json_set_int(json, "bits_per_second", (gint64)tally->bits_per_second);
    ytops_json_set_take(json, "by_state", by_state);
    ytops_json_set_take(json, "list", ytops_json_ref(tally->list));
    return json;
}

static void make(gpointer data)
{
    YtopsStreamReport *report = data;
    GPtrArray *streams = ytops_relay_list(report->relay);
    Tally tally = {
        .old_marks = report->marks,
        .marks = marks_new(),
        .now_us = g_get_monotonic_time(),
        .list = ytops_json_array_new(),
    };

    for (guint i = 0; i < streams->len; i++)
        tally_stream(&tally, streams->pdata[i], TRUE);
    for (guint i = 0; i < streams->len; i++)
        tally_stream(&tally, streams->pdata[i], FALSE);
    report->made = summarize(&tally, streams->len);
    ytops_json_unref(tally.list);
    g_hash_table_unref(report->marks);
    report->marks = tally.marks;
}

YtopsJson *ytops_stream_report_make(YtopsStreamReport *report)
{
    ytops_relay_loop_call(report->loop, make, report);
    return g_steal_pointer(&report->made);
}
