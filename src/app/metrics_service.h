/*
 * GET /metrics as one part of the daemon: what the parts count by themselves, and what only the whole
 * knows.
 */
#pragma once

#include "http_service.h"
#include "relay_service.h"
#include "ytops/pool_figures.h"
#include "ytops/rpc_server.h"

/* Borrowed; all must outlive the service, but http may be closed before. */
typedef struct {
    const YtopsConfig *config;
    YtopsMetrics *metrics;
    YtopsRpcServer *rpc;
    HttpService *http;
    RelayService *relay; /* NULL: none */
    YtopsPoolFiguresSources pools;
} MetricsServiceParts;

typedef struct MetricsService MetricsService;

/* Adds the route; before http starts. */
MetricsService *metrics_service_new(const MetricsServiceParts *parts);

/* The metrics say so from now on. NULL is fine. */
void metrics_service_set_draining(MetricsService *service);

/* After http was closed. NULL is fine. */
void metrics_service_free(MetricsService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MetricsService, metrics_service_free)
