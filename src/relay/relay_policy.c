#include "relay_policy.h"

#define BACKOFF_FACTOR 1.5
#define DELAY_LIMIT_MS (60 * 1000)

/* A Retry-After past this is no hiccup: another URL is the better answer. */
#define RETRY_AFTER_LIMIT_MS (5 * 60 * 1000)

/* Without it a list of dead URLs and no limit of failovers would be tried in a busy loop. */
#define ROUND_DELAY_MIN_MS 250

void relay_progress_init(RelayProgress *progress, guint n_urls)
{
    *progress = (RelayProgress){
        .n_urls = MAX(n_urls, 1),
        .url_since_ms = -1,
        .outage_since_ms = -1,
        .flowing_since_ms = -1,
    };
}

void relay_progress_attempt(RelayProgress *progress, gint64 now_ms)
{
    if (progress->url_since_ms < 0)
        progress->url_since_ms = now_ms;
    if (progress->outage_since_ms < 0)
        progress->outage_since_ms = now_ms;
}

gint relay_progress_data(RelayProgress *progress, const YtopsRelaySettings *settings, gint64 now_ms)
{
    gint retries = (gint)progress->retry_count;

    if (progress->flowing_since_ms >= 0) {
        if (now_ms - progress->flowing_since_ms >= settings->stable_after_ms)
            progress->failover_count = 0;
        return -1;
    }
    progress->flowing_since_ms = now_ms;
    progress->retry_count = 0;
    progress->url_since_ms = -1;
    progress->outage_since_ms = -1;
    return retries;
}

static gint64 backoff_ms(const YtopsRelaySettings *settings, guint retries_before)
{
    gdouble delay = (gdouble)settings->retry_delay_ms;

    if (!settings->exponential_backoff)
        return settings->retry_delay_ms;
    for (guint i = 0; i < retries_before && delay < DELAY_LIMIT_MS; i++)
        delay *= BACKOFF_FACTOR;
    /* The limit is on the growth: a longer delay that was asked for stays. */
    return MAX(settings->retry_delay_ms, (gint64)MIN(delay, DELAY_LIMIT_MS));
}

static gboolean is_past(gint64 since_ms, const YtopsRelaySettings *settings, gint64 at_ms)
{
    return settings->total_timeout_ms > 0 && since_ms >= 0 &&
           at_ms - since_ms > settings->total_timeout_ms;
}

static gint64 budget_since(const RelayProgress *progress, const YtopsRelaySettings *settings)
{
    return settings->total_timeout_scope == YTOPS_TIMEOUT_PER_STREAM ? progress->outage_since_ms
                                                                     : progress->url_since_ms;
}

static gboolean is_unrecoverable(const YtopsRelaySettings *settings, RelayError error, guint status)
{
    return settings->fail_over_on_4xx && error == RELAY_ERROR_STATUS &&
           (status == 401 || status == 403 || status == 404 || status == 410);
}

/* Why the same URL is not tried again: for people, and as the reason of a failure. */
typedef struct {
    const char *cause;
    const char *reason;
} RetryEnd;

static const RetryEnd retries_exhausted = {"Retries exhausted", "retries_exhausted"};
static const RetryEnd total_timeout = {"Total timeout exceeded", "total_timeout_exceeded"};
static const RetryEnd unrecoverable = {"Status cannot heal", "unrecoverable_status"};
static const RetryEnd retry_after_too_long = {"Retry-After too long", "retry_after_too_long"};

/* NULL: the same URL may be tried again after delay_ms. */
static const RetryEnd *find_retry_end(const RelayProgress *progress,
                                      const YtopsRelaySettings *settings, RelayError error,
                                      guint status, gint64 retry_after_ms, gint64 now_ms)
{
    gint64 since_ms = budget_since(progress, settings);
    gboolean is_late = is_past(since_ms, settings, now_ms);

    if (is_late && settings->total_timeout_scope == YTOPS_TIMEOUT_PER_STREAM)
        return &total_timeout;
    if (is_unrecoverable(settings, error, status))
        return &unrecoverable;
    if (progress->retry_count >= settings->retry_attempts)
        return &retries_exhausted;
    if (is_late)
        return &total_timeout;
    if (retry_after_ms > RETRY_AFTER_LIMIT_MS ||
        (retry_after_ms > 0 && is_past(since_ms, settings, now_ms + retry_after_ms)))
        return &retry_after_too_long;
    return NULL;
}

