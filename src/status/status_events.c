#include "status_events.h"

#include "status_row.h"

/* As many as the page shows. */
#define KEPT 300

struct StatusEvents {
    YtopsRedisPool *redis; /* borrowed */
    GQueue *texts;         /* of char *, JSON, the oldest first */
    guint n_new;           /* so many of its last are new since the last update */
    char *last_id;         /* NULL: there was none yet */
    gboolean has_looked;   /* what is read now has happened since */
};

StatusEvents *status_events_new(YtopsRedisPool *redis)
{
    StatusEvents *events = g_new0(StatusEvents, 1);
    events->redis = redis;
    events->texts = g_queue_new();
    return events;
}

void status_events_free(StatusEvents *events)
{
    if (events == NULL)
        return;
    g_queue_free_full(events->texts, g_free);
    g_free(events->last_id);
    g_free(events);
}

static void add(StatusEvents *events, const YtopsAuditRecord *record)
{
    g_autoptr(YtopsJson) row = status_row_of_event(record);
    g_queue_push_tail(events->texts, ytops_json_to_string(row));
    events->n_new++;
    if (events->texts->length > KEPT)
        g_free(g_queue_pop_head(events->texts));
    g_free(events->last_id);
    events->last_id = g_strdup(record->event_id);
}

gboolean status_events_refresh(StatusEvents *events, StatusEventFunc take, gpointer data,
                               GError **error)
{
    gboolean is_first = !events->has_looked;
    g_autoptr(GPtrArray) records =
        ytops_audit_read(events->redis, events->last_id, events->last_id == NULL ? KEPT : 0, error);
    if (records == NULL)
        return FALSE;
    events->has_looked = TRUE;
    for (guint i = 0; i < records->len; i++) {
        const YtopsAuditRecord *record = g_ptr_array_index(records, i);
        add(events, record);
        if (!is_first)
            take(record, data);
    }
    return TRUE;
}

static void append_last(const StatusEvents *events, guint n, GString *json)
{
    const GList *link = g_queue_peek_nth_link(events->texts, events->texts->length - n);
    const char *separator = "";
    g_string_append(json, ",\"events\":[");
    for (; n > 0 && link != NULL; link = link->next) {
        g_string_append(json, separator);
        g_string_append(json, link->data);
        separator = ",";
    }
    g_string_append_c(json, ']');
}

void status_events_append_all(const StatusEvents *events, GString *json)
{
    append_last(events, events->texts->length, json);
}

gboolean status_events_append_new(StatusEvents *events, GString *json)
{
    if (events->n_new == 0)
        return FALSE;
    append_last(events, MIN(events->n_new, events->texts->length), json);
    events->n_new = 0;
    return TRUE;
}
