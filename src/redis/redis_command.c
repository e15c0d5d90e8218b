#include "redis_command.h"

#include <limits.h>
#include <stdarg.h>

#include "redis_error.h"
#include "redis_pool.h"
#include "redis_reply.h"
#include "ytops/error.h"

static gboolean check_arguments(gsize argc, const char *const *argv, GError **error)
{
    gsize given = 0;

    while (given < argc && argv[given] != NULL)
        given++;
    if (argc > 0 && argc <= INT_MAX && given == argc)
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "a Redis command of %zu arguments has %zu before the first NULL; it needs its name "
                "and no NULL among its arguments",
                argc, given);
    return FALSE;
}

/* A replica that was the master: the name may lead to the new one, so the next call connects anew.
 */
static void give_back(YtopsRedisPool *pool, RedisConnection *connection,
                      const YtopsRedisReply *reply)
{
    const char *text = redis_reply_error(reply);

    if (text != NULL && redis_error_reply_is(text, "READONLY"))
        redis_pool_discard(pool, connection);
    else
        redis_pool_release(pool, connection);
}

YtopsRedisReply *redis_command_exchange(YtopsRedisPool *pool, gsize argc, const char *const *argv,
                                        GError **error)
{
    const RedisMetrics *metrics = redis_pool_get_metrics(pool);
    g_autoptr(GError) cause = NULL;
    RedisConnection *connection;
    YtopsRedisReply *reply;
    gint64 start_us;

    if (!check_arguments(argc, argv, error))
        return NULL;
    connection = redis_pool_acquire(pool, error);
    if (connection == NULL) {
        redis_metrics_failed(metrics);
        return NULL;
    }
    start_us = g_get_monotonic_time();
    reply =
        redis_connection_exchange(connection, argc, argv, redis_pool_get_timeout_ms(pool), &cause);
    if (reply != NULL) {
        redis_metrics_answered(metrics, start_us, redis_reply_error(reply));
        give_back(pool, connection, reply);
        return reply;
    }
    redis_metrics_failed(metrics);
    redis_pool_lose(pool, connection, cause);
    redis_error_set_unavailable(error, ytops_redis_pool_get_display_url(pool), cause->message);
    return NULL;
}

YtopsRedisReply *redis_command_check(YtopsRedisPool *pool, const char *what, YtopsRedisReply *reply,
                                     GError **error)
{
    const char *text = redis_reply_error(reply);

    if (reply == NULL || text == NULL)
        return reply;
    redis_error_set_from_reply(error, ytops_redis_pool_get_display_url(pool), what, text);
    ytops_redis_reply_free(reply);
    return NULL;
}

YtopsRedisReply *ytops_redis_commandv(YtopsRedisPool *pool, gsize argc, const char *const *argv,
                                      GError **error)
{
    YtopsRedisReply *reply = redis_command_exchange(pool, argc, argv, error);

    return reply == NULL ? NULL : redis_command_check(pool, argv[0], reply, error);
}

YtopsRedisReply *ytops_redis_command(YtopsRedisPool *pool, GError **error, ...)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    const char *argument;
    va_list arguments;

    va_start(arguments, error);
    while ((argument = va_arg(arguments, const char *)) != NULL)
        g_ptr_array_add(argv, (gpointer)argument);
    va_end(arguments);
    return ytops_redis_commandv(pool, argv->len, (const char *const *)argv->pdata, error);
}

gboolean ytops_redis_ping(YtopsRedisPool *pool, GError **error)
{
    g_autoptr(YtopsRedisReply) reply = ytops_redis_command(pool, error, "PING", NULL);

    return reply != NULL;
}
