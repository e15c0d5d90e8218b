#include "instance_store.h"

#include "instance_list.lua.h"
#include "instance_put.lua.h"
#include "instance_remove.lua.h"

#define INDEX_KEY "instances"

struct InstanceStore {
    YtopsRedisPool *pool;
    YtopsRedisScript *put;
    YtopsRedisScript *remove;
    YtopsRedisScript *list;
};

InstanceStore *instance_store_new(YtopsRedisPool *pool)
{
    InstanceStore *store = g_new0(InstanceStore, 1);

    store->pool = pool;
    store->put = ytops_redis_script_new("instance_put", instance_put_lua);
    store->remove = ytops_redis_script_new("instance_remove", instance_remove_lua);
    store->list = ytops_redis_script_new("instance_list", instance_list_lua);
    return store;
}

void instance_store_free(InstanceStore *store)
{
    if (store == NULL)
        return;
    ytops_redis_script_free(store->put);
    ytops_redis_script_free(store->remove);
    ytops_redis_script_free(store->list);
    g_free(store);
}

/* The scripts name their keys by themselves; this declares them to Redis as far as they are known. */
static YtopsRedisReply *run(InstanceStore *store, const YtopsRedisScript *script,
                            const char *instance_id, const char *document, GError **error)
{
    const char *keys[] = {INDEX_KEY, NULL};
    const char *args[] = {instance_id, document, NULL};

    return ytops_redis_eval(store->pool, script, keys, args, error);
}

gboolean instance_store_put(InstanceStore *store, const char *instance_id, const char *document,
                            GError **error)
{
    g_autoptr(YtopsRedisReply) reply = run(store, store->put, instance_id, document, error);

    return reply != NULL;
}

gboolean instance_store_remove(InstanceStore *store, const char *instance_id, GError **error)
{
    g_autoptr(YtopsRedisReply) reply = run(store, store->remove, instance_id, NULL, error);

    return reply != NULL;
}

YtopsRedisReply *instance_store_list(InstanceStore *store, GError **error)
{
    return run(store, store->list, NULL, NULL, error);
}
