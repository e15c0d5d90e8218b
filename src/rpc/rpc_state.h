/*
 * What every call sees of its server: the parts it works on, and whether the server drains.
 */
#pragma once

#include "rpc_metrics.h"
#include "ytops/rpc_server.h"

typedef struct {
    YtopsRpcServices services;
    RpcMetrics *metrics;
    gint draining; /* atomic; 1 from ytops_rpc_server_drain on: ping fails */
    gint closed;   /* atomic; 1 from ytops_rpc_server_stop_listening on: no new jobs */
} RpcState;
