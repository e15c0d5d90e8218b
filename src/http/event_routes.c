#include "event_routes.h"

#include "event_stream.h"

#define KEEP_ALIVE_MS 15000

/* A reader that has not taken so much is dropped; it comes back with its Last-Event-ID. */
#define QUEUE_LIMIT (1024 * 1024)

struct EventRoutes {
    YtopsRelayEvents *events;
    GHashTable *readers; /* a set of YtopsHttpExchange */
    guint listening;
    uv_timer_t *keep_alive;
};

static void drop(EventRoutes *routes, YtopsHttpExchange *exchange)
{
    if (g_hash_table_remove(routes->readers, exchange))
        ytops_http_exchange_abort(exchange);
}

static char *event_text(const YtopsRelayEvent *event, guint64 id)
{
    g_autoptr(YtopsJson) json = ytops_relay_event_to_json(event, id);
    g_autofree char *data = ytops_json_to_string(json);

    return g_strdup_printf("id: %" G_GUINT64_FORMAT "\nevent: %s\ndata: %s\n\n", id,
                           ytops_relay_event_type_to_string(event->type), data);
}

/* Writes to every reader, `text` NULL: a comment; a copy of the set, since a slow one leaves it. */
static void send_to_all(EventRoutes *routes, const char *text)
{
    g_autofree gpointer *readers = g_hash_table_get_keys_as_array(routes->readers, NULL);

    for (gpointer *reader = readers; *reader != NULL; reader++) {
        if (ytops_http_exchange_get_queued(*reader) > QUEUE_LIMIT)
            drop(routes, *reader);
        else if (text != NULL)
            event_stream_write(*reader, text);
        else
            event_stream_keep_alive(*reader);
    }
}

static void on_event(const YtopsRelayEvent *event, guint64 id, gpointer data)
{
    g_autofree char *text = event_text(event, id);

    send_to_all(data, text);
}

static void replay_one(const YtopsRelayEvent *event, guint64 id, gpointer data)
{
    g_autofree char *text = event_text(event, id);

    event_stream_write(data, text);
}

static void replay(EventRoutes *routes, guint64 last_id, YtopsHttpExchange *exchange)
{
    /* An id that was never given here is of a server before this one: all is new to the reader. */
    if (last_id > ytops_relay_events_get_last_id(routes->events))
        last_id = 0;
    ytops_relay_events_replay(routes->events, last_id, replay_one, exchange);
}

static void on_close(YtopsHttpExchange *exchange, gpointer data)
{
    EventRoutes *routes = data;

    g_hash_table_remove(routes->readers, exchange);
}

static void stream_events(YtopsHttpExchange *exchange, gpointer data)
{
    static const YtopsHttpEvents exchange_events = {.on_close = on_close};
    EventRoutes *routes = data;
    const char *last = ytops_http_exchange_get_header(exchange, "Last-Event-ID");
    guint64 last_id = 0;

    event_stream_start(exchange, "events of the relay");
    if (ytops_http_exchange_is_head(exchange)) {
        ytops_http_exchange_end(exchange);
        return;
    }
    ytops_http_exchange_set_events(exchange, &exchange_events, routes);
    if (last != NULL && g_ascii_string_to_unsigned(last, 10, 0, G_MAXUINT64, &last_id, NULL))
        replay(routes, last_id, exchange);
    g_hash_table_add(routes->readers, exchange);
}

static void on_keep_alive(uv_timer_t *timer)
{
    send_to_all(timer->data, NULL);
}

EventRoutes *event_routes_add(YtopsHttpServer *server, YtopsRelayEvents *events, uv_loop_t *loop)
{
    EventRoutes *routes = g_new0(EventRoutes, 1);

    routes->events = events;
    routes->readers = g_hash_table_new(NULL, NULL);
    routes->listening = ytops_relay_events_listen(events, on_event, routes);
    routes->keep_alive = g_new0(uv_timer_t, 1);
    uv_timer_init(loop, routes->keep_alive);
    routes->keep_alive->data = routes;
    uv_timer_start(routes->keep_alive, on_keep_alive, KEEP_ALIVE_MS, KEEP_ALIVE_MS);
    ytops_http_server_add_route(server, "GET", "/events", YTOPS_HTTP_GUARDED, stream_events,
                                routes);
    return routes;
}

void event_routes_free(EventRoutes *routes)
{
    ytops_relay_events_unlisten(routes->events, routes->listening);
    uv_close((uv_handle_t *)routes->keep_alive, (uv_close_cb)g_free);
    g_hash_table_unref(routes->readers);
    g_free(routes);
}
