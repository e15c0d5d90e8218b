#include "relay_service.h"

#include <arpa/inet.h>

#include "ytops/error.h"
#include "ytops/http_server.h"
#include "ytops/relay_api.h"

struct RelayService {
    const YtopsConfig *config;
    YtopsRelayLoop *loop;
    /* Everything below lives on the loop's thread. */
    YtopsRelaySettings settings;
    YtopsRelay *relay;
    YtopsRelayEvents *events;
    YtopsWebhooks *webhooks;
    YtopsHttpServer *http;
    YtopsRelayApi *api;
    guint16 port;
    GError *error; /* of building it */
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

static gboolean is_loopback(const char *address)
{
    struct in_addr v4;
    struct in6_addr v6;

    if (inet_pton(AF_INET, address, &v4) == 1)
        return (ntohl(v4.s_addr) >> 24) == IN_LOOPBACKNET;
    if (inet_pton(AF_INET6, address, &v6) == 1)
        return IN6_IS_ADDR_LOOPBACK(&v6);
    return g_strcmp0(address, "localhost") == 0;
}

/* Control from elsewhere must not be open to everybody. */
static gboolean check_access(const YtopsConfig *config, GError **error)
{
    if (*config->api_token != '\0' || is_loopback(config->http_listen))
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "--http-listen: '%s' is not on loopback, so --api-token must be given: without it "
                "anybody could make the relay fetch what they like",
                config->http_listen);
    return FALSE;
}

static void build(gpointer data)
{
    RelayService *service = data;
    uv_loop_t *uv = ytops_relay_loop_get_uv(service->loop);
    YtopsHttpOptions options = {
        .listen = service->config->http_listen,
        .port = (guint16)service->config->http_port,
        .api_token = service->config->api_token,
    };
    YtopsWebhookOptions hooks = {.allow_private = service->settings.allow_private};

    service->http = ytops_http_server_new(uv, &options, &service->error);
    if (service->http == NULL)
        return;
    service->port = ytops_http_server_get_port(service->http);
    service->events = ytops_relay_events_new(0);
    service->webhooks = ytops_webhooks_new(uv, service->events, &hooks);
    service->relay =
        ytops_relay_new(uv, &service->settings, ytops_relay_events_publish, service->events);
    service->api =
        ytops_relay_api_new(uv, service->http, service->relay, service->events, service->webhooks);
}

RelayService *relay_service_new(const YtopsConfig *config, GError **error)
{
    g_autoptr(RelayService) service = g_new0(RelayService, 1);

    service->config = config;
    if (!read_settings(service, error) || !check_access(config, error))
        return NULL;
    service->loop = ytops_relay_loop_new();
    ytops_relay_loop_call(service->loop, build, service);
    if (service->error == NULL)
        return g_steal_pointer(&service);
    g_propagate_prefixed_error(error, g_steal_pointer(&service->error),
                               "--http-listen, --http-port: ");
    return NULL;
}

guint16 relay_service_get_port(const RelayService *service)
{
    return service->port;
}

YtopsRelayLoop *relay_service_get_loop(const RelayService *service)
{
    return service->loop;
}

YtopsRelay *relay_service_get_relay(const RelayService *service)
{
    return service->relay;
}

static void drain(gpointer data)
{
    RelayService *service = data;

    ytops_http_server_drain(service->http);
}

void relay_service_drain(RelayService *service)
{
    ytops_relay_loop_call(service->loop, drain, service);
}

/* The server first: its exchanges let go of the streams and the events. */
static void take_apart(gpointer data)
{
    RelayService *service = data;

    g_clear_pointer(&service->http, ytops_http_server_close);
    g_clear_pointer(&service->api, ytops_relay_api_free);
    g_clear_pointer(&service->relay, ytops_relay_close);
    g_clear_pointer(&service->webhooks, ytops_webhooks_close);
    g_clear_pointer(&service->events, ytops_relay_events_free);
}

void relay_service_free(RelayService *service)
{
    if (service == NULL)
        return;
    if (service->loop != NULL) {
        ytops_relay_loop_call(service->loop, take_apart, service);
        ytops_relay_loop_stop(service->loop);
    }
    g_clear_error(&service->error);
    g_free(service);
}
