#include "relay/relay_policy.h"

#define SECOND 1000

/* One stream on a virtual clock. */
typedef struct {
    YtopsRelaySettings settings;
    RelayProgress progress;
    gint64 now_ms;
} Bed;

static void begin(Bed *bed, guint n_urls)
{
    ytops_relay_settings_init(&bed->settings);
    relay_progress_init(&bed->progress, n_urls);
    bed->now_ms = 5000 * SECOND;
}

static RelayDecision decide_status(Bed *bed, guint status, gint64 retry_after_ms)
{
    return relay_policy_decide(&bed->progress, &bed->settings, RELAY_ERROR_STATUS, status,
                               retry_after_ms, bed->now_ms);
}

static RelayDecision decide(Bed *bed, RelayError error)
{
    return relay_policy_decide(&bed->progress, &bed->settings, error, 0, 0, bed->now_ms);
}

/* An attempt that ends in `error` after_ms later. */
static RelayDecision attempt(Bed *bed, RelayError error, gint64 after_ms)
{
    relay_progress_attempt(&bed->progress, bed->now_ms);
    bed->now_ms += after_ms;
    return decide(bed, error);
}

/* ---- a row for every branch -------------------------------------------------------------------- */

typedef struct {
    const char *name;
    guint n_urls;
    guint retry_attempts;
    guint retry_count;
    guint max_failovers;
    guint failover_count;
    gint64 total_ms;
    YtopsTimeoutScope scope;
    gint64 url_for_ms;    /* how long this URL has been tried; -1: data flowed last */
    gint64 outage_for_ms; /* how long the outage has lasted */
    RelayError error;
    guint status;
    gint64 retry_after_ms;
    gboolean keep_4xx; /* fail_over_on_4xx is off */
    RelayAction action;
    gint64 delay_ms;
    const char *reason;
    const char *cause;
} Row;

#define URL YTOPS_TIMEOUT_PER_URL
#define STREAM YTOPS_TIMEOUT_PER_STREAM
#define EXHAUSTED "Retries exhausted"
#define TOO_LATE "Total timeout exceeded"

