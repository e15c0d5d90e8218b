#include "account_store.h"

#include "account_ban.lua.h"
#include "account_ban_all.lua.h"
#include "account_ban_at_least.lua.h"
#include "account_changes.lua.h"
#include "account_choose.lua.h"
#include "account_count.lua.h"
#include "account_delete_all.lua.h"
#include "account_get.lua.h"
#include "account_list.lua.h"
#include "account_report_failure.lua.h"
#include "account_report_success.lua.h"
#include "account_reset.lua.h"
#include "account_reset_all.lua.h"
#include "account_unban.lua.h"
#include "account_unban_all.lua.h"
#include "ytops/account_manager.h"

#define INDEX_KEY "account_index"
#define STATUS_PREFIX "account_status:"

struct AccountStore {
    YtopsRedisPool *pool;
    const gint64 *now_override;
    YtopsRedisScript **scripts; /* by AccountScript */
};

static const YtopsRedisScriptSource sources[ACCOUNT_SCRIPT_N] = {
    [ACCOUNT_SCRIPT_GET] = {"account_get", account_get_lua},
    [ACCOUNT_SCRIPT_CHOOSE] = {"account_choose", account_choose_lua},
    [ACCOUNT_SCRIPT_LIST] = {"account_list", account_list_lua},
    [ACCOUNT_SCRIPT_CHANGES] = {"account_changes", account_changes_lua},
    [ACCOUNT_SCRIPT_COUNT] = {"account_count", account_count_lua},
    [ACCOUNT_SCRIPT_REPORT_SUCCESS] = {"account_report_success", account_report_success_lua},
    [ACCOUNT_SCRIPT_REPORT_FAILURE] = {"account_report_failure", account_report_failure_lua},
    [ACCOUNT_SCRIPT_BAN] = {"account_ban", account_ban_lua},
    [ACCOUNT_SCRIPT_BAN_AT_LEAST] = {"account_ban_at_least", account_ban_at_least_lua},
    [ACCOUNT_SCRIPT_UNBAN] = {"account_unban", account_unban_lua},
    [ACCOUNT_SCRIPT_RESET] = {"account_reset", account_reset_lua},
    [ACCOUNT_SCRIPT_BAN_ALL] = {"account_ban_all", account_ban_all_lua},
    [ACCOUNT_SCRIPT_UNBAN_ALL] = {"account_unban_all", account_unban_all_lua},
    [ACCOUNT_SCRIPT_RESET_ALL] = {"account_reset_all", account_reset_all_lua},
    [ACCOUNT_SCRIPT_DELETE_ALL] = {"account_delete_all", account_delete_all_lua},
};

AccountStore *account_store_new(YtopsRedisPool *pool, const gint64 *now_override)
{
    AccountStore *store = g_new0(AccountStore, 1);
    store->pool = pool;
    store->now_override = now_override;
    store->scripts = ytops_redis_scripts_new(sources, ACCOUNT_SCRIPT_N);
    return store;
}

void account_store_free(AccountStore *store)
{
    if (store == NULL)
        return;
    ytops_redis_scripts_free(store->scripts);
    g_free(store);
}

/* The scripts name their keys by themselves; `keys` declares them to Redis as far as they are
 * known. */
static YtopsRedisReply *eval(AccountStore *store, const YtopsAuditAuthor *author,
                             AccountScript script, const char *const *keys,
                             const char *const *first, const char *const *args, GError **error)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    ytops_redis_args_add_all(all, first);
    ytops_redis_args_add_all(all, args);
    g_ptr_array_add(all, NULL);
    return ytops_audit_eval(store->pool, store->scripts[script], author, keys,
                            (const char *const *)all->pdata, error);
}

YtopsRedisReply *account_store_run(AccountStore *store, const YtopsAuditAuthor *author,
                                   AccountScript script, const char *account_id,
                                   const char *const *args, GError **error)
{
    if (!ytops_account_id_check(account_id, error))
        return NULL;
    g_autofree char *key = g_strconcat(STATUS_PREFIX, account_id, NULL);
    g_autofree char *now = ytops_redis_now_text(store->now_override);
    const char *keys[] = {key, INDEX_KEY, NULL};
    const char *first[] = {now, account_id, NULL};
    return eval(store, author, script, keys, first, args, error);
}

YtopsRedisReply *account_store_run_on_many(AccountStore *store, const YtopsAuditAuthor *author,
                                           AccountScript script, const char *const *args,
                                           GError **error)
{
    g_autofree char *now = ytops_redis_now_text(store->now_override);
    const char *keys[] = {INDEX_KEY, NULL};
    const char *first[] = {now, NULL};
    return eval(store, author, script, keys, first, args, error);
}

gboolean account_store_walk(AccountStore *store, const YtopsAuditAuthor *author,
                            AccountScript script, const char *prefix, gint64 count,
                            const char *const *args, AccountStepFunc take, gpointer data,
                            GError **error)
{
    const char *keys[] = {INDEX_KEY, NULL};
    g_autofree char *step = ytops_redis_number_text(count);
    g_autofree char *cursor = g_strdup("");
    do {
        g_autofree char *now = ytops_redis_now_text(store->now_override);
        const char *first[] = {now, prefix != NULL ? prefix : "", cursor, step, NULL};
        g_autoptr(YtopsRedisReply) reply = eval(store, author, script, keys, first, args, error);
        if (reply == NULL)
            return FALSE;
        if (!take(reply, data))
            return TRUE;
        const char *next = ytops_redis_reply_string_at(reply, 0);
        g_free(cursor);
        cursor = g_strdup(next != NULL ? next : "");
    } while (*cursor != '\0');
    return TRUE;
}
