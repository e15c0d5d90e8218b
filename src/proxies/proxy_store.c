#include "proxy_store.h"

#include "proxy_changes.lua.h"
#include "proxy_claim.lua.h"
#include "proxy_enrol.lua.h"
#include "proxy_forget.lua.h"
#include "proxy_heartbeat.lua.h"
#include "proxy_identities.lua.h"
#include "proxy_leave.lua.h"
#include "proxy_list.lua.h"
#include "proxy_operate.lua.h"
#include "proxy_report.lua.h"
#include "proxy_roll.lua.h"
#include "proxy_rotation.lua.h"
#include "proxy_select.lua.h"

static const YtopsRedisScriptSource sources[PROXY_SCRIPT_N] = {
    [PROXY_SCRIPT_ENROL] = {"proxy_enrol", proxy_enrol_lua},
    [PROXY_SCRIPT_SELECT] = {"proxy_select", proxy_select_lua},
    [PROXY_SCRIPT_CLAIM] = {"proxy_claim", proxy_claim_lua},
    [PROXY_SCRIPT_REPORT] = {"proxy_report", proxy_report_lua},
    [PROXY_SCRIPT_HEARTBEAT] = {"proxy_heartbeat", proxy_heartbeat_lua},
    [PROXY_SCRIPT_LEAVE] = {"proxy_leave", proxy_leave_lua},
    [PROXY_SCRIPT_ROLL] = {"proxy_roll", proxy_roll_lua},
    [PROXY_SCRIPT_LIST] = {"proxy_list", proxy_list_lua},
    [PROXY_SCRIPT_CHANGES] = {"proxy_changes", proxy_changes_lua},
    [PROXY_SCRIPT_ROTATION] = {"proxy_rotation", proxy_rotation_lua},
    [PROXY_SCRIPT_OPERATE] = {"proxy_operate", proxy_operate_lua},
    [PROXY_SCRIPT_FORGET] = {"proxy_forget", proxy_forget_lua},
    [PROXY_SCRIPT_IDENTITIES] = {"proxy_identities", proxy_identities_lua},
};

ProxyStore *proxy_store_new(YtopsRedisPool *pool, const YtopsProxyPolicy *policy,
                            const char *server_identity, const char *instance_id,
                            const gint64 *now_override)
{
    ProxyStore *store = g_new0(ProxyStore, 1);
    store->pool = pool;
    store->policy = *policy;
    store->server_identity = g_strdup(server_identity);
    store->instance_id = g_strdup(instance_id);
    store->now_override = now_override;
    store->scripts = ytops_redis_scripts_new(sources, PROXY_SCRIPT_N);
    return store;
}

void proxy_store_free(ProxyStore *store)
{
    if (store == NULL)
        return;
    ytops_redis_scripts_free(store->scripts);
    g_free(store->server_identity);
    g_free(store->instance_id);
    g_free(store);
}

const char *proxy_store_resolve_identity(const ProxyStore *store, const char *server_identity)
{
    gboolean is_given = server_identity != NULL && *server_identity != '\0';
    return is_given ? server_identity : store->server_identity;
}

GPtrArray *proxy_store_begin(const ProxyStore *store, const char *server_identity)
{
    GPtrArray *args = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(args, ytops_redis_now_text(store->now_override));
    proxy_args_add_int(args, store->policy.window_s);
    proxy_args_add_int(args, store->policy.threshold_count);
    proxy_args_add_int(args, store->policy.threshold_unique_accounts);
    proxy_args_add_int(args, store->policy.ban_duration_s);
    proxy_args_add(args, proxy_store_resolve_identity(store, server_identity));
    proxy_args_add(args, store->instance_id);
    return args;
}

void proxy_args_add(GPtrArray *args, const char *text)
{
    g_ptr_array_add(args, g_strdup(text != NULL ? text : ""));
}

void proxy_args_add_int(GPtrArray *args, gint64 number)
{
    g_ptr_array_add(args, ytops_redis_number_text(number));
}

void proxy_args_add_list(GPtrArray *args, const char *const *texts, gsize n)
{
    for (gsize i = 0; i < n; i++)
        proxy_args_add(args, texts[i]);
}

YtopsRedisReply *proxy_store_run_for(const ProxyStore *store, const YtopsAuditAuthor *author,
                                     ProxyScript script, GPtrArray *args, GError **error)
{
    g_ptr_array_add(args, NULL);
    return ytops_audit_eval(store->pool, store->scripts[script], author, NULL,
                            (const char *const *)args->pdata, error);
}

YtopsRedisReply *proxy_store_run(const ProxyStore *store, ProxyScript script, GPtrArray *args,
                                 GError **error)
{
    YtopsAuditAuthor author = {.instance_id = store->instance_id};
    return proxy_store_run_for(store, &author, script, args, error);
}
