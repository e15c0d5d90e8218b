/* The specification's timeline and strategies, second by second on a virtual clock. */
#include "relay/relay_policy.h"
#include "relay/relay_words.h"

#define SECOND 1000

/* A stream whose upstreams stay silent, but for the attempt that begins at data_at_s. */
typedef struct {
    YtopsRelaySettings settings;
    RelayProgress progress;
    gint64 data_at_s;
    gint64 attempt_ms; /* the next attempt begins; -1: one is under way, or the stream failed */
    gint64 silent_ms;  /* the attempt under way has been silent since */
    gboolean flowing;
    gboolean failed;
    GString *journal;
} World;

static void begin(World *world, guint n_urls, gint64 data_at_s)
{
    *world = (World){.data_at_s = data_at_s, .journal = g_string_new(NULL)};
    ytops_relay_settings_init(&world->settings);
    relay_progress_init(&world->progress, n_urls);
}

static void set(World *world, const char *name, const char *value)
{
    g_autoptr(GError) error = NULL;

    ytops_relay_settings_set(&world->settings, name, value, &error);
    g_assert_no_error(error);
}

static void note(World *world, gint64 now_ms, char *words)
{
    g_string_append_printf(world->journal, "%.1fs %u %u p%u: %s\n", (double)now_ms / SECOND,
                           world->progress.retry_count, world->progress.failover_count,
                           world->progress.url_index + 1, words);
    g_free(words);
}

static void begin_attempt(World *world, gint64 now_ms)
{
    relay_progress_attempt(&world->progress, now_ms);
    world->attempt_ms = -1;
    world->silent_ms = now_ms;
    if (world->data_at_s * SECOND == now_ms) {
        gint retries = relay_progress_data(&world->progress, &world->settings, now_ms);

        note(world, now_ms, relay_words_recovered(retries));
        world->flowing = TRUE;
        return;
    }
    note(world, now_ms, g_strdup("connect"));
}

static void act(World *world, const RelayDecision *decision, gint64 now_ms)
{
    switch (decision->action) {
    case RELAY_RETRY:
        note(world, now_ms,
             relay_words_retry(&world->progress, &world->settings, decision, "ABC", NULL));
        break;
    case RELAY_FAILOVER:
        note(world, now_ms,
             relay_words_failover(&world->progress, &world->settings, decision, "ABC", NULL));
        break;
    case RELAY_FAIL:
        note(world, now_ms, g_strdup_printf("stream_failed %s", decision->reason));
        world->failed = TRUE;
        return;
    }
    world->attempt_ms = now_ms + decision->delay_ms;
}

/* Tenth of a second by tenth of a second. */
static void run(World *world, gint64 until_s)
{
    for (gint64 now_ms = 0; now_ms <= until_s * SECOND; now_ms += 100) {
        gboolean is_silent = world->attempt_ms < 0 && !world->flowing && !world->failed &&
                             now_ms - world->silent_ms >= world->settings.live_chunk_timeout_ms;

        if (is_silent) {
            RelayDecision decision;

            note(world, now_ms,
                 relay_words_no_data(world->settings.live_chunk_timeout_ms, "ABC", NULL));
            decision = relay_policy_decide(&world->progress, &world->settings,
                                           RELAY_ERROR_CHUNK_TIMEOUT, 0, 0, now_ms);
            act(world, &decision, now_ms);
        }
        if (world->attempt_ms >= 0 && now_ms >= world->attempt_ms)
            begin_attempt(world, now_ms);
    }
}

static void end(World *world, const char *expected)
{
    g_assert_cmpstr(world->journal->str, ==, expected);
    g_string_free(world->journal, TRUE);
}

/* Columns: time, retry_count, failover_count, provider; as in the specification. */
static void the_timeline_is_the_specifications(void)
{
    World world;

    begin(&world, 3, 79);
    run(&world, 100);
    end(&world,
        "0.0s 0 0 p1: connect\n"
        "15.0s 0 0 p1: No data received for 15.0s from upstream for stream ABC\n"
        "15.0s 1 0 p1: Retrying connection for stream ABC (attempt 1/3, delay: 1.0s)\n"
        "16.0s 1 0 p1: connect\n"
        "31.0s 1 0 p1: No data received for 15.0s from upstream for stream ABC\n"
        "31.0s 2 0 p1: Retrying connection for stream ABC (attempt 2/3, delay: 1.0s)\n"
        "32.0s 2 0 p1: connect\n"
        "47.0s 2 0 p1: No data received for 15.0s from upstream for stream ABC\n"
        "47.0s 3 0 p1: Retrying connection for stream ABC (attempt 3/3, delay: 1.0s)\n"
        "48.0s 3 0 p1: connect\n"
        "63.0s 3 0 p1: No data received for 15.0s from upstream for stream ABC\n"
        "63.0s 0 1 p2: Retries exhausted, attempting failover due to chunk timeout for stream ABC "
        "(failover attempt 1/3)\n"
        "63.0s 0 1 p2: connect\n"
        "78.0s 0 1 p2: No data received for 15.0s from upstream for stream ABC\n"
        "78.0s 1 1 p2: Retrying connection for stream ABC (attempt 1/3, delay: 1.0s)\n"
        "79.0s 0 1 p2: Connection successful after 1 retries, resetting retry counter\n");
}

