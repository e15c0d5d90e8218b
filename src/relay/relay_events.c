#include "ytops/relay_events.h"

#include "ytops/log.h"

enum { DEFAULT_CAPACITY = 1000 };

typedef struct {
    guint64 id;
    YtopsRelayEvent event; /* strings are its own */
} Kept;

typedef struct {
    guint handle; /* 0: taken away while listeners are being called */
    YtopsRelayEventFunc func;
    gpointer data;
} Listener;

struct YtopsRelayEvents {
    guint capacity;
    GQueue kept;          /* Kept, oldest first */
    GQueue untold;        /* Kept, not yet given to the listeners */
    GPtrArray *listeners; /* Listener */
    gboolean telling;
    guint64 last_id;
    guint last_handle;
};

/* ---- one event ----------------------------------------------------------------------------- */

gboolean ytops_relay_event_type_from_string(const char *name, YtopsRelayEventType *type)
{
    for (int i = YTOPS_RELAY_STREAM_STARTED; i <= YTOPS_RELAY_CLIENT_DISCONNECTED; i++)
        if (g_strcmp0(ytops_relay_event_type_to_string((YtopsRelayEventType)i), name) == 0) {
            *type = (YtopsRelayEventType)i;
            return TRUE;
        }
    return FALSE;
}

static void set_text(YtopsJson *object, const char *key, const char *value)
{
    g_autofree char *shown = value != NULL ? ytops_redact(value) : NULL;

    if (shown != NULL)
        ytops_json_set_string(object, key, shown);
}

static YtopsJson *data_to_json(const YtopsRelayEvent *event)
{
    YtopsJson *data = ytops_json_object_new();

    set_text(data, "client_id", event->client_id);
    set_text(data, "reason", event->reason);
    set_text(data, "old_url", event->old_url);
    set_text(data, "new_url", event->new_url);
    if (event->type == YTOPS_RELAY_STREAM_FAILED)
        ytops_json_set_int(data, "retry_count", event->retry_count);
    if (event->type == YTOPS_RELAY_FAILOVER_TRIGGERED)
        ytops_json_set_int(data, "attempt_number", event->attempt_number);
    if (event->type == YTOPS_RELAY_CLIENT_DISCONNECTED)
        ytops_json_set_int(data, "bytes_served", (gint64)event->bytes_served);
    return data;
}

static char *format_time(gint64 at_us)
{
    g_autoptr(GDateTime) seconds = g_date_time_new_from_unix_utc(at_us / G_USEC_PER_SEC);
    g_autofree char *text = g_date_time_format(seconds, "%Y-%m-%dT%H:%M:%S");

    return g_strdup_printf("%s.%06" G_GINT64_FORMAT "Z", text, at_us % G_USEC_PER_SEC);
}

YtopsJson *ytops_relay_event_to_json(const YtopsRelayEvent *event, guint64 id)
{
    YtopsJson *json = ytops_json_object_new();
    g_autofree char *at = format_time(event->at_us);

    ytops_json_set_int(json, "event_id", (gint64)id);
    ytops_json_set_string(json, "event_type", ytops_relay_event_type_to_string(event->type));
    ytops_json_set_string(json, "stream_id", event->stream_id);
    ytops_json_set_string(json, "timestamp", at);
    ytops_json_set_take(json, "data", data_to_json(event));
    return json;
}

static Kept *kept_new(const YtopsRelayEvent *event, guint64 id)
{
    Kept *kept = g_new0(Kept, 1);

    kept->id = id;
    kept->event = *event;
    kept->event.stream_id = g_strdup(event->stream_id);
    kept->event.client_id = g_strdup(event->client_id);
    kept->event.reason = g_strdup(event->reason);
    kept->event.old_url = g_strdup(event->old_url);
    kept->event.new_url = g_strdup(event->new_url);
    if (event->at_us == 0)
        kept->event.at_us = g_get_real_time();
    return kept;
}

