#include "app/health_watch.h"

#include <string.h>

#define SECOND ((gint64)G_USEC_PER_SEC)

/* All is well at that second. */
static HealthSample sample_at(gint64 second)
{
    return (HealthSample){
        .now_us = second * SECOND,
        .rpc_turned_us = second * SECOND,
        .http_turned_us = second * SECOND,
    };
}

static void assert_stuck(const char *reason, const char *word)
{
    g_assert_nonnull(reason);
    g_assert_nonnull(strstr(reason, word));
}

static void turning_loops_are_well(void)
{
    HealthWatch watch = {0};

    for (gint64 second = 1; second < 100; second++) {
        HealthSample sample = sample_at(second);

        g_assert_null(health_watch_judge(&watch, &sample));
    }
}

static void a_loop_that_stands_is_told_until_it_turns(void)
{
    HealthWatch watch = {0};
    HealthSample sample = sample_at(20);

    sample.rpc_turned_us = 20 * SECOND - HEALTH_WATCH_LOOP_US + 1;
    g_assert_null(health_watch_judge(&watch, &sample));
    sample.rpc_turned_us -= 1;
    assert_stuck(health_watch_judge(&watch, &sample), "RPC");
    sample.rpc_turned_us = sample.now_us;
    sample.http_turned_us = 0;
    assert_stuck(health_watch_judge(&watch, &sample), "HTTP");
    sample.http_turned_us = sample.now_us;
    g_assert_null(health_watch_judge(&watch, &sample));
}

static void calls_that_wait_are_well_while_others_end(void)
{
    HealthWatch watch = {0};

    for (gint64 second = 1; second < 100; second++) {
        HealthSample sample = sample_at(second);

        sample.calls_queued = 50;
        sample.calls_ended = G_MAXUINT - 3 + (guint)second / 20;
        g_assert_null(health_watch_judge(&watch, &sample));
    }
}

static void calls_of_which_none_ends_are_told_in_time(void)
{
    HealthWatch watch = {0};
    gint64 last_well = 0;

    for (gint64 second = 1; second < 100; second++) {
        HealthSample sample = sample_at(second);
        const char *stuck;

        sample.calls_queued = second > 10 ? 1 : 0;
        stuck = health_watch_judge(&watch, &sample);
        if (stuck == NULL)
            last_well = second;
        else
            assert_stuck(stuck, "calls");
    }
    g_assert_cmpint(last_well, ==, 10 + HEALTH_WATCH_CALLS_US / SECOND);
}

static void one_end_begins_the_time_anew(void)
{
    HealthWatch watch = {0};

    for (gint64 second = 1; second < 100; second++) {
        HealthSample sample = sample_at(second);

        sample.calls_queued = 1;
        sample.calls_ended = second >= 25 ? 1 : 0;
        if (second < 25 + HEALTH_WATCH_CALLS_US / SECOND)
            g_assert_null(health_watch_judge(&watch, &sample));
    }
    g_assert_cmpint(watch.no_end_since_us, ==, 26 * SECOND);
}

/* The calls that wait after a long rest have waited only since then. */
static void a_burst_after_a_rest_is_well(void)
{
    HealthWatch watch = {0};
    HealthSample sample = sample_at(1);

    g_assert_null(health_watch_judge(&watch, &sample));
    sample = sample_at(100000);
    sample.calls_queued = 1000;
    g_assert_null(health_watch_judge(&watch, &sample));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/health-watch/well", turning_loops_are_well);
    g_test_add_func("/health-watch/loops", a_loop_that_stands_is_told_until_it_turns);
    g_test_add_func("/health-watch/busy", calls_that_wait_are_well_while_others_end);
    g_test_add_func("/health-watch/stuck", calls_of_which_none_ends_are_told_in_time);
    g_test_add_func("/health-watch/anew", one_end_begins_the_time_anew);
    g_test_add_func("/health-watch/burst", a_burst_after_a_rest_is_well);
    return g_test_run();
}
