#include "redis_metrics.h"

#include "redis_error.h"

static const double BOUNDS[] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                0.025,  0.05,    0.1,    0.25,  0.5,    1,     2.5};

static const YtopsMetricSpec DURATION = {
    .type = YTOPS_METRIC_HISTOGRAM,
    .name = "ytdlp_ops_redis_command_duration_seconds",
    .unit = "seconds",
    .help = "Time from sending a command or script to Redis to its answer.",
    .bounds = BOUNDS,
    .n_bounds = G_N_ELEMENTS(BOUNDS),
};

static const YtopsMetricSpec ERRORS = {
    .type = YTOPS_METRIC_COUNTER,
    .name = "ytdlp_ops_redis_errors",
    .help = "Commands that failed: unavailable (no connection, lost or too slow) or refused (Redis "
            "answered with an error).",
    .labels = {"kind"},
};

static const YtopsMetricSpec UP = {
    .type = YTOPS_METRIC_GAUGE,
    .name = "ytdlp_ops_redis_up",
    .help = "1 where the last command got an answer from Redis, 0 where it got none.",
};

void redis_metrics_init(RedisMetrics *redis, YtopsMetrics *metrics)
{
    YtopsMetricFamily *errors = ytops_metrics_add(metrics, &ERRORS);

    redis->duration = ytops_metric_get(ytops_metrics_add(metrics, &DURATION));
    redis->unavailable = ytops_metric_get(errors, "unavailable");
    redis->refused = ytops_metric_get(errors, "refused");
    redis->up = ytops_metric_get(ytops_metrics_add(metrics, &UP));
}

void redis_metrics_answered(const RedisMetrics *redis, gint64 start_us, const char *error_reply)
{
    ytops_metric_observe(redis->duration,
                         (double)(g_get_monotonic_time() - start_us) / G_USEC_PER_SEC);
    ytops_metric_set(redis->up, 1);
    /* A script that Redis does not know yet is sent again, whole. */
    if (error_reply != NULL && !redis_error_reply_is(error_reply, "NOSCRIPT"))
        ytops_metric_add(redis->refused, 1);
}

void redis_metrics_failed(const RedisMetrics *redis)
{
    ytops_metric_add(redis->unavailable, 1);
    ytops_metric_set(redis->up, 0);
}
