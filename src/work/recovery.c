#include "ytops/recovery.h"

#include <string.h>

#include "ytops/error.h"

/* A recovery in the making. */
typedef struct {
    const YtopsRecoveryCase *failed;
    YtopsRecoveryRule rule;
    YtopsRecovery *recovery;
    GString *explanation;
    gboolean is_bannable;
} Recovering;

void ytops_recovery_free(YtopsRecovery *recovery)
{
    if (recovery == NULL)
        return;
    g_free(recovery->account_id);
    g_strfreev(recovery->banned_accounts);
    g_strfreev(recovery->banned_proxies);
    g_free(recovery->explanation);
    g_free(recovery);
}

static char **only(const char *text)
{
    const char *texts[] = {text, NULL};
    return g_strdupv((char **)texts);
}

static char *ban_reason(const YtopsRecoveryCase *failed)
{
    return g_strdup_printf("%s (%s, attempt %" G_GINT64_FORMAT ")",
                           ytops_error_code_to_string(failed->code),
                           ytops_recovery_policy_to_string(failed->policy), failed->attempt);
}

static gboolean ban_account(Recovering *self, YtopsAccountManager *accounts, const char *reason,
                            GError **error)
{
    const char *account_id = self->failed->account_id;
    if (!ytops_account_manager_ban_at_least(accounts, account_id, reason, 0, error))
        return FALSE;
    g_strfreev(self->recovery->banned_accounts);
    self->recovery->banned_accounts = only(account_id);
    return TRUE;
}

/* A retry after a failure that was nobody's is with the same account: then the proxy is not at fault. */
static gboolean is_one_account(const YtopsRecoveryCase *failed)
{
    const char *const *ids = failed->tried_account_ids;
    if (ids == NULL || *ids == NULL)
        return FALSE;
    for (; *ids != NULL; ids++) {
        if (strcmp(*ids, failed->account_id) != 0)
            return FALSE;
    }
    return TRUE;
}

static gboolean ban_proxy(Recovering *self, YtopsProxyManager *proxies, const char *reason,
                          GError **error)
{
    const char *proxy_url = self->failed->proxy_url;
    g_autoptr(GError) problem = NULL;
    if (is_one_account(self->failed)) {
        g_string_append(self->explanation,
                        "; but both attempts were with one account, so the proxy is not banned");
        return TRUE;
    }
    if (proxy_url == NULL || *proxy_url == '\0') {
        g_string_append(self->explanation, "; no proxy was used, so none is banned");
        return TRUE;
    }
    if (ytops_proxy_manager_ban_at_least(proxies, NULL, proxy_url, reason, 0, &problem)) {
        g_strfreev(self->recovery->banned_proxies);
        self->recovery->banned_proxies = only(proxy_url);
        return TRUE;
    }
    if (!g_error_matches(problem, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    g_string_append(self->explanation,
                    "; the proxy is not one of this server's identity, so it is not banned");
    return TRUE;
}

/* Those that were tried at this URL, this one included. Free the array only. */
static const char **tried_accounts(const YtopsRecoveryCase *failed)
{
    GPtrArray *tried = g_ptr_array_new();
    const char *const *ids = failed->tried_account_ids;
    for (; ids != NULL && *ids != NULL; ids++)
        g_ptr_array_add(tried, (gpointer)*ids);
    g_ptr_array_add(tried, (gpointer)failed->account_id);
    g_ptr_array_add(tried, NULL);
    return (const char **)g_ptr_array_free(tried, FALSE);
}

/* No account is left for the retry. The failure of the pool is not the URL's. */
static void give_up_retry(Recovering *self, const GError *exhausted)
{
    YtopsRecovery *recovery = self->recovery;
    if (self->is_bannable) {
        recovery->step = YTOPS_RECOVERY_STOP_LANE;
        recovery->releases_item = TRUE;
        g_string_append(self->explanation, "; but the URL goes back to the queue and the lane "
                                           "stops, because ");
    } else {
        recovery->account_id = g_strdup(self->failed->account_id);
        g_string_append(self->explanation, "; but it is the same account again, because ");
    }
    g_string_append(self->explanation, exhausted->message);
}

static gboolean choose_account(Recovering *self, YtopsAccountManager *accounts, GError **error)
{
    const YtopsRecoveryCase *failed = self->failed;
    if (!self->rule.changes_account) {
        self->recovery->account_id = g_strdup(failed->account_id);
        return TRUE;
    }
    g_autoptr(GError) problem = NULL;
    g_autofree const char **tried = tried_accounts(failed);
    self->recovery->account_id =
        ytops_work_pool_assign(failed->pool, accounts, NULL, tried, &problem);
    if (self->recovery->account_id != NULL)
        return TRUE;
    if (!g_error_matches(problem, YTOPS_ERROR, YTOPS_ERROR_NO_ACTIVE_ACCOUNTS)) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    give_up_retry(self, problem);
    return TRUE;
}

static gboolean check(const YtopsRecoveryCase *failed, GError **error)
{
    if (failed->attempt < 1) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "attempt is %" G_GINT64_FORMAT ": the first at a URL is 1, the retry is 2",
                    failed->attempt);
        return FALSE;
    }
    return ytops_account_id_check(failed->account_id, error);
}

static YtopsRecoveryRule decide(const YtopsRecoveryCase *failed, const YtopsErrorPolicy *errors)
{
    if (failed->code == YTOPS_ERROR_INTERNAL && failed->is_final)
        return ytops_recovery_decide_broken_server();
    return ytops_recovery_decide(failed->policy, failed->attempt, errors, failed->code);
}

YtopsRecovery *ytops_recovery_apply(const YtopsRecoveryCase *failed, YtopsAccountManager *accounts,
                                    YtopsProxyManager *proxies, const YtopsErrorPolicy *errors,
                                    GError **error)
{
    if (!check(failed, error))
        return NULL;
    g_autoptr(YtopsRecovery) recovery = g_new0(YtopsRecovery, 1);
    YtopsRecoveryRule rule = decide(failed, errors);
    g_autoptr(GString) explanation = g_string_new(ytops_error_code_to_string(failed->code));
    g_string_append_printf(explanation, ": %s", rule.explanation);
    Recovering self = {failed, rule, recovery, explanation,
                       ytops_error_policy_get(errors, failed->code)->bannable};
    g_autofree char *reason = ban_reason(failed);
    recovery->step = rule.step;
    recovery->releases_item = rule.releases_item;
    recovery->banned_accounts = only(NULL);
    recovery->banned_proxies = only(NULL);
    if ((rule.bans_account && !ban_account(&self, accounts, reason, error)) ||
        (rule.bans_proxy && !ban_proxy(&self, proxies, reason, error)) ||
        (rule.step == YTOPS_RECOVERY_RETRY && !choose_account(&self, accounts, error)))
        return NULL;
    recovery->explanation = g_strdup(explanation->str);
    return g_steal_pointer(&recovery);
}
