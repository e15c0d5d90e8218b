#include "lane_job.h"

#include "lane_verdict.h"
#include "token_wait.h"
#include "ytops/error.h"
#include "ytops/log.h"

static gboolean assign(LaneJob *job, const char *preferred, GError **error)
{
    const LaneSettings *settings = lane_get_settings(job->lane);

    lane_set_state(job->lane, YTOPS_LANE_ASSIGNING, NULL);
    job->account_id =
        ytops_work_pool_assign(settings->pool, settings->parts.accounts, preferred, NULL, error);
    return job->account_id != NULL;
}

static YtopsTokenResult *ask(LaneJob *job, GError **error)
{
    const LaneSettings *settings = lane_get_settings(job->lane);
    YtopsTokenFields fields = {
        .url = job->url,
        .account_id = job->account_id,
        .caller_id = lane_get_id(job->lane),
        .penalize = TRUE,
    };
    YtopsTokenAsk *token_ask =
        ytops_token_ask_new(&fields, settings->options.token_timeout_s, error);

    if (token_ask == NULL)
        return NULL;
    lane_set_means(job->lane, job->account_id, NULL);
    lane_set_state(job->lane, YTOPS_LANE_GETTING_TOKEN, NULL);
    return token_wait(settings->parts.tokens, token_ask, settings->cancel_fd, lane_job_tick, job,
                      error);
}

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

    ytops_log_info("lanes", "a token failed; the policy was asked", "lane_id",
                   lane_get_id(job->lane), "url", job->url, "account_id", job->account_id, "policy",
                   recovery->explanation, "banned", *banned != '\0' ? banned : NULL,
                   "next_account_id", recovery->account_id, NULL);
}

/* TRUE: try again, with job->account_id. */
static gboolean recover(LaneJob *job, const GError *failure, GError **error)
{
    const LaneSettings *settings = lane_get_settings(job->lane);
    g_autoptr(GPtrArray) tried = g_ptr_array_new();
    YtopsRecoveryCase failed = {
        .policy = settings->options.policy,
        .attempt = job->attempts,
        .code = ytops_error_get_code(failure),
        .account_id = job->account_id,
        .proxy_url = ytops_error_get_context(failure, "proxyUrl"),
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

gboolean lane_job_get_token(LaneJob *job, const char *preferred_account, GError **error)
{
    if (!assign(job, preferred_account, error))
        return FALSE;
    for (;;) {
        GError *failure = NULL;
        g_autoptr(GError) owned = NULL;

        job->attempts++;
        job->token = ask(job, &failure);
        if (job->token != NULL) {
            lane_set_means(job->lane, job->account_id, job->token->proxy_url);
            return TRUE;
        }
        if (!is_for_policy(failure)) {
            g_propagate_error(error, failure);
            return FALSE;
        }
        owned = failure;
        g_ptr_array_add(job->tried, g_strdup(job->account_id));
        if (!recover(job, failure, error))
            return FALSE;
    }
}
