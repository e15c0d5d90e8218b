/*
 * What follows a failed attempt at a token: the policies of on_bannable_failure as one pure table,
 * and its application. The RPC call `recover` and the built-in lanes both come through here, so
 * that they cannot differ.
 */
#pragma once

#include "ytops/account_pool.h"
#include "ytops/error_policy.h"
#include "ytops/proxy_manager.h"

typedef enum {
    YTOPS_FAILURE_STOP_LOOP,
    YTOPS_FAILURE_RETRY_WITH_NEW_ACCOUNT,
    YTOPS_FAILURE_RETRY_AND_BAN_ACCOUNT_ONLY,
    YTOPS_FAILURE_RETRY_WITHOUT_BAN
} YtopsFailurePolicy;

const char *ytops_failure_policy_to_string(YtopsFailurePolicy policy); /* "stop_loop", ... */
gboolean ytops_failure_policy_from_string(const char *name, YtopsFailurePolicy *policy);

typedef enum {
    YTOPS_RECOVERY_RETRY,
    YTOPS_RECOVERY_STOP_LANE, /* and the item fails */
    YTOPS_RECOVERY_FAIL_ITEM  /* and the lane goes on */
} YtopsRecoveryAction;

/* What the policy says. `explanation` is static, for people. */
typedef struct {
    YtopsRecoveryAction action;
    gboolean bans_account;
    gboolean bans_proxy;
    const char *explanation;
} YtopsRecoveryRule;

/* Pure. attempt: 1 for the first at this URL, 2 or more for a retry. */
YtopsRecoveryRule ytops_recovery_decide(YtopsFailurePolicy policy, guint attempt,
                                        const YtopsErrorPolicy *errors, YtopsErrorCode code);

/* Borrowed for the call. */
typedef struct {
    YtopsFailurePolicy policy;
    guint attempt;
    YtopsErrorCode code;
    const char *account_id;
    const char *proxy_url; /* NULL or "": none was chosen */
    const YtopsAccountPool *pool;
    const char *const *tried_account_ids; /* NULL: only account_id */
} YtopsFailedAttempt;

typedef struct {
    YtopsRecoveryAction action;
    char *account_id;       /* with RETRY, the new one; NULL otherwise */
    char **banned_accounts; /* NULL-terminated, never NULL */
    char **banned_proxies;
    char *explanation;
} YtopsRecoveryPlan;

void ytops_recovery_plan_free(YtopsRecoveryPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsRecoveryPlan, ytops_recovery_plan_free)

/*
 * Bans what the rule bans and chooses the account of a retry. Where none is left for it the plan is
 * STOP_LANE, and its explanation says so. Blocks on Redis, thread-safe.
 */
YtopsRecoveryPlan *ytops_recovery_apply(const YtopsFailedAttempt *attempt,
                                        YtopsAccountManager *accounts, YtopsProxyManager *proxies,
                                        const YtopsErrorPolicy *errors, GError **error);
