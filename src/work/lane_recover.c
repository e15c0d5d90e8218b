/* After a failed attempt: what the policy says, the same for tokens and downloads as for `recover`. */
#include "lane_job.h"

#include "lane_verdict.h"
#include "ytops/error.h"
#include "ytops/log.h"

static void remember_bans(LaneJob *job, const YtopsRecovery *recovery)
{
    for (char **id = recovery->banned_accounts; *id != NULL; id++)
        g_ptr_array_add(job->banned, g_strdup(*id));
    for (char **url = recovery->banned_proxies; *url != NULL; url++)
        g_ptr_array_add(job->banned, ytops_redact(*url));
}

static void log_recovery(const LaneJob *job, const YtopsRecovery *recovery)
{
    g_autofree char *banned = g_strjoinv(",", recovery->banned_accounts);

    ytops_log_info("lanes", "an attempt failed; the policy was asked", "lane_id",
                   lane_get_id(job->lane), "url", job->url, "account_id", job->account_id, "policy",
                   recovery->explanation, "banned", *banned != '\0' ? banned : NULL,
                   "next_account_id", recovery->account_id, NULL);
}

static gboolean ask_policy(LaneJob *job, const GError *failure, GError **error)
{
    const LaneSettings *settings = lane_get_settings(job->lane);
    g_autoptr(GPtrArray) tried = g_ptr_array_new();
    YtopsRecoveryCase failed = {
        .policy = settings->options.policy,
        .attempt = job->attempts,
        .code = ytops_error_get_code(failure),
        .account_id = job->account_id,
        .proxy_url = job->token != NULL ? job->token->proxy_url
                                        : ytops_error_get_context(failure, "proxyUrl"),
        .pool = settings->pool,
    };
    /* The audit shows which lane's policy banned. */
    g_autoptr(YtopsAccountManager) accounts =
        ytops_account_manager_for(settings->parts.accounts, lane_get_id(job->lane));
    g_autoptr(YtopsProxyManager) proxies =
        ytops_proxy_manager_for(settings->parts.proxies, lane_get_id(job->lane));
    g_autoptr(YtopsRecovery) recovery = NULL;

    for (guint i = 0; i < job->tried->len; i++)
        g_ptr_array_add(tried, g_ptr_array_index(job->tried, i));
    g_ptr_array_add(tried, NULL);
    failed.tried_account_ids = (const char *const *)tried->pdata;
    recovery = ytops_recovery_apply(&failed, accounts, proxies, settings->parts.errors, error);
    if (recovery == NULL)
        return FALSE;
    log_recovery(job, recovery);
    remember_bans(job, recovery);
    g_free(job->recovery);
    job->recovery = g_strdup(recovery->explanation);
    job->is_judged = recovery->step != YTOPS_RECOVERY_RETRY;
    job->stops_lane = recovery->step == YTOPS_RECOVERY_STOP_LANE;
    job->releases = recovery->releases_item;
    if (job->is_judged) {
        g_propagate_error(error, g_error_copy(failure));
        return FALSE;
    }
    g_free(job->account_id);
    job->account_id = g_steal_pointer(&recovery->account_id);
    lane_set_state(job->lane, YTOPS_LANE_ASSIGNING, NULL);
    return TRUE;
}

/*
 * Errors that pause, that come of a lost lease, or that every URL would meet on this machine, are no
 * failure of the account or the URL. A worker that broke off in its work may have met one of the URL.
 */
static gboolean is_for_policy(const GError *failure)
{
    switch (lane_verdict(ytops_error_get_code(failure))) {
    case LANE_VERDICT_PAUSE:
    case LANE_VERDICT_ABANDON:
        return FALSE;
    case LANE_VERDICT_STOP:
        return g_strcmp0(ytops_error_get_context(failure, "retryable"), "true") == 0;
    case LANE_VERDICT_FAIL:
        break;
    }
    return ytops_error_get_code(failure) != YTOPS_ERROR_INVALID_ARGUMENT;
}

gboolean lane_job_recover(LaneJob *job, const GError *failure, GError **error)
{
    if (!is_for_policy(failure)) {
        g_propagate_error(error, g_error_copy(failure));
        return FALSE;
    }
    g_ptr_array_add(job->tried, g_strdup(job->account_id));
    return ask_policy(job, failure, error);
}
