/*
 * The scripts on queues, ready to run. Thread-safe; blocks on Redis; errors are those of
 * ytops/redis.h, and INVALID_ARGUMENT for a bad queue name.
 */
#pragma once

#include "ytops/redis.h"

typedef enum {
    QUEUE_SCRIPT_PUSH,
    QUEUE_SCRIPT_PULL,
    QUEUE_SCRIPT_HELD,
    QUEUE_SCRIPT_RENEW,
    QUEUE_SCRIPT_RELEASE,
    QUEUE_SCRIPT_MARK,
    QUEUE_SCRIPT_STATUS,
    QUEUE_SCRIPT_LIST,
    QUEUE_SCRIPT_FAILURES,
    QUEUE_SCRIPT_REQUEUE,
    QUEUE_SCRIPT_CLEAR,
    QUEUE_SCRIPT_N
} QueueScript;

typedef struct QueueStore QueueStore;

/* Both arguments must outlive the store; now_override as in ytops/account_manager.h. */
QueueStore *queue_store_new(YtopsRedisPool *pool, const gint64 *now_override);
void queue_store_free(QueueStore *store);

/*
 * Runs a script on a queue; `args` follow the time and its name, ended by NULL, `more` (NULL: none)
 * follow those.
 */
YtopsRedisReply *queue_store_run(QueueStore *store, QueueScript script, const char *queue,
                                 const char *const *args, const char *const *more, GError **error);

/* Runs the script that is about no queue. */
YtopsRedisReply *queue_store_list(QueueStore *store, GError **error);
