/* Options of a pool in a test that is not about timeouts: a loaded machine is no dead Redis. */
#pragma once

#include "ytops/redis.h"

static const YtopsRedisPoolOptions REDIS_PATIENCE = {.timeout_ms = 30000};
