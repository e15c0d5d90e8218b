#include <string.h>

#include "bad_server.h"
#include "redis_fixture.h"
#include "ytops/error.h"
#include "ytops/redis.h"

#define N_CALLERS 64
#define RECOVERY_TIMEOUT_US (10 * G_USEC_PER_SEC)

static YtopsRedisPool *pool_new(const char *url, guint max_connections, guint timeout_ms)
{
    const YtopsRedisPoolOptions options = {.max_connections = max_connections,
                                           .timeout_ms = timeout_ms};
    g_autoptr(GError) error = NULL;
    YtopsRedisPool *pool = ytops_redis_pool_new(url, &options, &error);

    g_assert_no_error(error);
    return pool;
}

static gint64 increment(YtopsRedisPool *pool)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsRedisReply) reply = ytops_redis_command(pool, &error, "INCR", "counter", NULL);

    if (reply == NULL)
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
    return ytops_redis_reply_int(reply, -1);
}

static gint64 elapsed_ms(gint64 since_us)
{
    return (g_get_monotonic_time() - since_us) / 1000;
}

static void wait_until_answered(YtopsRedisPool *pool)
{
    gint64 deadline_us = g_get_monotonic_time() + RECOVERY_TIMEOUT_US;

    while (!ytops_redis_ping(pool, NULL)) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline_us);
        g_usleep(1000);
    }
}

static void fail_once(YtopsRedisPool *pool, const char *reason)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(ytops_redis_ping(pool, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
    g_assert_nonnull(strstr(error->message, reason));
}

static void test_down_and_up(void)
{
    g_autoptr(RedisFixture) fixture = redis_fixture_start();
    g_autoptr(YtopsRedisPool) pool = pool_new(redis_fixture_url(fixture), 4, 30000);
    gint64 start_us;

    g_assert_cmpint(increment(pool), ==, 1);
    redis_fixture_kill(fixture);
    start_us = g_get_monotonic_time();
    for (int i = 0; i < 1000; i++)
        fail_once(pool, "Connection refused");
    g_assert_cmpint(elapsed_ms(start_us), <, 500);
    redis_fixture_restart(fixture);
    wait_until_answered(pool);
    g_assert_cmpint(increment(pool), ==, 2);
}

/* One call pays the timeout, the others know by then. */
static void test_frozen(void)
{
    g_autoptr(RedisFixture) fixture = redis_fixture_start();
    g_autoptr(YtopsRedisPool) pool = pool_new(redis_fixture_url(fixture), 4, 200);
    gint64 start_us;
    gint64 counter;

    g_assert_cmpint(increment(pool), ==, 1);
    redis_fixture_freeze(fixture);
    start_us = g_get_monotonic_time();
    g_assert_cmpint(increment(pool), ==, -1);
    g_assert_cmpint(elapsed_ms(start_us), >=, 200);
    g_assert_cmpint(elapsed_ms(start_us), <, 1000);
    redis_fixture_thaw(fixture);
    wait_until_answered(pool);
    /* The call that was not answered took effect or did not, but never twice. */
    counter = increment(pool);
    g_assert_cmpint(counter, >=, 2);
    g_assert_cmpint(counter, <=, 3);
}

typedef struct {
    YtopsRedisPool *pool;
    gint64 end_us;
    gint n_slow; /* calls that took the timeout */
} Hammer;

static gpointer hammer(gpointer data)
{
    Hammer *work = data;

    while (g_get_monotonic_time() < work->end_us) {
        gint64 start_us = g_get_monotonic_time();

        g_assert_false(ytops_redis_ping(work->pool, NULL));
        if (elapsed_ms(start_us) >= 45)
            g_atomic_int_inc(&work->n_slow);
    }
    return NULL;
}

/* Sixteen callers for half a second: one tries at a time, and not again within 100 ms of its end. */
static void test_one_prober(void)
{
    g_autoptr(BadServer) server = bad_server_start(BAD_SERVER_NEVER_ACCEPTS, 1000);
    g_autoptr(YtopsRedisPool) pool = pool_new(bad_server_url(server), 16, 50);
    Hammer work = {.pool = pool};
    GThread *threads[16];
    gint64 start_us;

    fail_once(pool, "no answer in time");
    start_us = g_get_monotonic_time();
    work.end_us = start_us + G_USEC_PER_SEC / 2;
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("hammer", hammer, &work);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    g_assert_cmpuint(bad_server_count_waiting(server), <=, 2 + elapsed_ms(start_us) / 100);
    g_assert_cmpint(work.n_slow, >=, 1);
}

static const struct {
    BadServerHabit habit;
    int backlog;
    const char *reason;
} habits[] = {
    {BAD_SERVER_NEVER_ACCEPTS, 100, "no answer in time"},
    {BAD_SERVER_CLOSES, 100, "it closed the connection"},
    {BAD_SERVER_TALKS_HTTP, 100, "does not speak the Redis protocol"},
    {BAD_SERVER_DRIBBLES, 100, "no answer in time"},
};

static void test_bad_servers(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(habits); i++) {
        g_autoptr(BadServer) server = bad_server_start(habits[i].habit, habits[i].backlog);
        g_autoptr(YtopsRedisPool) pool = pool_new(bad_server_url(server), 2, 100);
        gint64 start_us = g_get_monotonic_time();

        fail_once(pool, habits[i].reason);
        g_assert_cmpint(elapsed_ms(start_us), <, 1000);
        fail_once(pool, habits[i].reason);
    }
}

