/*
 * The happy path: a caller takes the idle connection that was used last, or opens one where fewer
 * than the limit are open, or waits for one; and gives it back.
 *
 * Failure modes. A gate stands before all this:
 *
 *          a connection is lost, or cannot be opened
 *     OPEN ------------------------------------------> CLOSED: every caller fails at once
 *      ^                                                  |  the 100 ms since the last try are over
 *      |  connected and PING answered                     v
 *      +---------------------------------------------- PROBING: one caller tries, the others fail
 *                                        (fails: back to CLOSED)
 *
 * Closing it begins a new generation: the idle connections are closed, those in use are closed when
 * they are given back, and neither count any more. An idle connection that the server has closed
 * meanwhile is found before anything is sent on it, and is no loss: all idle ones are closed, and
 * the caller goes on with a new one.
 */
#include "redis_pool.h"

#include "redis_error.h"
#include "redis_url.h"
#include "ytops/error.h"
#include "ytops/log.h"

#define DEFAULT_MAX_CONNECTIONS 16
#define DEFAULT_TIMEOUT_MS 2000
#define PROBE_INTERVAL_US (100 * 1000)

typedef enum { GATE_OPEN, GATE_CLOSED, GATE_PROBING } Gate;

struct YtopsRedisPool {
    RedisUrl *url;
    guint max_connections;
    guint timeout_ms;
    RedisMetrics metrics;

    GMutex mutex;
    GCond changed; /* a connection or a slot became free, or the gate closed */
    GQueue idle;
    guint n_open; /* of this generation: idle, in use or being opened */
    guint64 generation;
    Gate gate;
    gint64 next_probe_us;
    char *reason; /* of the last loss */
};

YtopsRedisPool *ytops_redis_pool_new(const char *url, const YtopsRedisPoolOptions *options,
                                     GError **error)
{
    const YtopsRedisPoolOptions defaults = {0};
    RedisUrl *parsed = redis_url_parse(url, error);
    YtopsRedisPool *pool;

    if (parsed == NULL)
        return NULL;
    if (options == NULL)
        options = &defaults;
    pool = g_new0(YtopsRedisPool, 1);
    pool->url = parsed;
    pool->max_connections =
        options->max_connections != 0 ? options->max_connections : DEFAULT_MAX_CONNECTIONS;
    pool->timeout_ms = options->timeout_ms != 0 ? options->timeout_ms : DEFAULT_TIMEOUT_MS;
    redis_metrics_init(&pool->metrics, options->metrics);
    g_mutex_init(&pool->mutex);
    g_cond_init(&pool->changed);
    g_queue_init(&pool->idle);
    return pool;
}

static void close_idle(YtopsRedisPool *pool)
{
    pool->n_open -= MIN(pool->n_open, g_queue_get_length(&pool->idle));
    g_queue_clear_full(&pool->idle, (GDestroyNotify)redis_connection_free);
}

void ytops_redis_pool_free(YtopsRedisPool *pool)
{
    if (pool == NULL)
        return;
    close_idle(pool);
    g_mutex_clear(&pool->mutex);
    g_cond_clear(&pool->changed);
    redis_url_free(pool->url);
    g_free(pool->reason);
    g_free(pool);
}

const char *ytops_redis_pool_get_display_url(const YtopsRedisPool *pool)
{
    return pool->url->display;
}

guint redis_pool_get_timeout_ms(const YtopsRedisPool *pool)
{
    return pool->timeout_ms;
}

const RedisMetrics *redis_pool_get_metrics(const YtopsRedisPool *pool)
{
    return &pool->metrics;
}

/* Under the mutex. FALSE where the loss is old news: of a generation that is gone. */
static gboolean close_gate(YtopsRedisPool *pool, guint64 generation, const char *reason)
{
    if (generation != pool->generation)
        return FALSE;
    pool->generation++;
    close_idle(pool);
    pool->n_open = 0;
    pool->gate = GATE_CLOSED;
    g_free(pool->reason);
    pool->reason = g_strdup(reason);
    g_cond_broadcast(&pool->changed);
    return TRUE;
}

static void report_loss(const YtopsRedisPool *pool, const char *reason)
{
    ytops_log_warning("redis", "Redis is unavailable; calls fail until it is back", "url",
                      pool->url->display, "reason", reason, NULL);
}

/* Under the mutex: an idle connection that is alive; NULL where there is none. */
static RedisConnection *take_idle(YtopsRedisPool *pool)
{
    RedisConnection *connection = g_queue_pop_head(&pool->idle);

    if (connection == NULL || redis_connection_is_usable(connection))
        return connection;
    redis_connection_free(connection);
    pool->n_open--;
    close_idle(pool);
    g_cond_broadcast(&pool->changed);
    return NULL;
}

