/* The start of the embedded Redis with the patience that a test can shorten. */
#pragma once

#include "ytops/embedded_redis.h"

/* As ytops_embedded_redis_start, waiting lock_wait_s seconds for an earlier run's redis-server. */
YtopsEmbeddedRedis *redis_embedded_start(const char *data_dir, const char *program,
                                         guint lock_wait_s, GError **error);
