/* What the relay counts beyond the life of its streams, as metrics. On the relay's thread. */
#pragma once

#include "relay_policy.h"
#include "ytops/metrics.h"
#include "ytops/relay.h"

typedef struct {
    YtopsMetricFamily *streams;
    YtopsMetric *clients;
    YtopsMetric *clients_connected;
    YtopsMetric *bytes_from_upstream;
    YtopsMetric *bytes_to_clients;
    YtopsMetricFamily *upstream_errors;
    YtopsMetric *retries;
    YtopsMetricFamily *failovers;
    YtopsMetric *failures;
} RelayMetrics;

void relay_metrics_count_from_upstream(YtopsRelayStream *stream, gsize bytes);
void relay_metrics_count_to_clients(YtopsRelayStream *stream, gsize bytes);
void relay_metrics_count_client(YtopsRelayStream *stream);
void relay_metrics_count_error(YtopsRelayStream *stream, RelayError error);
void relay_metrics_count_retry(YtopsRelayStream *stream);
void relay_metrics_count_failover(YtopsRelayStream *stream, const char *reason);
void relay_metrics_count_failure(YtopsRelayStream *stream);