static const Row rows[] = {
    {"first error", 3, 3, 0, 3, 0, 60000, URL, 15000, 15000, RELAY_ERROR_CHUNK_TIMEOUT, 0, 0, FALSE,
     RELAY_RETRY, 1000, "chunk timeout", NULL},
    {"not reached", 3, 3, 0, 3, 0, 60000, URL, 1, 1, RELAY_ERROR_CONNECT, 0, 0, FALSE, RELAY_RETRY,
     1000, "connection failed", NULL},
    {"broken while data flowed", 3, 3, 0, 3, 0, 60000, URL, -1, -1, RELAY_ERROR_BROKEN, 0, 0, FALSE,
     RELAY_RETRY, 1000, "connection lost", NULL},
    {"clean end", 3, 3, 0, 3, 0, 60000, URL, -1, -1, RELAY_ERROR_CLEAN_END, 0, 0, FALSE,
     RELAY_RETRY, 1000, "stream ended", NULL},
    {"status", 3, 3, 0, 3, 0, 60000, URL, 1, 1, RELAY_ERROR_STATUS, 500, 0, FALSE, RELAY_RETRY,
     1000, "HTTP error status", NULL},
    {"last retry", 3, 3, 2, 3, 0, 60000, URL, 47000, 47000, RELAY_ERROR_CONNECT, 0, 0, FALSE,
     RELAY_RETRY, 1000, "connection failed", NULL},
    {"no retries left", 3, 3, 3, 3, 0, 60000, URL, 5, 5, RELAY_ERROR_CONNECT, 0, 0, FALSE,
     RELAY_FAILOVER, 0, "connection failed", EXHAUSTED},
    {"no retries at all", 3, 0, 0, 3, 0, 60000, URL, 5, 5, RELAY_ERROR_CONNECT, 0, 0, FALSE,
     RELAY_FAILOVER, 0, "connection failed", EXHAUSTED},
    {"last failover", 3, 3, 3, 3, 2, 60000, URL, 5, 5, RELAY_ERROR_CONNECT, 0, 0, FALSE,
     RELAY_FAILOVER, 1000, "connection failed", EXHAUSTED},
    {"no failovers left", 3, 3, 3, 3, 3, 60000, URL, 5, 5, RELAY_ERROR_CONNECT, 0, 0, FALSE,
     RELAY_FAIL, 0, "failovers_exhausted", EXHAUSTED},
    {"no other URL", 1, 3, 3, 3, 0, 60000, URL, 5, 5, RELAY_ERROR_CONNECT, 0, 0, FALSE, RELAY_FAIL,
     0, "retries_exhausted", EXHAUSTED},
    {"no limit of failovers", 2, 3, 3, 0, 999, 60000, URL, 5, 5, RELAY_ERROR_CONNECT, 0, 0, FALSE,
     RELAY_FAILOVER, 1000, "connection failed", EXHAUSTED},
    {"at the total timeout", 3, 9, 4, 3, 0, 60000, URL, 60000, 60000, RELAY_ERROR_CONNECT, 0, 0,
     FALSE, RELAY_RETRY, 1000, "connection failed", NULL},
    {"past it", 3, 9, 4, 3, 0, 60000, URL, 60001, 60001, RELAY_ERROR_CONNECT, 0, 0, FALSE,
     RELAY_FAILOVER, 0, "connection failed", TOO_LATE},
    {"past it without another URL", 1, 9, 4, 3, 0, 60000, URL, 60001, 60001, RELAY_ERROR_CONNECT, 0,
     0, FALSE, RELAY_FAIL, 0, "total_timeout_exceeded", TOO_LATE},
    {"past it for the stream alone, by URL", 3, 9, 4, 3, 1, 60000, URL, 5000, 90000,
     RELAY_ERROR_CONNECT, 0, 0, FALSE, RELAY_RETRY, 1000, "connection failed", NULL},
    {"past it, by stream", 3, 9, 2, 3, 0, 60000, STREAM, 5000, 60001, RELAY_ERROR_CHUNK_TIMEOUT, 0,
     0, FALSE, RELAY_FAIL, 0, "total_timeout_exceeded", TOO_LATE},
    {"not past it, by stream", 3, 3, 3, 3, 0, 60000, STREAM, 60000, 60000, RELAY_ERROR_CONNECT, 0,
     0, FALSE, RELAY_FAILOVER, 0, "connection failed", EXHAUSTED},
    {"no total timeout", 3, 9, 4, 3, 0, 0, STREAM, 9999999, 9999999, RELAY_ERROR_CONNECT, 0, 0,
     FALSE, RELAY_RETRY, 1000, "connection failed", NULL},
    {"401", 3, 3, 0, 3, 0, 60000, URL, 5, 5, RELAY_ERROR_STATUS, 401, 0, FALSE, RELAY_FAILOVER, 0,
     "HTTP error status", "Status cannot heal"},
    {"403", 3, 3, 0, 3, 0, 60000, URL, 5, 5, RELAY_ERROR_STATUS, 403, 0, FALSE, RELAY_FAILOVER, 0,
     "HTTP error status", "Status cannot heal"},
    {"404", 3, 3, 0, 3, 0, 60000, URL, 5, 5, RELAY_ERROR_STATUS, 404, 0, FALSE, RELAY_FAILOVER, 0,
     "HTTP error status", "Status cannot heal"},
    {"410 without another URL", 1, 3, 0, 3, 0, 60000, URL, 5, 5, RELAY_ERROR_STATUS, 410, 0, FALSE,
     RELAY_FAIL, 0, "unrecoverable_status", "Status cannot heal"},
    {"404 that is to be retried", 3, 3, 0, 3, 0, 60000, URL, 5, 5, RELAY_ERROR_STATUS, 404, 0, TRUE,
     RELAY_RETRY, 1000, "HTTP error status", NULL},
    {"400 can heal", 3, 3, 0, 3, 0, 60000, URL, 5, 5, RELAY_ERROR_STATUS, 400, 0, FALSE,
     RELAY_RETRY, 1000, "HTTP error status", NULL},
    {"Retry-After", 3, 3, 0, 3, 0, 60000, URL, 5, 5, RELAY_ERROR_STATUS, 429, 7000, FALSE,
     RELAY_RETRY, 7000, "HTTP error status", NULL},
    {"Retry-After below the delay", 3, 3, 0, 3, 0, 60000, URL, 5, 5, RELAY_ERROR_STATUS, 503, 200,
     FALSE, RELAY_RETRY, 1000, "HTTP error status", NULL},
    {"Retry-After past the total timeout", 3, 3, 0, 3, 0, 60000, URL, 5, 5, RELAY_ERROR_STATUS, 503,
     60000, FALSE, RELAY_FAILOVER, 0, "HTTP error status", "Retry-After too long"},
    {"Retry-After that is too long by itself", 1, 3, 0, 3, 0, 0, URL, 5, 5, RELAY_ERROR_STATUS, 503,
     300001, FALSE, RELAY_FAIL, 0, "retry_after_too_long", "Retry-After too long"},
    {"Retry-After of five minutes", 1, 3, 0, 3, 0, 0, URL, 5, 5, RELAY_ERROR_STATUS, 503, 300000,
     FALSE, RELAY_RETRY, 300000, "HTTP error status", NULL},
    {"the operator", 3, 3, 2, 3, 3, 60000, STREAM, 90000, 90000, RELAY_ERROR_OPERATOR, 0, 0, FALSE,
     RELAY_FAILOVER, 0, "manual failover", "Manual failover"},
    {"the operator without another URL", 1, 3, 2, 3, 0, 60000, URL, 5, 5, RELAY_ERROR_OPERATOR, 0,
     0, FALSE, RELAY_RETRY, 0, "manual failover", NULL},
};

