#include "webhook.h"

#include <string.h>

#include "ytops/log.h"

enum { DROP_LOG_INTERVAL_MS = 1000, LONGEST_DELAY_MS = 60 * 60 * 1000 };

typedef enum { WEBHOOK_IDLE, WEBHOOK_SENDING, WEBHOOK_WAITING } WebhookState;

struct Webhook {
    uv_loop_t *loop;
    Upstream *upstream;
    YtopsWebhookOptions options;
    char *id;
    char *url;
    char *shown_url;
    guint types;
    WebhookState state;
    GQueue queue;         /* GBytes; the first is being delivered unless IDLE */
    guint tries;          /* of the first, those that failed */
    UpstreamFetch *fetch; /* while SENDING */
    uv_timer_t timer;     /* SENDING: the try's limit; WAITING: the delay */
    gboolean timed_out;
    gboolean closed;
    guint refs; /* the owner's with the timer, and the fetch's */
    guint64 delivered;
    guint64 dropped;
    guint64 dropped_logged;
    gint64 drop_logged_ms;
    char *last_error; /* NULL: none yet */
};

static void send_first(Webhook *hook);

char *webhook_url_show(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    const char *path = uri != NULL ? g_uri_get_path(uri) : "";
    gboolean is_bare = *path == '\0' || strcmp(path, "/") == 0;
    g_autofree char *origin = NULL;

    if (uri == NULL)
        return g_strdup("***");
    origin = g_uri_join(G_URI_FLAGS_NONE, g_uri_get_scheme(uri), NULL, g_uri_get_host(uri),
                        g_uri_get_port(uri), "/", NULL, NULL);
    return g_strconcat(origin, is_bare && g_uri_get_query(uri) == NULL ? "" : "***", NULL);
}

static void webhook_unref(Webhook *hook)
{
    if (--hook->refs > 0)
        return;
    g_queue_clear_full(&hook->queue, (GDestroyNotify)g_bytes_unref);
    g_free(hook->id);
    g_free(hook->url);
    g_free(hook->shown_url);
    g_free(hook->last_error);
    g_free(hook);
}

/* ---- what is lost -------------------------------------------------------------------------- */

static void log_dropped(Webhook *hook, const char *why)
{
    gint64 now_ms = g_get_monotonic_time() / 1000;

    /* A dead hook under many events must not fill the log: one line a second tells the count. */
    if (hook->drop_logged_ms != 0 && now_ms - hook->drop_logged_ms < DROP_LOG_INTERVAL_MS)
        return;
    ytops_log_warning("relay", "webhook events dropped", "webhook_id", hook->id, "url",
                      hook->shown_url, "dropped",
                      YTOPS_LOG_INT((gint64)(hook->dropped - hook->dropped_logged)), "reason", why,
                      "last_error", hook->last_error, NULL);
    hook->dropped_logged = hook->dropped;
    hook->drop_logged_ms = now_ms;
}

static void make_room(Webhook *hook)
{
    /* The first is being delivered. */
    guint oldest_waiting = hook->state == WEBHOOK_IDLE ? 0 : 1;

    if (g_queue_get_length(&hook->queue) < hook->options.queue_limit + oldest_waiting)
        return;
    g_bytes_unref(g_queue_pop_nth(&hook->queue, oldest_waiting));
    hook->dropped++;
    log_dropped(hook, "the queue is full");
}

/* ---- delivery ------------------------------------------------------------------------------ */

static void take_next(Webhook *hook)
{
    g_bytes_unref(g_queue_pop_head(&hook->queue));
    hook->tries = 0;
    hook->state = WEBHOOK_IDLE;
    if (!g_queue_is_empty(&hook->queue))
        send_first(hook);
}

static void on_delay_over(uv_timer_t *timer)
{
    send_first(timer->data);
}

static void note_error(Webhook *hook, const UpstreamEnd *end)
{
    g_autofree char *prefix = ytops_redact(hook->url);
    const char *what = end->message;

    /* The address can be the secret itself. */
    if (g_str_has_prefix(what, prefix) && what[strlen(prefix)] == ':')
        what += strlen(prefix) + 1;
    g_free(hook->last_error);
    hook->last_error = hook->timed_out ? g_strdup_printf("no answer within %.1f s",
                                                         hook->options.timeout_ms / 1000.0)
                                       : g_strstrip(g_strdup(what));
}

static void on_failure(Webhook *hook, const UpstreamEnd *end)
{
    guint64 delay_ms = (guint64)hook->options.retry_delay_ms << MIN(hook->tries, 20u);

    note_error(hook, end);
    if (++hook->tries >= hook->options.tries) {
        hook->dropped++;
        log_dropped(hook, "every try failed");
        take_next(hook);
        return;
    }
    hook->state = WEBHOOK_WAITING;
    uv_update_time(hook->loop);
    uv_timer_start(&hook->timer, on_delay_over, MIN(delay_ms, (guint64)LONGEST_DELAY_MS), 0);
}

