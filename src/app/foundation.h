/*
 * What everything else works on: Redis, the pools, the queues and the token service, made in this order
 * from the settings and taken apart in the opposite one.
 */
#pragma once

#include "ytops/config.h"
#include "ytops/embedded_redis.h"
#include "ytops/token_service.h"
#include "ytops/work_queue.h"

/* For reading; all of it belongs to the foundation, but what is borrowed. */
typedef struct {
    const YtopsConfig *config;          /* borrowed */
    const char *instance_id;            /* borrowed */
    YtopsMetrics *metrics;              /* borrowed */
    YtopsEmbeddedRedis *embedded_redis; /* NULL with --redis-url */
    YtopsRedisPool *redis;
    YtopsAccountManager *accounts;
    YtopsProxyManager *proxies;
    YtopsErrorPolicy *error_policy;
    YtopsWorkQueues *queues;
    YtopsTokenService *tokens; /* NULL on the management role */
} Foundation;

/*
 * The arguments must outlive it. INVALID_ARGUMENT names the flag of a setting that cannot work; a Redis
 * that does not answer is no error.
 */
Foundation *foundation_new(const YtopsConfig *config, const char *instance_id,
                           YtopsMetrics *metrics, GError **error);

/* NULL is fine. */
void foundation_free(Foundation *base);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Foundation, foundation_free)