static void begin_row(Bed *bed, const Row *row)
{
    begin(bed, row->n_urls);
    bed->settings.retry_attempts = row->retry_attempts;
    bed->settings.max_failover_attempts = row->max_failovers;
    bed->settings.total_timeout_ms = row->total_ms;
    bed->settings.total_timeout_scope = row->scope;
    bed->settings.fail_over_on_4xx = !row->keep_4xx;
    bed->progress.retry_count = row->retry_count;
    bed->progress.failover_count = row->failover_count;
    bed->progress.url_since_ms = row->url_for_ms < 0 ? -1 : bed->now_ms - row->url_for_ms;
    bed->progress.outage_since_ms = row->outage_for_ms < 0 ? -1 : bed->now_ms - row->outage_for_ms;
}

static void assert_progress(const Row *row, const RelayProgress *progress)
{
    gboolean is_operator = row->error == RELAY_ERROR_OPERATOR;

    switch (row->action) {
    case RELAY_RETRY:
        g_assert_cmpuint(progress->url_index, ==, 0);
        g_assert_cmpuint(progress->retry_count, ==, is_operator ? 0 : row->retry_count + 1);
        break;
    case RELAY_FAILOVER:
        g_assert_cmpuint(progress->url_index, ==, 1);
        g_assert_cmpuint(progress->retry_count, ==, 0);
        g_assert_cmpuint(progress->failover_count, ==, is_operator ? 0 : row->failover_count + 1);
        g_assert_cmpint(progress->url_since_ms, ==, -1);
        break;
    case RELAY_FAIL:
        g_assert_cmpuint(progress->url_index, ==, 0);
        g_assert_cmpuint(progress->retry_count, ==, row->retry_count);
        break;
    }
}

static void every_branch_decides_as_the_table_says(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Row *row = &rows[i];
        Bed bed;
        RelayDecision decision;

        g_test_message("%s", row->name);
        begin_row(&bed, row);
        decision = relay_policy_decide(&bed.progress, &bed.settings, row->error, row->status,
                                       row->retry_after_ms, bed.now_ms);
        g_assert_cmpint(decision.action, ==, row->action);
        g_assert_cmpint(decision.delay_ms, ==, row->delay_ms);
        g_assert_cmpstr(decision.reason, ==, row->reason);
        g_assert_cmpstr(decision.cause, ==, row->cause);
        g_assert_cmpuint(decision.url_index, ==, bed.progress.url_index);
        assert_progress(row, &bed.progress);
    }
}

/* ---- what a row cannot show -------------------------------------------------------------------- */

static void each_retry_with_backoff_waits_one_and_a_half_times_as_long(void)
{
    static const gint64 delays[] = {2000,  3000,  4500,  6750,  10125, 15187,
                                    22781, 34171, 51257, 60000, 60000};
    Bed bed;

    begin(&bed, 2);
    bed.settings.retry_attempts = G_N_ELEMENTS(delays);
    bed.settings.retry_delay_ms = 2000;
    bed.settings.total_timeout_ms = 0;
    bed.settings.exponential_backoff = TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(delays); i++)
        g_assert_cmpint(attempt(&bed, RELAY_ERROR_CONNECT, 0).delay_ms, ==, delays[i]);
    g_assert_cmpint(attempt(&bed, RELAY_ERROR_CONNECT, 0).action, ==, RELAY_FAILOVER);
    g_assert_cmpint(attempt(&bed, RELAY_ERROR_CONNECT, 0).delay_ms, ==, delays[0]);
}

