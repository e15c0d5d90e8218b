#include "status_viewers.h"

#include "event_stream.h"
#include "route_reply.h"

#define KEEP_ALIVE_MS 5000

/* Of a viewer that has not taken so much: it is dropped, and begins anew. */
#define QUEUE_LIMIT ((gsize)16 * 1024 * 1024)

typedef struct {
    YtopsHttpExchange *exchange;
    gboolean is_stream; /* of events */
    gboolean is_ready;  /* has the state, and gets updates */
} Viewer;

struct StatusViewers {
    YtopsRelayLoop *loop;
    YtopsStatus *status; /* borrowed */
    GHashTable *viewers; /* id, in a pointer -> Viewer */
    guint last_id;
    uv_timer_t *keep_alive;
};

/* What goes from the status' thread to the loop's. */
typedef struct {
    StatusViewers *viewers;
    guint id;     /* 0: for everybody */
    GBytes *json; /* NULL: `error` */
    GError *error;
} Delivery;

static void delivery_free(Delivery *delivery)
{
    g_clear_pointer(&delivery->json, g_bytes_unref);
    g_clear_error(&delivery->error);
    g_free(delivery);
}

/* ---- on the loop's thread -------------------------------------------------------------------- */

static void count_streams(StatusViewers *viewers)
{
    guint streams = 0;
    GHashTableIter iterator;
    gpointer value;
    g_hash_table_iter_init(&iterator, viewers->viewers);
    while (g_hash_table_iter_next(&iterator, NULL, &value))
        streams += ((Viewer *)value)->is_stream ? 1 : 0;
    ytops_status_set_viewers(viewers->status, streams);
}

static void forget(StatusViewers *viewers, guint id)
{
    if (g_hash_table_remove(viewers->viewers, GUINT_TO_POINTER(id)))
        count_streams(viewers);
}

static void send_event(YtopsHttpExchange *exchange, const char *name, GBytes *json)
{
    g_autofree char *head = g_strdup_printf("event: %s\ndata: ", name);
    event_stream_write(exchange, head);
    ytops_http_exchange_write(exchange, json);
    event_stream_write(exchange, "\n\n");
}

static void answer_viewer(StatusViewers *viewers, guint id, const Delivery *delivery)
{
    Viewer *viewer = g_hash_table_lookup(viewers->viewers, GUINT_TO_POINTER(id));
    if (viewer == NULL)
        return;
    if (viewer->is_stream && delivery->json != NULL) {
        viewer->is_ready = TRUE;
        send_event(viewer->exchange, "state", delivery->json);
        return;
    }
    YtopsHttpExchange *exchange = viewer->exchange;
    gboolean is_stream = viewer->is_stream;
    forget(viewers, id);
    if (is_stream)
        ytops_http_exchange_end(exchange);
    else if (delivery->json != NULL)
        ytops_http_exchange_respond(exchange, 200, "application/json", delivery->json);
    else
        route_reply_refuse(exchange, delivery->error);
}

static void tell_viewer(StatusViewers *viewers, guint id, GBytes *update)
{
    Viewer *viewer = g_hash_table_lookup(viewers->viewers, GUINT_TO_POINTER(id));
    if (viewer == NULL || !viewer->is_ready)
        return;
    YtopsHttpExchange *exchange = viewer->exchange;
    if (ytops_http_exchange_get_queued(exchange) > QUEUE_LIMIT) {
        forget(viewers, id);
        ytops_http_exchange_abort(exchange);
    } else if (update != NULL) {
        send_event(exchange, "update", update);
    } else {
        event_stream_keep_alive(exchange);
    }
}

/* A copy of the ids, since a slow one leaves. */
static void tell_all(StatusViewers *viewers, GBytes *update)
{
    guint n;
    g_autofree gpointer *ids = g_hash_table_get_keys_as_array(viewers->viewers, &n);
    for (guint i = 0; i < n; i++)
        tell_viewer(viewers, GPOINTER_TO_UINT(ids[i]), update);
}

static void deliver(gpointer data)
{
    Delivery *delivery = data;
    if (delivery->id != 0)
        answer_viewer(delivery->viewers, delivery->id, delivery);
    else
        tell_all(delivery->viewers, delivery->json);
    delivery_free(delivery);
}

