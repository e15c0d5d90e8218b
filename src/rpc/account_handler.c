#include "argument.h"
#include "handler.h"
#include "status_convert.h"

static YtopsAccountManager *accounts_of(gpointer iface)
{
    return handler_get_state(iface)->services.accounts;
}

/* The same on behalf of who calls. Free with ytops_account_manager_free. */
static YtopsAccountManager *accounts_for_caller(gpointer iface)
{
    g_autofree char *actor = handler_get_actor(iface);
    return ytops_account_manager_for(accounts_of(iface), actor);
}

static gboolean check_ban(const char **reason, gint64 duration_s, GError **error)
{
    return argument_text(reason, "reason", error) &&
           argument_duration(duration_s, "durationS", error);
}

/* Answers a call that changed `total` accounts, or failed where it is below 0. */
static gboolean finish_count(gint64 total, gint32 *changed, const GError *problem,
                             YtopsServiceException **fault, YtopsUserException **refusal)
{
    *changed = status_convert_count(total);
    return handler_finish(total >= 0, problem, fault, refusal);
}

static gboolean list_accounts(YtopsAccountManager *accounts, const char *prefix, gint32 limit,
                              GPtrArray *statuses, GError **error)
{
    if (!argument_text(&prefix, "accountPrefix", error))
        return FALSE;
    if (limit < 0) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "limit is %d: give 0 for all, or how many", limit);
        return FALSE;
    }
    g_autoptr(GPtrArray) infos = ytops_account_manager_list(accounts, prefix, limit, error);
    if (infos == NULL)
        return FALSE;
    for (guint i = 0; i < infos->len; i++)
        g_ptr_array_add(statuses, status_convert_account(g_ptr_array_index(infos, i)));
    return TRUE;
}

static gboolean get_account_status(YtopsManagementServiceIf *iface, GPtrArray **statuses,
                                   const gchar *account_prefix, const gint32 limit,
                                   YtopsServiceException **fault, YtopsUserException **refusal,
                                   GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    gboolean ok = list_accounts(accounts_of(iface), account_prefix, limit, *statuses, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean ban_account(YtopsManagementServiceIf *iface, const gchar *account_id,
                            const gchar *reason, const gint64 duration_s,
                            YtopsServiceException **fault, YtopsUserException **refusal,
                            GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(YtopsAccountManager) accounts = accounts_for_caller(iface);
    gboolean ok = argument_required_text(&account_id, "accountId", &problem) &&
                  check_ban(&reason, duration_s, &problem) &&
                  ytops_account_manager_ban(accounts, account_id, reason, duration_s, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean unban_account(YtopsManagementServiceIf *iface, const gchar *account_id,
                              YtopsServiceException **fault, YtopsUserException **refusal,
                              GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(YtopsAccountManager) accounts = accounts_for_caller(iface);
    gboolean ok = argument_required_text(&account_id, "accountId", &problem) &&
                  ytops_account_manager_unban(accounts, account_id, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean reset_account(YtopsManagementServiceIf *iface, const gchar *account_id,
                              YtopsServiceException **fault, YtopsUserException **refusal,
                              GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(YtopsAccountManager) accounts = accounts_for_caller(iface);
    gboolean ok = argument_required_text(&account_id, "accountId", &problem) &&
                  ytops_account_manager_reset(accounts, account_id, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean ban_all_accounts(YtopsManagementServiceIf *iface, gint32 *changed,
                                 const gchar *account_prefix, const gchar *reason,
                                 const gint64 duration_s, YtopsServiceException **fault,
                                 YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(YtopsAccountManager) accounts = accounts_for_caller(iface);
    gint64 total = -1;
    if (argument_text(&account_prefix, "accountPrefix", &problem) &&
        check_ban(&reason, duration_s, &problem))
        total =
            ytops_account_manager_ban_all(accounts, account_prefix, reason, duration_s, &problem);
    return finish_count(total, changed, problem, fault, refusal);
}

static gboolean unban_all_accounts(YtopsManagementServiceIf *iface, gint32 *changed,
                                   const gchar *account_prefix, YtopsServiceException **fault,
                                   YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(YtopsAccountManager) accounts = accounts_for_caller(iface);
    gint64 total = -1;
    if (argument_text(&account_prefix, "accountPrefix", &problem))
        total = ytops_account_manager_unban_all(accounts, account_prefix, &problem);
    return finish_count(total, changed, problem, fault, refusal);
}

static gboolean reset_all_accounts(YtopsManagementServiceIf *iface, gint32 *changed,
                                   const gchar *account_prefix, YtopsServiceException **fault,
                                   YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(YtopsAccountManager) accounts = accounts_for_caller(iface);
    gint64 total = -1;
    if (argument_text(&account_prefix, "accountPrefix", &problem))
        total = ytops_account_manager_reset_all(accounts, account_prefix, &problem);
    return finish_count(total, changed, problem, fault, refusal);
}

static gboolean delete_accounts_from_redis(YtopsManagementServiceIf *iface, gint32 *changed,
                                           const gchar *account_prefix,
                                           YtopsServiceException **fault,
                                           YtopsUserException **refusal,
                                           GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(YtopsAccountManager) accounts = accounts_for_caller(iface);
    gint64 total = -1;
    if (argument_text(&account_prefix, "accountPrefix", &problem))
        total = ytops_account_manager_delete_all(accounts, account_prefix, &problem);
    return finish_count(total, changed, problem, fault, refusal);
}

void handler_fill_accounts(YtopsManagementServiceHandlerClass *cls)
{
    cls->get_account_status = get_account_status;
    cls->ban_account = ban_account;
    cls->unban_account = unban_account;
    cls->reset_account = reset_account;
    cls->ban_all_accounts = ban_all_accounts;
    cls->unban_all_accounts = unban_all_accounts;
    cls->reset_all_accounts = reset_all_accounts;
    cls->delete_accounts_from_redis = delete_accounts_from_redis;
}
