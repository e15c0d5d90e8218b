#include "token_metrics.h"

static const double BOUNDS[] = {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300};

static const YtopsMetricSpec REQUESTS = {
    .type = YTOPS_METRIC_COUNTER,
    .name = "ytdlp_ops_token_requests",
    .help = "Valid token requests, by what met them: a job of their own, one shared with equal "
            "requests, the cache, or a refusal (OVERLOADED, DRAINING).",
    .labels = {"met_by"},
};

static const YtopsMetricSpec JOBS = {
    .type = YTOPS_METRIC_COUNTER,
    .name = "ytdlp_ops_token_jobs",
    .help = "Token jobs that ended, by result: ok, or the errorCode.",
    .labels = {"result"},
};

static const YtopsMetricSpec DURATION = {
    .type = YTOPS_METRIC_HISTOGRAM,
    .name = "ytdlp_ops_token_job_duration_seconds",
    .unit = "seconds",
    .help = "How long token jobs ran, by outcome: ok or failed.",
    .labels = {"outcome"},
    .bounds = BOUNDS,
    .n_bounds = G_N_ELEMENTS(BOUNDS),
};

static const YtopsMetricSpec WORKERS = {.type = YTOPS_METRIC_GAUGE,
                                        .name = "ytdlp_ops_token_workers",
                                        .help = "Jobs that can run at a time."};
static const YtopsMetricSpec READY = {
    .type = YTOPS_METRIC_GAUGE,
    .name = "ytdlp_ops_token_workers_ready",
    .help = "Workers whose yt-dlp process is warm, or that need none."};
static const YtopsMetricSpec RUNNING = {.type = YTOPS_METRIC_GAUGE,
                                        .name = "ytdlp_ops_token_jobs_running",
                                        .help = "Token jobs that run now."};
static const YtopsMetricSpec WAITING = {.type = YTOPS_METRIC_GAUGE,
                                        .name = "ytdlp_ops_token_jobs_waiting",
                                        .help = "Token jobs that wait for a worker now."};

void token_metrics_init(TokenMetrics *tokens, YtopsMetrics *metrics)
{
    static const char *const names[TOKEN_MET_N] = {
        [TOKEN_MET_BY_JOB] = "job",
        [TOKEN_MET_BY_SHARED] = "shared_job",
        [TOKEN_MET_BY_CACHE] = "cache",
        [TOKEN_MET_BY_REFUSAL] = "refusal",
    };
    YtopsMetricFamily *requests = ytops_metrics_add(metrics, &REQUESTS);
    YtopsMetricFamily *duration;

    for (int i = 0; i < TOKEN_MET_N; i++)
        tokens->requests[i] = ytops_metric_get(requests, names[i]);
    tokens->jobs = ytops_metrics_add(metrics, &JOBS);
    tokens->ok = ytops_metric_get(tokens->jobs, "ok");
    duration = ytops_metrics_add(metrics, &DURATION);
    tokens->ok_duration = ytops_metric_get(duration, "ok");
    tokens->failed_duration = ytops_metric_get(duration, "failed");
    tokens->workers = ytops_metric_get(ytops_metrics_add(metrics, &WORKERS));
    tokens->ready = ytops_metric_get(ytops_metrics_add(metrics, &READY));
    tokens->running = ytops_metric_get(ytops_metrics_add(metrics, &RUNNING));
    tokens->waiting = ytops_metric_get(ytops_metrics_add(metrics, &WAITING));
}

void token_metrics_count_request(const TokenMetrics *tokens, TokenMet met)
{
    ytops_metric_add(tokens->requests[met], 1);
}

void token_metrics_count_job(const TokenMetrics *tokens, gint64 started_us, const GError *failure)
{
    double seconds = (double)(g_get_monotonic_time() - started_us) / G_USEC_PER_SEC;

    ytops_metric_observe(failure == NULL ? tokens->ok_duration : tokens->failed_duration, seconds);
    if (failure == NULL)
        ytops_metric_add(tokens->ok, 1);
    else
        ytops_metric_add(ytops_metric_get(tokens->jobs, ytops_error_code_to_string(
                                                            ytops_error_get_code(failure))),
                         1);
}
