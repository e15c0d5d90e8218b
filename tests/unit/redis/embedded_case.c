#include "embedded_case.h"
#include "redis_patience.h"

#include <signal.h>
#include <string.h>

YtopsEmbeddedRedis *embedded_case_start(const char *data_dir)
{
    g_autoptr(GError) error = NULL;
    YtopsEmbeddedRedis *redis = ytops_embedded_redis_start(data_dir, "redis-server", &error);

    g_assert_no_error(error);
    g_assert_nonnull(redis);
    return redis;
}

YtopsRedisPool *embedded_case_pool_for(const YtopsEmbeddedRedis *redis)
{
    g_autoptr(GError) error = NULL;
    YtopsRedisPool *pool =
        ytops_redis_pool_new(ytops_embedded_redis_get_url(redis), &REDIS_PATIENCE, &error);

    g_assert_no_error(error);
    return pool;
}

gint64 embedded_case_increment(YtopsRedisPool *pool)
{
    g_autoptr(YtopsRedisReply) reply = ytops_redis_command(pool, NULL, "INCR", "counter", NULL);

    return ytops_redis_reply_int(reply, -1);
}

gint64 embedded_case_increment_once(const YtopsEmbeddedRedis *redis)
{
    g_autoptr(YtopsRedisPool) pool = embedded_case_pool_for(redis);

    return embedded_case_increment(pool);
}

gint64 embedded_case_increment_at_last(YtopsRedisPool *pool)
{
    gint64 deadline_us = g_get_monotonic_time() + EMBEDDED_CASE_PATIENCE_MS * 1000;
    gint64 counter;

    while ((counter = embedded_case_increment(pool)) < 0) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline_us);
        g_usleep(1000);
    }
    return counter;
}

int embedded_case_kill_server(YtopsEmbeddedRedis *redis)
{
    int pid = ytops_embedded_redis_get_pid(redis);

    g_assert_cmpint(pid, >, 0);
    g_assert_cmpint(kill(pid, SIGKILL), ==, 0);
    return pid;
}

void embedded_case_assert_refused(const char *data_dir, YtopsErrorCode code, const char *names)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(ytops_embedded_redis_start(data_dir, "redis-server", &error));
    g_assert_error(error, YTOPS_ERROR, (int)code);
    g_assert_nonnull(strstr(error->message, names));
    g_assert_nonnull(strstr(error->message, data_dir));
}
