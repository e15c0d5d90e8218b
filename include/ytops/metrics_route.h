/* GET /metrics: what Prometheus scrapes. */
#pragma once

#include "ytops/http_server.h"
#include "ytops/metrics.h"

/*
 * Adds the route, which asks for the API token. OpenMetrics, unless the client's Accept names only the
 * older text format. `metrics` must outlive the server; its collectors run on the loop's thread.
 */
void ytops_metrics_route_add(YtopsHttpServer *server, YtopsMetrics *metrics);