static void kept_free(gpointer data)
{
    Kept *kept = data;

    g_free((char *)kept->event.stream_id);
    g_free((char *)kept->event.client_id);
    g_free((char *)kept->event.reason);
    g_free((char *)kept->event.old_url);
    g_free((char *)kept->event.new_url);
    g_free(kept);
}

/* ---- the hub ------------------------------------------------------------------------------- */

YtopsRelayEvents *ytops_relay_events_new(guint capacity)
{
    YtopsRelayEvents *events = g_new0(YtopsRelayEvents, 1);

    events->capacity = capacity > 0 ? capacity : DEFAULT_CAPACITY;
    g_queue_init(&events->kept);
    g_queue_init(&events->untold);
    events->listeners = g_ptr_array_new_with_free_func(g_free);
    return events;
}

void ytops_relay_events_free(YtopsRelayEvents *events)
{
    if (events == NULL)
        return;
    g_queue_clear_full(&events->kept, kept_free);
    g_queue_clear_full(&events->untold, kept_free);
    g_ptr_array_unref(events->listeners);
    g_free(events);
}

static void keep(YtopsRelayEvents *events, Kept *kept)
{
    g_queue_push_tail(&events->kept, kept);
    if (g_queue_get_length(&events->kept) > events->capacity)
        kept_free(g_queue_pop_head(&events->kept));
}

static void tell(YtopsRelayEvents *events, const Kept *kept)
{
    /* Those that come meanwhile hear of the next event. */
    guint n_listeners = events->listeners->len;

    for (guint i = 0; i < n_listeners; i++) {
        Listener *listener = g_ptr_array_index(events->listeners, i);

        if (listener->handle != 0)
            listener->func(&kept->event, kept->id, listener->data);
    }
}

static void drop_gone_listeners(YtopsRelayEvents *events)
{
    for (guint i = events->listeners->len; i > 0; i--) {
        Listener *listener = g_ptr_array_index(events->listeners, i - 1);

        if (listener->handle == 0)
            g_ptr_array_remove_index(events->listeners, i - 1);
    }
}

void ytops_relay_events_publish(const YtopsRelayEvent *event, gpointer data)
{
    YtopsRelayEvents *events = data;
    Kept *kept = kept_new(event, ++events->last_id);

    g_queue_push_tail(&events->untold, kept);
    if (events->telling)
        return;
    events->telling = TRUE;
    while ((kept = g_queue_pop_head(&events->untold)) != NULL) {
        tell(events, kept);
        keep(events, kept);
    }
    events->telling = FALSE;
    drop_gone_listeners(events);
}

guint ytops_relay_events_listen(YtopsRelayEvents *events, YtopsRelayEventFunc func, gpointer data)
{
    Listener *listener = g_new0(Listener, 1);

    *listener = (Listener){.handle = ++events->last_handle, .func = func, .data = data};
    g_ptr_array_add(events->listeners, listener);
    return listener->handle;
}

void ytops_relay_events_unlisten(YtopsRelayEvents *events, guint handle)
{
    for (guint i = 0; i < events->listeners->len && handle != 0; i++) {
        Listener *listener = g_ptr_array_index(events->listeners, i);

        if (listener->handle == handle)
            listener->handle = 0;
    }
    if (!events->telling)
        drop_gone_listeners(events);
}

void ytops_relay_events_replay(const YtopsRelayEvents *events, guint64 after_id,
                               YtopsRelayEventFunc func, gpointer data)
{
    guint64 last_id = events->last_id;

    for (GList *link = events->kept.head; link != NULL; link = link->next) {
        const Kept *kept = link->data;

        if (kept->id > after_id && kept->id <= last_id)
            func(&kept->event, kept->id, data);
    }
}

guint64 ytops_relay_events_get_last_id(const YtopsRelayEvents *events)
{
    return events->last_id;
}
