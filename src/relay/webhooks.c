#include "ytops/webhooks.h"

#include "webhook.h"

struct YtopsWebhooks {
    uv_loop_t *loop;
    YtopsRelayEvents *events;
    guint listener;
    YtopsWebhookOptions options;
    Upstream *upstream;
    GPtrArray *hooks; /* Webhook, in the order in which they came */
    guint last_id;
};

static guint or_default(guint value, guint fallback)
{
    return value > 0 ? value : fallback;
}

static void on_event(const YtopsRelayEvent *event, guint64 id, gpointer data)
{
    YtopsWebhooks *webhooks = data;

    for (guint i = 0; i < webhooks->hooks->len; i++)
        webhook_push(g_ptr_array_index(webhooks->hooks, i), event, id);
}

YtopsWebhooks *ytops_webhooks_new(uv_loop_t *loop, YtopsRelayEvents *events,
                                  const YtopsWebhookOptions *options)
{
    YtopsWebhooks *webhooks = g_new0(YtopsWebhooks, 1);

    webhooks->loop = loop;
    webhooks->events = events;
    webhooks->options = (YtopsWebhookOptions){
        .allow_private = options->allow_private,
        .tries = or_default(options->tries, 5),
        .retry_delay_ms = or_default(options->retry_delay_ms, 1000),
        .timeout_ms = or_default(options->timeout_ms, 10 * 1000),
        .queue_limit = or_default(options->queue_limit, 1000),
    };
    webhooks->upstream = upstream_new(loop);
    webhooks->hooks = g_ptr_array_new();
    webhooks->listener = ytops_relay_events_listen(events, on_event, webhooks);
    return webhooks;
}

void ytops_webhooks_close(YtopsWebhooks *webhooks)
{
    if (webhooks == NULL)
        return;
    ytops_relay_events_unlisten(webhooks->events, webhooks->listener);
    for (guint i = 0; i < webhooks->hooks->len; i++)
        webhook_close(g_ptr_array_index(webhooks->hooks, i));
    g_ptr_array_unref(webhooks->hooks);
    upstream_close(webhooks->upstream);
    g_free(webhooks);
}

static gboolean parse_types(const char *const *names, guint *types, GError **error)
{
    *types = names == NULL || names[0] == NULL ? WEBHOOK_ALL_TYPES : 0;
    for (; names != NULL && *names != NULL; names++) {
        YtopsRelayEventType type;

        if (!ytops_relay_event_type_from_string(*names, &type)) {
            g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                        "'%s' is no event: there are stream_started, stream_stopped, "
                        "stream_failed, failover_triggered, client_connected and "
                        "client_disconnected",
                        *names);
            return FALSE;
        }
        *types |= 1u << type;
    }
    return TRUE;
}

static Webhook *find(const YtopsWebhooks *webhooks, const char *id_or_url)
{
    for (guint i = 0; i < webhooks->hooks->len; i++) {
        Webhook *hook = g_ptr_array_index(webhooks->hooks, i);

        if (g_str_equal(webhook_get_id(hook), id_or_url) ||
            g_str_equal(webhook_get_url(hook), id_or_url))
            return hook;
    }
    return NULL;
}

static Webhook *add_hook(YtopsWebhooks *webhooks, const char *url)
{
    g_autofree char *id = g_strdup_printf("webhook-%u", ++webhooks->last_id);
    Webhook *hook = webhook_new(webhooks->loop, webhooks->upstream, &webhooks->options, id, url);

    g_ptr_array_add(webhooks->hooks, hook);
    return hook;
}

const char *ytops_webhooks_add(YtopsWebhooks *webhooks, const char *url, const char *const *types,
                               GError **error)
{
    g_autoptr(GError) cause = NULL;
    const char *field = NULL;
    Webhook *hook;
    guint mask = 0;

    if (!upstream_url_check(url, webhooks->options.allow_private, &cause))
        field = "url";
    else if (!parse_types(types, &mask, &cause))
        field = "events";
    if (field != NULL) {
        ytops_error_set_context(cause, "field", field);
        g_propagate_error(error, g_steal_pointer(&cause));
        return NULL;
    }
    hook = find(webhooks, url);
    if (hook == NULL)
        hook = add_hook(webhooks, url);
    webhook_set_types(hook, mask);
    return webhook_get_id(hook);
}

gboolean ytops_webhooks_remove(YtopsWebhooks *webhooks, const char *id_or_url)
{
    Webhook *hook = find(webhooks, id_or_url);

    if (hook == NULL)
        return FALSE;
    g_ptr_array_remove(webhooks->hooks, hook);
    webhook_close(hook);
    return TRUE;
}

YtopsJson *ytops_webhooks_to_json(const YtopsWebhooks *webhooks)
{
    YtopsJson *array = ytops_json_array_new();

    for (guint i = 0; i < webhooks->hooks->len; i++)
        ytops_json_append_take(array, webhook_to_json(g_ptr_array_index(webhooks->hooks, i)));
    return array;
}
