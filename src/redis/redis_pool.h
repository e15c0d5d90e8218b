/* Taking a connection out of the pool and giving it back. */
#pragma once

#include "redis_connection.h"
#include "redis_metrics.h"
#include "ytops/redis.h"

/*
 * A connection that was alive a moment ago, an idle one or a new one. NULL and REDIS_UNAVAILABLE
 * where none can be had, at once while Redis is known to be down. Give it back with
 * redis_pool_release() or redis_pool_lose(). Any thread.
 */
RedisConnection *redis_pool_acquire(YtopsRedisPool *pool, GError **error);

/* Takes the connection back for others to use. */
void redis_pool_release(YtopsRedisPool *pool, RedisConnection *connection);

/* Takes the connection back to close it, although Redis is up. */
void redis_pool_discard(YtopsRedisPool *pool, RedisConnection *connection);

/* Takes back a connection that was lost: closes it and all of its age, and closes the gate. */
void redis_pool_lose(YtopsRedisPool *pool, RedisConnection *connection, const GError *reason);

guint redis_pool_get_timeout_ms(const YtopsRedisPool *pool);
const RedisMetrics *redis_pool_get_metrics(const YtopsRedisPool *pool);