/* Without the mutex, in a slot that the caller has counted. */
static RedisConnection *open_counted(YtopsRedisPool *pool, guint64 generation, GError **error)
{
    g_autoptr(GError) cause = NULL;
    gboolean is_news;
    RedisConnection *connection =
        redis_connection_open(pool->url, pool->timeout_ms, generation, &cause);

    if (connection != NULL)
        return connection;
    g_mutex_lock(&pool->mutex);
    is_news = close_gate(pool, generation, cause->message);
    if (is_news)
        pool->next_probe_us = g_get_monotonic_time() + PROBE_INTERVAL_US;
    g_mutex_unlock(&pool->mutex);
    if (is_news)
        report_loss(pool, cause->message);
    redis_error_set_unavailable(error, pool->url->display, cause->message);
    return NULL;
}

/* Under the mutex, which it gives up: what the one caller that found the gate ready to try does. */
static RedisConnection *probe(YtopsRedisPool *pool, GError **error)
{
    g_autoptr(GError) cause = NULL;
    guint64 generation = pool->generation;
    RedisConnection *connection;

    pool->gate = GATE_PROBING;
    g_mutex_unlock(&pool->mutex);
    connection = redis_connection_open(pool->url, pool->timeout_ms, generation, &cause);
    g_mutex_lock(&pool->mutex);
    pool->next_probe_us = g_get_monotonic_time() + PROBE_INTERVAL_US;
    pool->gate = connection != NULL ? GATE_OPEN : GATE_CLOSED;
    if (connection != NULL) {
        pool->n_open = 1;
    } else {
        g_free(pool->reason);
        pool->reason = g_strdup(cause->message);
    }
    g_mutex_unlock(&pool->mutex);
    if (connection != NULL)
        ytops_log_info("redis", "Redis is back", "url", pool->url->display, NULL);
    else
        redis_error_set_unavailable(error, pool->url->display, cause->message);
    return connection;
}

/* Under the mutex, which it gives up. */
static RedisConnection *pass_gate(YtopsRedisPool *pool, GError **error)
{
    if (pool->gate == GATE_CLOSED && g_get_monotonic_time() >= pool->next_probe_us)
        return probe(pool, error);
    redis_error_set_unavailable(error, pool->url->display, pool->reason);
    g_mutex_unlock(&pool->mutex);
    return NULL;
}

/* Under the mutex, which it gives up. */
static RedisConnection *fail_busy(YtopsRedisPool *pool, GError **error)
{
    g_mutex_unlock(&pool->mutex);
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE,
                "all %u connections to Redis at %s were in use for %u ms; try again, with fewer "
                "calls at a time",
                pool->max_connections, pool->url->display, pool->timeout_ms);
    return NULL;
}

RedisConnection *redis_pool_acquire(YtopsRedisPool *pool, GError **error)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)pool->timeout_ms * 1000;
    gboolean in_time = TRUE;

    g_mutex_lock(&pool->mutex);
    while (pool->gate == GATE_OPEN) {
        RedisConnection *connection = take_idle(pool);

        if (connection != NULL) {
            g_mutex_unlock(&pool->mutex);
            return connection;
        }
        if (pool->n_open < pool->max_connections) {
            guint64 generation = pool->generation;

            pool->n_open++;
            g_mutex_unlock(&pool->mutex);
            return open_counted(pool, generation, error);
        }
        if (!in_time)
            return fail_busy(pool, error);
        in_time = g_cond_wait_until(&pool->changed, &pool->mutex, deadline_us);
    }
    return pass_gate(pool, error);
}

void redis_pool_release(YtopsRedisPool *pool, RedisConnection *connection)
{
    g_mutex_lock(&pool->mutex);
    if (redis_connection_get_generation(connection) == pool->generation) {
        g_queue_push_head(&pool->idle, g_steal_pointer(&connection));
        g_cond_signal(&pool->changed);
    }
    g_mutex_unlock(&pool->mutex);
    redis_connection_free(connection);
}

void redis_pool_discard(YtopsRedisPool *pool, RedisConnection *connection)
{
    g_mutex_lock(&pool->mutex);
    if (redis_connection_get_generation(connection) == pool->generation) {
        pool->n_open--;
        g_cond_signal(&pool->changed);
    }
    g_mutex_unlock(&pool->mutex);
    redis_connection_free(connection);
}

void redis_pool_lose(YtopsRedisPool *pool, RedisConnection *connection, const GError *reason)
{
    gboolean is_news;

    g_mutex_lock(&pool->mutex);
    is_news = close_gate(pool, redis_connection_get_generation(connection), reason->message);
    g_mutex_unlock(&pool->mutex);
    redis_connection_free(connection);
    if (is_news)
        report_loss(pool, reason->message);
}
