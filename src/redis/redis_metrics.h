/* Commands to Redis, as metrics. */
#pragma once

#include "ytops/metrics.h"

typedef struct {
    YtopsMetric *duration;
    YtopsMetric *unavailable; /* errors: no connection, or it was lost */
    YtopsMetric *refused;     /* errors: Redis answered with one */
    YtopsMetric *up;
} RedisMetrics;

/* metrics NULL: nothing is measured. */
void redis_metrics_init(RedisMetrics *redis, YtopsMetrics *metrics);

/* How an exchange that began at start_us, monotonic, ended. error_reply NULL: well. */
void redis_metrics_answered(const RedisMetrics *redis, gint64 start_us, const char *error_reply);
void redis_metrics_failed(const RedisMetrics *redis);
