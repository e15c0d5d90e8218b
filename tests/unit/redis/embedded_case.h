/* What tests of the embedded Redis have in common: starting one, and counting in it. */
#pragma once

#include "ytops/embedded_redis.h"
#include "ytops/error.h"
#include "ytops/redis.h"

#define EMBEDDED_CASE_PATIENCE_MS 20000

YtopsEmbeddedRedis *embedded_case_start(const char *data_dir);
YtopsRedisPool *embedded_case_pool_for(const YtopsEmbeddedRedis *redis);

/* INCR of one counter: its new value; -1 where Redis is not available. */
gint64 embedded_case_increment(YtopsRedisPool *pool);

/* The same over a pool of its own. */
gint64 embedded_case_increment_once(const YtopsEmbeddedRedis *redis);

/* Tries until it is answered: the first answer after an outage. */
gint64 embedded_case_increment_at_last(YtopsRedisPool *pool);

/* kill -9 of the redis-server, which must be running. Returns its pid. */
int embedded_case_kill_server(YtopsEmbeddedRedis *redis);

/* Starting in the directory fails with the code and a message that has `names` and the directory. */
void embedded_case_assert_refused(const char *data_dir, YtopsErrorCode code, const char *names);
