/* Between hiredis' replies and ours: the same object, under a name that hides hiredis. */
#pragma once

#include <hiredis/hiredis.h>

#include "ytops/redis.h"

/* Takes the reply. */
YtopsRedisReply *redis_reply_wrap(redisReply *reply);

/* The server's text where the reply is an error; NULL otherwise. Owned by the reply. */
const char *redis_reply_error(const YtopsRedisReply *reply);
