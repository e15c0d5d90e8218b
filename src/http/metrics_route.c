#include "ytops/metrics_route.h"

#include <string.h>

#define OPENMETRICS_TYPE "application/openmetrics-text"

static YtopsMetricsFormat format_for(const YtopsHttpExchange *exchange)
{
    const char *accept = ytops_http_exchange_get_header(exchange, "Accept");

    if (accept != NULL && strstr(accept, OPENMETRICS_TYPE) == NULL &&
        strstr(accept, "text/plain") != NULL)
        return YTOPS_METRICS_PROMETHEUS;
    return YTOPS_METRICS_OPENMETRICS;
}

static void expose(YtopsHttpExchange *exchange, gpointer data)
{
    YtopsMetricsFormat format = format_for(exchange);
    char *text = ytops_metrics_expose(data, format);
    g_autoptr(GBytes) body = g_bytes_new_take(text, strlen(text));

    ytops_http_exchange_respond(exchange, 200,
                                format == YTOPS_METRICS_OPENMETRICS
                                    ? OPENMETRICS_TYPE "; version=1.0.0; charset=utf-8"
                                    : "text/plain; version=0.0.4; charset=utf-8",
                                body);
}

void ytops_metrics_route_add(YtopsHttpServer *server, YtopsMetrics *metrics)
{
    ytops_http_server_add_route(server, "GET", "/metrics", YTOPS_HTTP_GUARDED, expose, metrics);
}