/* connect() to a Unix socket with a full backlog fails at once and cannot be polled for. */
static void test_full_backlog(void)
{
    g_autoptr(BadServer) server = bad_server_start(BAD_SERVER_NEVER_ACCEPTS, 0);
    g_autoptr(YtopsRedisPool) first = pool_new(bad_server_url(server), 1, 50);
    g_autoptr(YtopsRedisPool) second = pool_new(bad_server_url(server), 1, 50);
    gint64 start_us = g_get_monotonic_time();

    fail_once(first, "no answer in time");
    fail_once(second, "Resource temporarily unavailable");
    g_assert_cmpint(elapsed_ms(start_us), >=, 100);
    g_assert_cmpint(elapsed_ms(start_us), <, 2000);
}

static void fill(YtopsRedisPool *pool, const char *n_keys)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsRedisReply) reply = ytops_redis_command(
        pool, &error, "EVAL", "for i = 1, ARGV[1] do redis.call('SET', 'k' .. i, i) end", "0",
        n_keys, NULL);

    g_assert_no_error(error);
}

/* A server that reads its file answers, but not with what was asked for. */
static void test_loading(void)
{
    const char *const slowly[] = {"--key-load-delay", "200", NULL};
    g_autoptr(RedisFixture) fixture = redis_fixture_start();
    g_autoptr(YtopsRedisPool) pool = pool_new(redis_fixture_url(fixture), 4, 30000);
    g_autoptr(YtopsRedisPool) fresh = pool_new(redis_fixture_url(fixture), 4, 30000);

    fill(pool, "6000");
    redis_fixture_restart_loading(fixture, slowly);
    fail_once(pool, "LOADING");
    fail_once(fresh, "LOADING");
    wait_until_answered(pool);
    wait_until_answered(fresh);
    g_assert_cmpint(increment(pool), ==, 1);
}

/* A script that does not end: the server answers BUSY to all others. */
static void test_busy(void)
{
    const char *const impatient[] = {"--busy-reply-threshold", "50", NULL};
    g_autoptr(RedisFixture) fixture = redis_fixture_start_with(impatient);
    g_autoptr(YtopsRedisPool) stuck = pool_new(redis_fixture_url(fixture), 1, 100);
    g_autoptr(YtopsRedisPool) pool = pool_new(redis_fixture_url(fixture), 1, 30000);
    g_autoptr(YtopsRedisPool) killer = pool_new(redis_fixture_url(fixture), 1, 30000);
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsRedisReply) killed = NULL;
    g_autoptr(YtopsRedisReply) ready = ytops_redis_command(killer, NULL, "ECHO", "ready", NULL);

    g_assert_nonnull(ready);
    g_assert_null(ytops_redis_command(stuck, &error, "EVAL", "while true do end", "0", NULL));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
    fail_once(pool, "BUSY");
    killed = ytops_redis_command(killer, NULL, "SCRIPT", "KILL", NULL);
    g_assert_cmpstr(ytops_redis_reply_string(killed), ==, "OK");
    wait_until_answered(pool);
    wait_until_answered(stuck);
}

typedef struct {
    YtopsRedisPool *pool;
    gint n_acknowledged;
    gint n_failed;
    gint stop;
} Traffic;

static gpointer make_traffic(gpointer data)
{
    Traffic *traffic = data;

    while (!g_atomic_int_get(&traffic->stop)) {
        if (increment(traffic->pool) > 0) {
            g_atomic_int_inc(&traffic->n_acknowledged);
        } else {
            g_atomic_int_inc(&traffic->n_failed);
            g_usleep(500);
        }
    }
    return NULL;
}

static void wait_for_count(gint *counter, gint n)
{
    gint64 deadline_us = g_get_monotonic_time() + RECOVERY_TIMEOUT_US;

    while (g_atomic_int_get(counter) < n) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline_us);
        g_usleep(500);
    }
}

/* What was acknowledged is there; what failed may be there once. */
static void test_killed_under_load(void)
{
    g_autoptr(RedisFixture) fixture = redis_fixture_start();
    g_autoptr(YtopsRedisPool) pool = pool_new(redis_fixture_url(fixture), 8, 30000);
    Traffic traffic = {.pool = pool};
    GThread *threads[N_CALLERS];
    gint64 counter;

    for (int i = 0; i < N_CALLERS; i++)
        threads[i] = g_thread_new("traffic", make_traffic, &traffic);
    for (int round = 0; round < 5; round++) {
        wait_for_count(&traffic.n_acknowledged, g_atomic_int_get(&traffic.n_acknowledged) + 500);
        redis_fixture_kill(fixture);
        wait_for_count(&traffic.n_failed, g_atomic_int_get(&traffic.n_failed) + 100);
        redis_fixture_restart(fixture);
    }
    wait_for_count(&traffic.n_acknowledged, g_atomic_int_get(&traffic.n_acknowledged) + 500);
    g_atomic_int_set(&traffic.stop, 1);
    for (int i = 0; i < N_CALLERS; i++)
        g_thread_join(threads[i]);
    counter = increment(pool) - 1;
    g_assert_cmpint(counter, >=, traffic.n_acknowledged);
    g_assert_cmpint(counter, <=, traffic.n_acknowledged + traffic.n_failed);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/redis/outage/calls-fail-fast-and-recover", test_down_and_up);
    g_test_add_func("/redis/outage/frozen-server-costs-one-timeout", test_frozen);
    g_test_add_func("/redis/outage/one-prober-every-100-ms", test_one_prober);
    g_test_add_func("/redis/outage/bad-servers-are-named", test_bad_servers);
    g_test_add_func("/redis/outage/full-backlog-ends-at-the-timeout", test_full_backlog);
    g_test_add_func("/redis/outage/loading-is-UNAVAILABLE", test_loading);
    g_test_add_func("/redis/outage/busy-script-is-UNAVAILABLE", test_busy);
    g_test_add_func("/redis/outage/kill-under-load-loses-no-acknowledged-call",
                    test_killed_under_load);
    return g_test_run();
}
