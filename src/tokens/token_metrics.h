/* Token requests and jobs, as metrics. Thread-safe. */
#pragma once

#include "ytops/error.h"
#include "ytops/metrics.h"

/* How a request was met as it came. */
typedef enum {
    TOKEN_MET_BY_JOB,    /* one of its own */
    TOKEN_MET_BY_SHARED, /* an equal request's job */
    TOKEN_MET_BY_CACHE,
    TOKEN_MET_BY_REFUSAL,
    TOKEN_MET_N
} TokenMet;

typedef struct {
    YtopsMetric *requests[TOKEN_MET_N];
    YtopsMetricFamily *jobs;
    YtopsMetric *ok;
    YtopsMetric *ok_duration;
    YtopsMetric *failed_duration;
    YtopsMetric *workers;
    YtopsMetric *ready;
    YtopsMetric *running;
    YtopsMetric *waiting;
} TokenMetrics;

/* metrics NULL: nothing is measured. */
void token_metrics_init(TokenMetrics *tokens, YtopsMetrics *metrics);

void token_metrics_count_request(const TokenMetrics *tokens, TokenMet met);

/* A job that began at started_us, monotonic, has ended. failure NULL: well. */
void token_metrics_count_job(const TokenMetrics *tokens, gint64 started_us, const GError *failure);
