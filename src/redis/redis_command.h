/* A command and what becomes of it, for those that look at error replies themselves. */
#pragma once

#include "ytops/redis.h"

/* As ytops_redis_commandv, but an error reply comes back as a reply. */
YtopsRedisReply *redis_command_exchange(YtopsRedisPool *pool, gsize argc, const char *const *argv,
                                        GError **error);

/*
 * Takes what redis_command_exchange gave for `what`: an error reply becomes an error and NULL, any
 * other comes back.
 */
YtopsRedisReply *redis_command_check(YtopsRedisPool *pool, const char *what, YtopsRedisReply *reply,
                                     GError **error);
