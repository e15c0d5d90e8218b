/*
 * One connection to Redis: authenticated, on its database, one command at a time. Belongs to one
 * thread at a time. Errors are REDIS_UNAVAILABLE; their message is only the reason.
 */
#pragma once

#include "redis_url.h"
#include "ytops/redis.h"

typedef struct RedisConnection RedisConnection;

/*
 * Connects, sends AUTH and SELECT as the URL asks, and sees that PING is answered, all within
 * timeout_ms. `generation` is the pool's mark, given back by redis_connection_get_generation().
 */
RedisConnection *redis_connection_open(const RedisUrl *url, guint timeout_ms, guint64 generation,
                                       GError **error);
void redis_connection_free(RedisConnection *connection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RedisConnection, redis_connection_free)

guint64 redis_connection_get_generation(const RedisConnection *connection);

/* FALSE where the server has closed it or sent what nobody asked for: it must not be used again. */
gboolean redis_connection_is_usable(const RedisConnection *connection);

/*
 * Sends a command and waits for its reply, which may be an error reply, within timeout_ms. NULL
 * where the connection is lost: the command may have taken effect, and the connection can only be
 * freed.
 */
YtopsRedisReply *redis_connection_exchange(RedisConnection *connection, gsize argc,
                                           const char *const *argv, guint timeout_ms,
                                           GError **error);