static void on_head(const UpstreamHead *head G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED)
{
}

static void on_data(GBytes *piece G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED)
{
}

static void on_done(const UpstreamEnd *end, gpointer data)
{
    Webhook *hook = data;

    hook->fetch = NULL;
    if (!hook->closed) {
        uv_timer_stop(&hook->timer);
        if (end->ok) {
            hook->delivered++;
            take_next(hook);
        } else
            on_failure(hook, end);
    }
    webhook_unref(hook);
}

static void on_try_over(uv_timer_t *timer)
{
    Webhook *hook = timer->data;

    hook->timed_out = TRUE;
    upstream_fetch_cancel(hook->fetch);
}

static void send_first(Webhook *hook)
{
    static const UpstreamEvents events = {on_head, on_data, on_done};
    g_autoptr(GHashTable) headers = g_hash_table_new(g_str_hash, g_str_equal);
    UpstreamRequest request = {
        .url = hook->url,
        .method = "POST",
        .user_agent = "ytdlp-ops-server/" YTOPS_VERSION,
        .headers = headers,
        .body = g_queue_peek_head(&hook->queue),
        .chunk_timeout_ms = hook->options.timeout_ms,
        .allow_private = hook->options.allow_private,
    };

    g_hash_table_insert(headers, (char *)"Content-Type", (char *)"application/json");
    hook->state = WEBHOOK_SENDING;
    hook->timed_out = FALSE;
    hook->refs++;
    hook->fetch = upstream_fetch(hook->upstream, &request, &events, hook);
    uv_update_time(hook->loop);
    uv_timer_start(&hook->timer, on_try_over, hook->options.timeout_ms, 0);
}

/* ---- for the registry ---------------------------------------------------------------------- */

Webhook *webhook_new(uv_loop_t *loop, Upstream *upstream, const YtopsWebhookOptions *options,
                     const char *id, const char *url)
{
    Webhook *hook = g_new0(Webhook, 1);

    hook->loop = loop;
    hook->upstream = upstream;
    hook->options = *options;
    hook->id = g_strdup(id);
    hook->url = g_strdup(url);
    hook->shown_url = webhook_url_show(url);
    hook->types = WEBHOOK_ALL_TYPES;
    hook->refs = 1;
    g_queue_init(&hook->queue);
    uv_timer_init(loop, &hook->timer);
    hook->timer.data = hook;
    return hook;
}

static void on_timer_closed(uv_handle_t *handle)
{
    webhook_unref(handle->data);
}

void webhook_close(Webhook *hook)
{
    hook->closed = TRUE;
    if (hook->fetch != NULL)
        upstream_fetch_cancel(hook->fetch);
    uv_close((uv_handle_t *)&hook->timer, on_timer_closed);
}

const char *webhook_get_id(const Webhook *hook)
{
    return hook->id;
}

const char *webhook_get_url(const Webhook *hook)
{
    return hook->url;
}

void webhook_set_types(Webhook *hook, guint types)
{
    hook->types = types;
}

void webhook_push(Webhook *hook, const YtopsRelayEvent *event, guint64 id)
{
    g_autoptr(YtopsJson) json = NULL;
    char *text;

    if ((hook->types & 1u << event->type) == 0)
        return;
    make_room(hook);
    json = ytops_relay_event_to_json(event, id);
    text = ytops_json_to_string(json);
    g_queue_push_tail(&hook->queue, g_bytes_new_take(text, strlen(text)));
    if (hook->state == WEBHOOK_IDLE)
        send_first(hook);
}

YtopsJson *webhook_to_json(const Webhook *hook)
{
    YtopsJson *json = ytops_json_object_new();
    YtopsJson *names = ytops_json_array_new();

    for (int type = YTOPS_RELAY_STREAM_STARTED; type <= YTOPS_RELAY_CLIENT_DISCONNECTED; type++)
        if (hook->types & 1u << type)
            ytops_json_append_string(names,
                                     ytops_relay_event_type_to_string((YtopsRelayEventType)type));
    ytops_json_set_string(json, "webhook_id", hook->id);
    ytops_json_set_string(json, "url", hook->shown_url);
    ytops_json_set_take(json, "events", names);
    ytops_json_set_int(json, "queued", g_queue_get_length((GQueue *)&hook->queue));
    ytops_json_set_int(json, "delivered", (gint64)hook->delivered);
    ytops_json_set_int(json, "dropped", (gint64)hook->dropped);
    ytops_json_set_string(json, "last_error", hook->last_error);
    return json;
}
