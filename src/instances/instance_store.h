/*
 * The documents in Redis: `instances`, a sorted set of instance ids by the time of their last word,
 * and `instance:<id>`, which expire. Blocks on Redis; errors are those of ytops/redis.h.
 */
#pragma once

#include "ytops/redis.h"

typedef struct InstanceStore InstanceStore;

/* `pool` must outlive it. Thread-safe. */
InstanceStore *instance_store_new(YtopsRedisPool *pool);
void instance_store_free(InstanceStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(InstanceStore, instance_store_free)

gboolean instance_store_put(InstanceStore *store, const char *instance_id, const char *document,
                            GError **error);

/* One that is not there is no error. */
gboolean instance_store_remove(InstanceStore *store, const char *instance_id, GError **error);

/* An array: age in seconds, document, age, document ... */
YtopsRedisReply *instance_store_list(InstanceStore *store, GError **error);
