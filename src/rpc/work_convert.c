#include "work_convert.h"

#include "argument.h"
#include "ytops/error.h"

/* ---- from the contract ----------------------------------------------------------------------- */

YtopsWorkPool *work_convert_pool(const YtopsAccountPool *pool, GError **error)
{
    if (pool == NULL) {
        ytops_refuse(error, "pool is missing: give a prefix and a size, or a list of accounts");
        return NULL;
    }
    const char *prefix = pool->__isset_prefix ? pool->prefix : NULL;
    g_autofree const char **ids = argument_texts(pool->__isset_accountIds ? pool->accountIds : NULL,
                                                 "pool.accountIds", error);
    if (ids == NULL || !argument_text(&prefix, "pool.prefix", error))
        return NULL;
    return ytops_work_pool_new(prefix, pool->__isset_size ? pool->size : 0, ids,
                               pool->autoCreateOnExhaustion, error);
}

static gboolean convert_policy(YtopsFailurePolicy contract, YtopsRecoveryPolicy *policy,
                               GError **error)
{
    switch (contract) {
    case YTOPS_FAILURE_POLICY_STOP_LOOP:
        *policy = YTOPS_POLICY_STOP_LOOP;
        return TRUE;
    case YTOPS_FAILURE_POLICY_RETRY_WITH_NEW_ACCOUNT:
        *policy = YTOPS_POLICY_RETRY_WITH_NEW_ACCOUNT;
        return TRUE;
    case YTOPS_FAILURE_POLICY_RETRY_AND_BAN_ACCOUNT_ONLY:
        *policy = YTOPS_POLICY_RETRY_AND_BAN_ACCOUNT_ONLY;
        return TRUE;
    case YTOPS_FAILURE_POLICY_RETRY_WITHOUT_BAN:
        *policy = YTOPS_POLICY_RETRY_WITHOUT_BAN;
        return TRUE;
    }
    return ytops_refuse(error, "attempt.policy is %d: the contract's FailurePolicy has 0 to 3",
                        (int)contract);
}

static gboolean convert_code(const char *name, YtopsErrorCode *code, GError **error)
{
    if (ytops_error_code_from_string(name, code))
        return TRUE;
    return ytops_refuse(
        error,
        "attempt.errorCode is '%.64s': give the errorCode of the failed call, one of those "
        "in docs/errors.md, GENERIC where none fits",
        name);
}

gboolean work_convert_attempt(const YtopsFailedAttempt *attempt, YtopsRecoveryCase *failed,
                              YtopsWorkPool **pool, const char ***tried, GError **error)
{
    if (attempt == NULL)
        return ytops_refuse(error, "attempt is missing: recover takes one FailedAttempt");
    const char *code = attempt->errorCode;
    failed->attempt = attempt->attempt;
    failed->account_id = attempt->accountId;
    failed->proxy_url = attempt->__isset_proxyUrl ? attempt->proxyUrl : NULL;
    failed->is_final = attempt->__isset_retryable && !attempt->retryable;
    if (!argument_required_text(&code, "attempt.errorCode", error) ||
        !argument_required_text(&failed->account_id, "attempt.accountId", error) ||
        !argument_text(&failed->proxy_url, "attempt.proxyUrl", error) ||
        !convert_policy(attempt->policy, &failed->policy, error) ||
        !convert_code(code, &failed->code, error))
        return FALSE;
    *tried = argument_texts(attempt->__isset_triedAccountIds ? attempt->triedAccountIds : NULL,
                            "attempt.triedAccountIds", error);
    if (*tried == NULL)
        return FALSE;
    *pool = work_convert_pool(attempt->pool, error);
    failed->tried_account_ids = *tried;
    failed->pool = *pool;
    return *pool != NULL;
}

/* ---- into the contract ------------------------------------------------------------------------ */

static void replace(char **text, const char *with)
{
    g_free(*text);
    *text = g_strdup(with);
}

static YtopsRecoveryAction convert_step(YtopsRecoveryStep step)
{
    switch (step) {
    case YTOPS_RECOVERY_RETRY:
        return YTOPS_RECOVERY_ACTION_RETRY;
    case YTOPS_RECOVERY_STOP_LANE:
        return YTOPS_RECOVERY_ACTION_STOP_LANE;
    case YTOPS_RECOVERY_FAIL_ITEM:
        break;
    }
    return YTOPS_RECOVERY_ACTION_FAIL_ITEM;
}

static void append_all(GPtrArray *texts, char **more)
{
    for (; *more != NULL; more++)
        g_ptr_array_add(texts, g_strdup(*more));
}

void work_convert_recovery(const YtopsRecovery *recovery, YtopsRecoveryPlan *plan)
{
    plan->action = convert_step(recovery->step);
    if (recovery->account_id != NULL) {
        replace(&plan->accountId, recovery->account_id);
        plan->__isset_accountId = TRUE;
    }
    append_all(plan->bannedAccountIds, recovery->banned_accounts);
    append_all(plan->bannedProxyUrls, recovery->banned_proxies);
    replace(&plan->explanation, recovery->explanation);
    plan->releaseItem = recovery->releases_item;
    plan->__isset_releaseItem = TRUE;
}

void work_convert_item(const YtopsQueueItem *item, YtopsWorkItem *work_item)
{
    replace(&work_item->itemId, item->item_id);
    replace(&work_item->queue, item->queue);
    replace(&work_item->url, item->url);
    work_item->deliveries = (gint32)MIN(item->deliveries, G_MAXINT32);
    work_item->leaseExpiresAt = item->lease_expires_at;
}

void work_convert_counts(const char *queue, const YtopsQueueCounts *counts,
                         YtopsQueueStatus *status)
{
    replace(&status->queue, queue);
    status->inbox = counts->inbox;
    status->inProgress = counts->in_progress;
    status->succeeded = counts->succeeded;
    status->failed = counts->failed;
}

YtopsFailedUrl *work_convert_failure(const YtopsQueueFailure *failure)
{
    return g_object_new(YTOPS_TYPE_FAILED_URL, "url", failure->url, "errorJson",
                        failure->error_json, NULL);
}