static void a_long_delay_that_was_asked_for_is_not_shortened_by_backoff(void)
{
    Bed bed;

    begin(&bed, 1);
    bed.settings.retry_delay_ms = 90 * SECOND;
    bed.settings.total_timeout_ms = 0;
    bed.settings.exponential_backoff = TRUE;
    g_assert_cmpint(attempt(&bed, RELAY_ERROR_CONNECT, 0).delay_ms, ==, 90 * SECOND);
    g_assert_cmpint(attempt(&bed, RELAY_ERROR_CONNECT, 0).delay_ms, ==, 90 * SECOND);
}

static void failover_goes_round_the_list_the_first_url_included(void)
{
    static const guint order[] = {1, 2, 0, 1, 2, 0, 1};
    Bed bed;

    begin(&bed, 3);
    bed.settings.retry_attempts = 0;
    bed.settings.max_failover_attempts = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
        RelayDecision decision = attempt(&bed, RELAY_ERROR_CONNECT, 0);

        g_assert_cmpint(decision.action, ==, RELAY_FAILOVER);
        g_assert_cmpuint(decision.url_index, ==, order[i]);
        g_assert_cmpint(decision.delay_ms, ==, i < 2 ? 0 : 1000);
    }
}

static void going_round_dead_urls_never_is_a_busy_loop(void)
{
    Bed bed;

    begin(&bed, 2);
    bed.settings.retry_attempts = 0;
    bed.settings.retry_delay_ms = 0;
    bed.settings.max_failover_attempts = 0;
    g_assert_cmpint(attempt(&bed, RELAY_ERROR_CONNECT, 0).delay_ms, ==, 0);
    for (int i = 0; i < 1000; i++)
        g_assert_cmpint(attempt(&bed, RELAY_ERROR_CONNECT, 0).delay_ms, >=, 250);
}

/* 200, then a reset before any data: no data, no success. */
static void a_flapping_upstream_is_bounded_by_the_retry_count(void)
{
    Bed bed;
    guint attempts = 1;

    begin(&bed, 1);
    while (attempt(&bed, RELAY_ERROR_BROKEN, 10).action == RELAY_RETRY)
        attempts++;
    g_assert_cmpuint(attempts, ==, 4);
    g_assert_cmpint(decide(&bed, RELAY_ERROR_BROKEN).action, ==, RELAY_FAIL);
}

static void data_forgets_the_retries_and_the_time(void)
{
    Bed bed;

    begin(&bed, 1);
    for (int i = 0; i < 10; i++) {
        g_assert_cmpint(attempt(&bed, RELAY_ERROR_CHUNK_TIMEOUT, 20 * SECOND).action, ==,
                        RELAY_RETRY);
        g_assert_cmpuint(bed.progress.retry_count, ==, 1);
        attempt(&bed, RELAY_ERROR_CHUNK_TIMEOUT, 20 * SECOND);
        relay_progress_attempt(&bed.progress, bed.now_ms);
        g_assert_cmpint(relay_progress_data(&bed.progress, &bed.settings, bed.now_ms), ==, 2);
        g_assert_cmpint(relay_progress_data(&bed.progress, &bed.settings, bed.now_ms), ==, -1);
        g_assert_cmpuint(bed.progress.retry_count, ==, 0);
        bed.now_ms += 3600 * SECOND;
        g_assert_cmpint(decide(&bed, RELAY_ERROR_BROKEN).action, ==, RELAY_RETRY);
        g_assert_cmpint(relay_progress_data(&bed.progress, &bed.settings, bed.now_ms), ==, 1);
    }
}

static void failovers_are_forgotten_after_a_while_of_flow(void)
{
    Bed bed;

    begin(&bed, 2);
    bed.settings.retry_attempts = 0;
    attempt(&bed, RELAY_ERROR_CONNECT, 0);
    relay_progress_data(&bed.progress, &bed.settings, bed.now_ms);
    relay_progress_data(&bed.progress, &bed.settings, bed.now_ms + 9999);
    g_assert_cmpuint(bed.progress.failover_count, ==, 1);
    relay_progress_data(&bed.progress, &bed.settings, bed.now_ms + 10000);
    g_assert_cmpuint(bed.progress.failover_count, ==, 0);
}

static void a_short_flow_keeps_the_failovers_counted(void)
{
    Bed bed;

    begin(&bed, 2);
    bed.settings.retry_attempts = 0;
    for (guint i = 1; i <= 3; i++) {
        g_assert_cmpint(attempt(&bed, RELAY_ERROR_BROKEN, 0).action, ==, RELAY_FAILOVER);
        g_assert_cmpuint(bed.progress.failover_count, ==, i);
        relay_progress_data(&bed.progress, &bed.settings, bed.now_ms);
        bed.now_ms += 6 * SECOND;
        relay_progress_data(&bed.progress, &bed.settings, bed.now_ms);
    }
    g_assert_cmpint(attempt(&bed, RELAY_ERROR_BROKEN, 0).action, ==, RELAY_FAIL);
}

