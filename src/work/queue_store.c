#include "queue_store.h"

#include "queue_clear.lua.h"
#include "queue_failures.lua.h"
#include "queue_held.lua.h"
#include "queue_list.lua.h"
#include "queue_mark.lua.h"
#include "queue_name.h"
#include "queue_pull.lua.h"
#include "queue_push.lua.h"
#include "queue_release.lua.h"
#include "queue_renew.lua.h"
#include "queue_requeue.lua.h"
#include "queue_status.lua.h"

struct QueueStore {
    YtopsRedisPool *pool;
    const gint64 *now_override;
    YtopsRedisScript **scripts; /* by QueueScript */
};

static const YtopsRedisScriptSource sources[QUEUE_SCRIPT_N] = {
    [QUEUE_SCRIPT_PUSH] = {"queue_push", queue_push_lua},
    [QUEUE_SCRIPT_PULL] = {"queue_pull", queue_pull_lua},
    [QUEUE_SCRIPT_HELD] = {"queue_held", queue_held_lua},
    [QUEUE_SCRIPT_RENEW] = {"queue_renew", queue_renew_lua},
    [QUEUE_SCRIPT_RELEASE] = {"queue_release", queue_release_lua},
    [QUEUE_SCRIPT_MARK] = {"queue_mark", queue_mark_lua},
    [QUEUE_SCRIPT_STATUS] = {"queue_status", queue_status_lua},
    [QUEUE_SCRIPT_LIST] = {"queue_list", queue_list_lua},
    [QUEUE_SCRIPT_FAILURES] = {"queue_failures", queue_failures_lua},
    [QUEUE_SCRIPT_REQUEUE] = {"queue_requeue", queue_requeue_lua},
    [QUEUE_SCRIPT_CLEAR] = {"queue_clear", queue_clear_lua},
};

QueueStore *queue_store_new(YtopsRedisPool *pool, const gint64 *now_override)
{
    QueueStore *store = g_new0(QueueStore, 1);
    store->pool = pool;
    store->now_override = now_override;
    store->scripts = ytops_redis_scripts_new(sources, QUEUE_SCRIPT_N);
    return store;
}

void queue_store_free(QueueStore *store)
{
    if (store == NULL)
        return;
    ytops_redis_scripts_free(store->scripts);
    g_free(store);
}

YtopsRedisReply *queue_store_run(QueueStore *store, QueueScript script, const char *queue,
                                 const char *const *args, const char *const *more, GError **error)
{
    if (!queue_name_check(queue, error))
        return NULL;
    g_autofree char *now = ytops_redis_now_text(store->now_override);
    const char *first[] = {now, queue, NULL};
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    ytops_redis_args_add_all(all, first);
    ytops_redis_args_add_all(all, args);
    ytops_redis_args_add_all(all, more);
    g_ptr_array_add(all, NULL);
    return ytops_redis_eval(store->pool, store->scripts[script], NULL,
                            (const char *const *)all->pdata, error);
}

YtopsRedisReply *queue_store_list(QueueStore *store, GError **error)
{
    g_autofree char *now = ytops_redis_now_text(store->now_override);
    const char *args[] = {now, "", NULL};
    return ytops_redis_eval(store->pool, store->scripts[QUEUE_SCRIPT_LIST], NULL, args, error);
}