static RelayDecision retry(RelayProgress *progress, const YtopsRelaySettings *settings,
                           RelayError error, gint64 retry_after_ms)
{
    gint64 delay_ms = backoff_ms(settings, progress->retry_count);

    progress->retry_count++;
    return (RelayDecision){
        .action = RELAY_RETRY,
        .delay_ms = MAX(delay_ms, retry_after_ms),
        .url_index = progress->url_index,
        .reason = relay_error_to_string(error),
    };
}

static RelayDecision fail(const RelayProgress *progress, const RetryEnd *end, const char *reason)
{
    return (RelayDecision){
        .action = RELAY_FAIL,
        .url_index = progress->url_index,
        .reason = reason,
        .cause = end->cause,
    };
}

static void go_to_next_url(RelayProgress *progress)
{
    progress->url_index = (progress->url_index + 1) % progress->n_urls;
    progress->retry_count = 0;
    progress->url_since_ms = -1;
}

static RelayDecision fail_over(RelayProgress *progress, const YtopsRelaySettings *settings,
                               RelayError error, const RetryEnd *end)
{
    guint limit = settings->max_failover_attempts;
    gboolean is_round;

    if (progress->n_urls < 2)
        return fail(progress, end, end->reason);
    if (limit > 0 && progress->failover_count >= limit)
        return fail(progress, end, "failovers_exhausted");
    go_to_next_url(progress);
    if (progress->failover_count < G_MAXUINT)
        progress->failover_count++;
    is_round = progress->failover_count >= progress->n_urls;
    return (RelayDecision){
        .action = RELAY_FAILOVER,
        .delay_ms = is_round ? MAX(settings->retry_delay_ms, ROUND_DELAY_MIN_MS) : 0,
        .url_index = progress->url_index,
        .reason = relay_error_to_string(error),
        .cause = end->cause,
    };
}

static RelayDecision switch_by_operator(RelayProgress *progress)
{
    gboolean has_other = progress->n_urls > 1;

    go_to_next_url(progress);
    progress->failover_count = 0;
    progress->outage_since_ms = -1;
    return (RelayDecision){
        .action = has_other ? RELAY_FAILOVER : RELAY_RETRY,
        .url_index = progress->url_index,
        .reason = relay_error_to_string(RELAY_ERROR_OPERATOR),
        .cause = has_other ? "Manual failover" : NULL,
    };
}

RelayDecision relay_policy_decide(RelayProgress *progress, const YtopsRelaySettings *settings,
                                  RelayError error, guint status, gint64 retry_after_ms,
                                  gint64 now_ms)
{
    const RetryEnd *end;

    progress->flowing_since_ms = -1;
    if (error == RELAY_ERROR_OPERATOR)
        return switch_by_operator(progress);
    end = find_retry_end(progress, settings, error, status, retry_after_ms, now_ms);
    if (end == NULL)
        return retry(progress, settings, error, retry_after_ms);
    if (end == &total_timeout && settings->total_timeout_scope == YTOPS_TIMEOUT_PER_STREAM)
        return fail(progress, end, end->reason);
    return fail_over(progress, settings, error, end);
}

const char *relay_error_to_string(RelayError error)
{
    switch (error) {
    case RELAY_ERROR_CONNECT:
        return "connection failed";
    case RELAY_ERROR_STATUS:
        return "HTTP error status";
    case RELAY_ERROR_BROKEN:
        return "connection lost";
    case RELAY_ERROR_CHUNK_TIMEOUT:
        return "chunk timeout";
    case RELAY_ERROR_CLEAN_END:
        return "stream ended";
    case RELAY_ERROR_OPERATOR:
        return "manual failover";
    }
    return "unknown error";
}