static void by_url_each_url_has_the_whole_total_timeout(void)
{
    Bed bed;

    begin(&bed, 2);
    bed.settings.retry_attempts = 100;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 6; j++)
            g_assert_cmpint(attempt(&bed, RELAY_ERROR_CONNECT, 10 * SECOND).action, ==,
                            RELAY_RETRY);
        g_assert_cmpint(attempt(&bed, RELAY_ERROR_CONNECT, 10 * SECOND).action, ==, RELAY_FAILOVER);
    }
}

static void by_stream_the_time_goes_on_over_a_failover(void)
{
    Bed bed;
    RelayDecision decision;

    begin(&bed, 2);
    bed.settings.retry_attempts = 0;
    bed.settings.total_timeout_scope = YTOPS_TIMEOUT_PER_STREAM;
    g_assert_cmpint(attempt(&bed, RELAY_ERROR_CONNECT, 40 * SECOND).action, ==, RELAY_FAILOVER);
    decision = attempt(&bed, RELAY_ERROR_CONNECT, 20 * SECOND + 1);
    g_assert_cmpint(decision.action, ==, RELAY_FAIL);
    g_assert_cmpstr(decision.reason, ==, "total_timeout_exceeded");
}

/* An operator's switch is no failure: what comes after it has every chance again. */
static void after_the_operators_switch_the_outage_starts_afresh(void)
{
    Bed bed;

    begin(&bed, 2);
    bed.settings.total_timeout_scope = YTOPS_TIMEOUT_PER_STREAM;
    attempt(&bed, RELAY_ERROR_CONNECT, 59 * SECOND);
    decide(&bed, RELAY_ERROR_OPERATOR);
    for (int i = 0; i < 3; i++)
        g_assert_cmpint(attempt(&bed, RELAY_ERROR_CONNECT, 20 * SECOND).action, ==, RELAY_RETRY);
}

static void a_status_with_retry_after_keeps_its_place_in_the_count(void)
{
    Bed bed;

    begin(&bed, 1);
    for (guint i = 1; i <= 3; i++) {
        relay_progress_attempt(&bed.progress, bed.now_ms);
        g_assert_cmpint(decide_status(&bed, 429, 3000).delay_ms, ==, 3000);
        g_assert_cmpuint(bed.progress.retry_count, ==, i);
        bed.now_ms += 3000;
    }
    g_assert_cmpint(decide_status(&bed, 429, 3000).action, ==, RELAY_FAIL);
}

static void no_urls_count_as_one(void)
{
    Bed bed;

    begin(&bed, 0);
    bed.settings.retry_attempts = 0;
    g_assert_cmpint(attempt(&bed, RELAY_ERROR_CONNECT, 0).action, ==, RELAY_FAIL);
    g_assert_cmpint(decide(&bed, RELAY_ERROR_OPERATOR).action, ==, RELAY_RETRY);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay-policy/table", every_branch_decides_as_the_table_says);
    g_test_add_func("/relay-policy/backoff",
                    each_retry_with_backoff_waits_one_and_a_half_times_as_long);
    g_test_add_func("/relay-policy/long-delay",
                    a_long_delay_that_was_asked_for_is_not_shortened_by_backoff);
    g_test_add_func("/relay-policy/round", failover_goes_round_the_list_the_first_url_included);
    g_test_add_func("/relay-policy/busy", going_round_dead_urls_never_is_a_busy_loop);
    g_test_add_func("/relay-policy/flapping", a_flapping_upstream_is_bounded_by_the_retry_count);
    g_test_add_func("/relay-policy/data", data_forgets_the_retries_and_the_time);
    g_test_add_func("/relay-policy/stable", failovers_are_forgotten_after_a_while_of_flow);
    g_test_add_func("/relay-policy/short-flow", a_short_flow_keeps_the_failovers_counted);
    g_test_add_func("/relay-policy/scope-url", by_url_each_url_has_the_whole_total_timeout);
    g_test_add_func("/relay-policy/scope-stream", by_stream_the_time_goes_on_over_a_failover);
    g_test_add_func("/relay-policy/operator", after_the_operators_switch_the_outage_starts_afresh);
    g_test_add_func("/relay-policy/retry-after",
                    a_status_with_retry_after_keeps_its_place_in_the_count);
    g_test_add_func("/relay-policy/no-urls", no_urls_count_as_one);
    return g_test_run();
}