static void on_keep_alive(uv_timer_t *timer)
{
    tell_all(timer->data, NULL);
}

/* ---- on the status' thread ------------------------------------------------------------------- */

void status_viewers_tell(GBytes *update, gpointer data)
{
    StatusViewers *viewers = data;
    Delivery *delivery = g_new0(Delivery, 1);
    delivery->viewers = viewers;
    delivery->json = g_bytes_ref(update);
    ytops_relay_loop_invoke(viewers->loop, deliver, delivery);
}

static void on_answer(GBytes *json, const GError *error, gpointer data)
{
    Delivery *delivery = data;
    delivery->json = json != NULL ? g_bytes_ref(json) : NULL;
    delivery->error = error != NULL ? g_error_copy(error) : NULL;
    ytops_relay_loop_invoke(delivery->viewers->loop, deliver, delivery);
}

/* ---- the routes ------------------------------------------------------------------------------- */

static void on_close(YtopsHttpExchange *exchange, gpointer data)
{
    StatusViewers *viewers = data;
    GHashTableIter iterator;
    gpointer id, value;
    g_hash_table_iter_init(&iterator, viewers->viewers);
    while (g_hash_table_iter_next(&iterator, &id, &value)) {
        if (((Viewer *)value)->exchange == exchange) {
            forget(viewers, GPOINTER_TO_UINT(id));
            return;
        }
    }
}

static void add_viewer(StatusViewers *viewers, YtopsHttpExchange *exchange, gboolean is_stream)
{
    static const YtopsHttpEvents exchange_events = {.on_close = on_close};
    Viewer *viewer = g_new0(Viewer, 1);
    Delivery *delivery = g_new0(Delivery, 1);
    viewer->exchange = exchange;
    viewer->is_stream = is_stream;
    delivery->viewers = viewers;
    delivery->id = ++viewers->last_id;
    g_hash_table_insert(viewers->viewers, GUINT_TO_POINTER(delivery->id), viewer);
    ytops_http_exchange_set_events(exchange, &exchange_events, viewers);
    count_streams(viewers);
    ytops_status_ask(viewers->status, on_answer, delivery);
}

static void get_state(YtopsHttpExchange *exchange, gpointer data)
{
    StatusViewers *viewers = data;
    ytops_http_exchange_set_header(exchange, "Cache-Control", "no-store");
    add_viewer(viewers, exchange, FALSE);
}

static void stream_state(YtopsHttpExchange *exchange, gpointer data)
{
    StatusViewers *viewers = data;
    event_stream_start(exchange, "the state, then what changes");
    if (ytops_http_exchange_is_head(exchange)) {
        ytops_http_exchange_end(exchange);
        return;
    }
    add_viewer(viewers, exchange, TRUE);
}

StatusViewers *status_viewers_new(YtopsRelayLoop *loop)
{
    StatusViewers *viewers = g_new0(StatusViewers, 1);
    viewers->loop = loop;
    viewers->viewers = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    viewers->keep_alive = g_new0(uv_timer_t, 1);
    uv_timer_init(ytops_relay_loop_get_uv(loop), viewers->keep_alive);
    viewers->keep_alive->data = viewers;
    uv_timer_start(viewers->keep_alive, on_keep_alive, KEEP_ALIVE_MS, KEEP_ALIVE_MS);
    return viewers;
}

void status_viewers_start(StatusViewers *viewers, YtopsHttpServer *server, YtopsStatus *status)
{
    viewers->status = status;
    ytops_http_server_add_route(server, "GET", "/api/status", YTOPS_HTTP_OWN_PAGES, get_state,
                                viewers);
    ytops_http_server_add_route(server, "GET", "/api/status/events", YTOPS_HTTP_OWN_PAGES,
                                stream_state, viewers);
}

void status_viewers_free(StatusViewers *viewers)
{
    uv_close((uv_handle_t *)viewers->keep_alive, (uv_close_cb)g_free);
    g_hash_table_unref(viewers->viewers);
    g_free(viewers);
}
