/* The figures that every program tells of its own process, under the names that Prometheus' clients use. */
#pragma once

#include "ytops/metrics.h"

/* Adds process_cpu_seconds and its like, read at each exposition. */
void ytops_process_metrics_add(YtopsMetrics *metrics);
