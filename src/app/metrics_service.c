#include "metrics_service.h"

#include "ytops/metrics_route.h"
#include "ytops/process_metrics.h"

static const YtopsMetricSpec BUILD = {
    .type = YTOPS_METRIC_INFO,
    .name = "ytdlp_ops_build",
    .help = "What runs here.",
    .labels = {"version", "service_role", "server_identity"},
};
static const YtopsMetricSpec DRAINING = {
    .type = YTOPS_METRIC_GAUGE,
    .name = "ytdlp_ops_draining",
    .help = "1 while the server ends: it answers what is in work and takes no more.",
};
static const YtopsMetricSpec RPC_CONNECTIONS = {.type = YTOPS_METRIC_GAUGE,
                                                .name = "ytdlp_ops_rpc_connections",
                                                .help = "Open connections of RPC clients."};
static const YtopsMetricSpec HTTP_CONNECTIONS = {.type = YTOPS_METRIC_GAUGE,
                                                 .name = "ytdlp_ops_http_connections",
                                                 .help = "Open connections of HTTP clients."};

struct MetricsService {
    MetricsServiceParts parts;
    YtopsPoolFigures *pools;
    YtopsHttpServer *server; /* on the loop's thread */
    YtopsMetric *draining;
    YtopsMetric *rpc_connections;
    YtopsMetric *http_connections;
};

/* On the loop's thread, as an answer is made: the server is there. */
static void collect(gpointer data)
{
    MetricsService *service = data;

    ytops_metric_set(service->rpc_connections,
                     ytops_rpc_server_count_connections(service->parts.rpc));
    ytops_metric_set(service->http_connections,
                     ytops_http_server_count_connections(service->server));
}

static void build(YtopsHttpServer *server, gpointer data)
{
    MetricsService *service = data;

    service->server = server;
    if (service->parts.relay != NULL)
        ytops_relay_set_metrics(relay_service_get_relay(service->parts.relay),
                                service->parts.metrics);
    ytops_metrics_route_add(server, service->parts.metrics);
}

MetricsService *metrics_service_new(const MetricsServiceParts *parts)
{
    MetricsService *service = g_new0(MetricsService, 1);
    YtopsMetrics *metrics = parts->metrics;

    service->parts = *parts;
    ytops_metric_get(ytops_metrics_add(metrics, &BUILD), YTOPS_VERSION,
                     ytops_role_to_string(parts->config->service_role),
                     parts->config->server_identity);
    service->draining = ytops_metric_get(ytops_metrics_add(metrics, &DRAINING));
    service->rpc_connections = ytops_metric_get(ytops_metrics_add(metrics, &RPC_CONNECTIONS));
    service->http_connections = ytops_metric_get(ytops_metrics_add(metrics, &HTTP_CONNECTIONS));
    ytops_process_metrics_add(metrics);
    ytops_metrics_add_collector(metrics, collect, service);
    service->pools = ytops_pool_figures_new(&parts->pools);
    http_service_add(parts->http, build, service);
    return service;
}

void metrics_service_set_draining(MetricsService *service)
{
    if (service != NULL)
        ytops_metric_set(service->draining, 1);
}

void metrics_service_free(MetricsService *service)
{
    if (service == NULL)
        return;
    ytops_pool_figures_free(service->pools);
    g_free(service);
}
