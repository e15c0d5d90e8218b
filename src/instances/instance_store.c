#include "instance_store.h"

#include "instance_list.lua.h"
#include "instance_put.lua.h"
#include "instance_remove.lua.h"

#define INDEX_KEY "instances"

typedef enum { SCRIPT_PUT, SCRIPT_REMOVE, SCRIPT_LIST, SCRIPT_N } Script;

static const YtopsRedisScriptSource sources[SCRIPT_N] = {
    [SCRIPT_PUT] = {"instance_put", instance_put_lua},
    [SCRIPT_REMOVE] = {"instance_remove", instance_remove_lua},
    [SCRIPT_LIST] = {"instance_list", instance_list_lua},
};

struct InstanceStore {
    YtopsRedisPool *pool;
    YtopsRedisScript **scripts;
};

InstanceStore *instance_store_new(YtopsRedisPool *pool)
{
    InstanceStore *store = g_new0(InstanceStore, 1);

    store->pool = pool;
    store->scripts = ytops_redis_scripts_new(sources, SCRIPT_N);
    return store;
}

void instance_store_free(InstanceStore *store)
{
    if (store == NULL)
        return;
    ytops_redis_scripts_free(store->scripts);
    g_free(store);
}

/* The scripts name their keys by themselves; this declares them to Redis as far as they are known. */
static YtopsRedisReply *run(InstanceStore *store, Script script, const char *instance_id,
                            const char *document, GError **error)
{
    const char *keys[] = {INDEX_KEY, NULL};
    const char *args[] = {instance_id, document, NULL};

    return ytops_redis_eval(store->pool, store->scripts[script], keys, args, error);
}

gboolean instance_store_put(InstanceStore *store, const char *instance_id, const char *document,
                            GError **error)
{
    g_autoptr(YtopsRedisReply) reply = run(store, SCRIPT_PUT, instance_id, document, error);

    return reply != NULL;
}

gboolean instance_store_remove(InstanceStore *store, const char *instance_id, GError **error)
{
    g_autoptr(YtopsRedisReply) reply = run(store, SCRIPT_REMOVE, instance_id, NULL, error);

    return reply != NULL;
}

YtopsRedisReply *instance_store_list(InstanceStore *store, GError **error)
{
    return run(store, SCRIPT_LIST, NULL, NULL, error);
}
