#include "http_service.h"

#include <arpa/inet.h>

#include "ytops/error.h"

typedef struct {
    HttpServiceBuild build;
    gpointer data;
} Part;

struct HttpService {
    const YtopsConfig *config;
    YtopsRelayLoop *loop;
    GArray *parts;           /* of Part */
    YtopsHttpServer *server; /* on the loop's thread; NULL before start and after close */
    guint16 port;
    GError *error; /* of starting it */
};

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
                "anybody could steer the server, and make its relay fetch what they like",
                config->http_listen);
    return FALSE;
}

HttpService *http_service_new(const YtopsConfig *config, GError **error)
{
    HttpService *service;

    if (!check_access(config, error))
        return NULL;
    service = g_new0(HttpService, 1);
    service->config = config;
    service->parts = g_array_new(FALSE, FALSE, sizeof(Part));
    service->loop = ytops_relay_loop_new();
    return service;
}

void http_service_add(HttpService *service, HttpServiceBuild build, gpointer data)
{
    Part part = {.build = build, .data = data};

    g_array_append_val(service->parts, part);
}

/* In one turn of the loop, so that no request comes before its route. */
static void start(gpointer data)
{
    HttpService *service = data;
    YtopsHttpOptions options = {
        .listen = service->config->http_listen,
        .port = (guint16)service->config->http_port,
        .api_token = service->config->api_token,
    };

    service->server =
        ytops_http_server_new(ytops_relay_loop_get_uv(service->loop), &options, &service->error);
    if (service->server == NULL)
        return;
    service->port = ytops_http_server_get_port(service->server);
    for (guint i = 0; i < service->parts->len; i++) {
        const Part *part = &g_array_index(service->parts, Part, i);

        part->build(service->server, part->data);
    }
}

gboolean http_service_start(HttpService *service, GError **error)
{
    ytops_relay_loop_call(service->loop, start, service);
    if (service->error == NULL)
        return TRUE;
    g_propagate_prefixed_error(error, g_steal_pointer(&service->error),
                               "--http-listen, --http-port: ");
    return FALSE;
}

guint16 http_service_get_port(const HttpService *service)
{
    return service->port;
}

YtopsRelayLoop *http_service_get_loop(const HttpService *service)
{
    return service->loop;
}

static void drain(gpointer data)
{
    HttpService *service = data;

    ytops_http_server_drain(service->server);
}

void http_service_drain(HttpService *service)
{
    ytops_relay_loop_call(service->loop, drain, service);
}

static void close_server(gpointer data)
{
    HttpService *service = data;

    g_clear_pointer(&service->server, ytops_http_server_close);
}

void http_service_close(HttpService *service)
{
    if (service != NULL)
        ytops_relay_loop_call(service->loop, close_server, service);
}

void http_service_free(HttpService *service)
{
    if (service == NULL)
        return;
    http_service_close(service);
    ytops_relay_loop_stop(service->loop);
    g_array_unref(service->parts);
    g_clear_error(&service->error);
    g_free(service);
}
