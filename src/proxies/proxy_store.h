/*
 * The door from a proxy manager to Redis: its scripts, and the arguments that all of them begin
 * with (see lua/common.lua). Immutable after it is made, so usable from any thread.
 */
#pragma once

#include "ytops/audit.h"
#include "ytops/proxy_manager.h"

typedef enum {
    PROXY_SCRIPT_ENROL,
    PROXY_SCRIPT_SELECT,
    PROXY_SCRIPT_CLAIM,
    PROXY_SCRIPT_REPORT,
    PROXY_SCRIPT_HEARTBEAT,
    PROXY_SCRIPT_LEAVE,
    PROXY_SCRIPT_ROLL,
    PROXY_SCRIPT_LIST,
    PROXY_SCRIPT_CHANGES,
    PROXY_SCRIPT_ROTATION,
    PROXY_SCRIPT_OPERATE,
    PROXY_SCRIPT_FORGET,
    PROXY_SCRIPT_IDENTITIES,
    PROXY_SCRIPT_N
} ProxyScript;

/*
 * How many proxies one call of a script handles at most: keeps the time that Redis serves nobody
 * else in the milliseconds.
 */
enum { PROXY_CHUNK = 250 };

typedef struct {
    YtopsRedisPool *pool; /* borrowed */
    YtopsProxyPolicy policy;
    char *server_identity;
    char *instance_id;
    const gint64 *now_override; /* borrowed; NULL: Redis' clock */
    YtopsRedisScript **scripts; /* by ProxyScript */
} ProxyStore;

ProxyStore *proxy_store_new(YtopsRedisPool *pool, const YtopsProxyPolicy *policy,
                            const char *server_identity, const char *instance_id,
                            const gint64 *now_override);
void proxy_store_free(ProxyStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProxyStore, proxy_store_free)

/* The identity that an argument means: the store's own for NULL and "". Borrowed. */
const char *proxy_store_resolve_identity(const ProxyStore *store, const char *server_identity);

/*
 * The arguments of one call, those that all scripts begin with already in; add copies with
 * proxy_args_add and the like. Free with g_ptr_array_unref.
 */
GPtrArray *proxy_store_begin(const ProxyStore *store, const char *server_identity);
void proxy_args_add(GPtrArray *args, const char *text); /* NULL is "" */
void proxy_args_add_int(GPtrArray *args, gint64 number);
void proxy_args_add_list(GPtrArray *args, const char *const *texts, gsize n);

/* Runs it; `args` can then not be added to any more. Errors are those of ytops/redis.h. */
YtopsRedisReply *proxy_store_run(const ProxyStore *store, ProxyScript script, GPtrArray *args,
                                 GError **error);

/* The same, on behalf of somebody. */
YtopsRedisReply *proxy_store_run_for(const ProxyStore *store, const YtopsAuditAuthor *author,
                                     ProxyScript script, GPtrArray *args, GError **error);
