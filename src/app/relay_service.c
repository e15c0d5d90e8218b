#include "relay_service.h"

#include "ytops/relay_api.h"

struct RelayService {
    const YtopsConfig *config;
    YtopsRelayLoop *loop; /* the HTTP port's */
    /* Everything below lives on the loop's thread. */
    YtopsRelaySettings settings;
    YtopsRelay *relay;
    YtopsRelayEvents *events;
    YtopsWebhooks *webhooks;
    YtopsRelayApi *api; /* NULL before the HTTP port starts */
};

static gboolean read_settings(RelayService *service, GError **error)
{
    const YtopsRelaySetting *setting;

    ytops_relay_settings_init(&service->settings);
    for (gsize i = 0; (setting = ytops_relay_settings_nth(i)) != NULL; i++) {
        const char *value = ytops_config_get(service->config, setting->flag + 2);

        if (value != NULL &&
            !ytops_relay_settings_set(&service->settings, setting->flag, value, error))
            return FALSE;
    }
    return TRUE;
}

static void build(gpointer data)
{
    RelayService *service = data;
    uv_loop_t *uv = ytops_relay_loop_get_uv(service->loop);
    YtopsWebhookOptions hooks = {.allow_private = service->settings.allow_private};

    service->events = ytops_relay_events_new(0);
    service->webhooks = ytops_webhooks_new(uv, service->events, &hooks);
    service->relay =
        ytops_relay_new(uv, &service->settings, ytops_relay_events_publish, service->events);
}

static void add_routes(YtopsHttpServer *server, gpointer data)
{
    RelayService *service = data;

    service->api = ytops_relay_api_new(ytops_relay_loop_get_uv(service->loop), server,
                                       service->relay, service->events, service->webhooks);
}

RelayService *relay_service_new(const YtopsConfig *config, HttpService *http, GError **error)
{
    g_autofree RelayService *service = g_new0(RelayService, 1);

    service->config = config;
    if (!read_settings(service, error))
        return NULL;
    service->loop = http_service_get_loop(http);
    ytops_relay_loop_call(service->loop, build, service);
    http_service_add(http, add_routes, service);
    return g_steal_pointer(&service);
}

YtopsRelay *relay_service_get_relay(const RelayService *service)
{
    return service->relay;
}

/* The API first: its exchanges held the streams and the events. */
static void take_apart(gpointer data)
{
    RelayService *service = data;

    g_clear_pointer(&service->api, ytops_relay_api_free);
    g_clear_pointer(&service->relay, ytops_relay_close);
    g_clear_pointer(&service->webhooks, ytops_webhooks_close);
    g_clear_pointer(&service->events, ytops_relay_events_free);
}

void relay_service_free(RelayService *service)
{
    if (service == NULL)
        return;
    ytops_relay_loop_call(service->loop, take_apart, service);
    g_free(service);
}