/* The seconds at which the providers are connected to. */
static void end_with_connects(World *world, const char *expected)
{
    g_autoptr(GString) connects = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(world->journal->str, "\n", -1);

    for (char **line = lines; *line != NULL; line++) {
        g_auto(GStrv) words = g_strsplit(*line, " ", 5);

        if (g_str_has_suffix(*line, ": connect"))
            g_string_append_printf(connects, "%s%s ", words[3], words[0]);
        else if (g_strrstr(*line, "stream_failed") != NULL)
            g_string_append_printf(connects, "%s %s", words[0], words[4]);
    }
    g_string_free(world->journal, TRUE);
    g_assert_cmpstr(connects->str, ==, expected);
}

static void aggressive_retries(void)
{
    World world;

    begin(&world, 2, -1);
    set(&world, "STREAM_RETRY_ATTEMPTS", "5");
    set(&world, "STREAM_RETRY_DELAY", "2.0");
    set(&world, "STREAM_TOTAL_TIMEOUT", "120.0");
    set(&world, "STREAM_RETRY_EXPONENTIAL_BACKOFF", "true");
    set(&world, "LIVE_CHUNK_TIMEOUT_SECONDS", "10.0");
    run(&world, 90);
    end_with_connects(&world, "p1:0.0s p1:12.0s p1:25.0s p1:39.5s p1:56.3s p1:76.5s p2:86.5s ");
}

static void quick_failover(void)
{
    World world;

    begin(&world, 3, -1);
    set(&world, "STREAM_RETRY_ATTEMPTS", "1");
    set(&world, "STREAM_RETRY_DELAY", "0.5");
    set(&world, "STREAM_TOTAL_TIMEOUT", "30.0");
    set(&world, "STREAM_RETRY_EXPONENTIAL_BACKOFF", "false");
    set(&world, "LIVE_CHUNK_TIMEOUT_SECONDS", "5.0");
    run(&world, 60);
    end_with_connects(&world, "p1:0.0s p1:5.5s p2:10.5s p2:16.0s p3:21.0s p3:26.5s p1:32.0s "
                              "p1:37.5s 42.5s stream_failed failovers_exhausted");
}

static void balanced(void)
{
    World world;

    begin(&world, 2, -1);
    run(&world, 140);
    end_with_connects(&world, "p1:0.0s p1:16.0s p1:32.0s p1:48.0s p2:63.0s p2:79.0s p2:95.0s "
                              "p2:111.0s p1:127.0s ");
}

/* With no limit of failovers the providers are tried in rotation for ever. */
static void maximum_persistence(void)
{
    World world;

    begin(&world, 2, -1);
    set(&world, "STREAM_RETRY_ATTEMPTS", "10");
    set(&world, "STREAM_TOTAL_TIMEOUT", "0");
    set(&world, "LIVE_CHUNK_TIMEOUT_SECONDS", "5.0");
    set(&world, "MAX_FAILOVER_ATTEMPTS", "0");
    run(&world, 24 * 3600);
    g_assert_false(world.failed);
    g_assert_cmpuint(world.progress.failover_count, >, 1000);
    g_string_free(world.journal, TRUE);
}

/* The log example: no failover after it, and fewer retries than allowed. */
static void by_stream_the_total_timeout_ends_it(void)
{
    World world;

    begin(&world, 3, -1);
    set(&world, "STREAM_TOTAL_TIMEOUT_SCOPE", "stream");
    set(&world, "STREAM_TOTAL_TIMEOUT", "40");
    run(&world, 100);
    g_assert_cmpuint(world.progress.retry_count, ==, 2);
    end_with_connects(&world, "p1:0.0s p1:16.0s p1:32.0s 47.0s stream_failed "
                              "total_timeout_exceeded");
}

static void assert_words(char *words, const char *expected)
{
    g_assert_cmpstr(words, ==, expected);
    g_free(words);
}

static void the_log_lines_are_the_specifications(void)
{
    YtopsRelaySettings settings;
    RelayProgress progress;
    RelayDecision decision = {.delay_ms = 1000, .reason = "chunk timeout"};

    ytops_relay_settings_init(&settings);
    relay_progress_init(&progress, 2);
    progress.retry_count = 2;
    assert_words(relay_words_no_data(15000, "ABC", "xyz"),
                 "No data received for 15.0s from upstream for stream ABC, client xyz");
    assert_words(relay_words_retry(&progress, &settings, &decision, "ABC", "xyz"),
                 "Retrying connection for stream ABC, client xyz (attempt 2/3, delay: 1.0s)");
    assert_words(relay_words_recovered(1),
                 "Connection successful after 1 retries, resetting retry counter");
    progress.failover_count = 1;
    decision.cause = "Retries exhausted";
    assert_words(relay_words_failover(&progress, &settings, &decision, "ABC", "xyz"),
                 "Retries exhausted, attempting failover due to chunk timeout for stream ABC, "
                 "client xyz (failover attempt 1/3)");
    settings.max_failover_attempts = 0;
    assert_words(relay_words_failover(&progress, &settings, &decision, "ABC", NULL),
                 "Retries exhausted, attempting failover due to chunk timeout for stream ABC "
                 "(failover attempt 1, no limit)");
    progress.failover_count = 0;
    decision.cause = "Manual failover";
    assert_words(relay_words_failover(&progress, &settings, &decision, "ABC", NULL),
                 "Manual failover for stream ABC");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay-timeline/specification", the_timeline_is_the_specifications);
    g_test_add_func("/relay-timeline/aggressive-retries", aggressive_retries);
    g_test_add_func("/relay-timeline/quick-failover", quick_failover);
    g_test_add_func("/relay-timeline/balanced", balanced);
    g_test_add_func("/relay-timeline/maximum-persistence", maximum_persistence);
    g_test_add_func("/relay-timeline/scope-stream", by_stream_the_total_timeout_ends_it);
    g_test_add_func("/relay-timeline/words", the_log_lines_are_the_specifications);
    return g_test_run();
}
