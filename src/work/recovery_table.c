#include "ytops/recovery.h"

#include "ytops/error.h"

/* ---- names -------------------------------------------------------------------------------- */

static const char *const policy_names[YTOPS_POLICY_N_POLICIES] = {
    [YTOPS_POLICY_STOP_LOOP] = "stop_loop",
    [YTOPS_POLICY_RETRY_WITH_NEW_ACCOUNT] = "retry_with_new_account",
    [YTOPS_POLICY_RETRY_AND_BAN_ACCOUNT_ONLY] = "retry_and_ban_account_only",
    [YTOPS_POLICY_RETRY_WITHOUT_BAN] = "retry_without_ban",
};

const char *ytops_recovery_policy_to_string(YtopsRecoveryPolicy policy)
{
    return (guint)policy < YTOPS_POLICY_N_POLICIES ? policy_names[policy] : "unknown";
}

/* ---- the table ---------------------------------------------------------------------------- */

enum { FIRST_FAILURE, SECOND_FAILURE, N_FAILURES };

#define STOP YTOPS_RECOVERY_STOP_LANE
#define RETRY YTOPS_RECOVERY_RETRY
#define FAIL YTOPS_RECOVERY_FAIL_ITEM

/* Of a bannable failure. Columns: step, bans account, bans proxy, changes account, releases item. */
static const YtopsRecoveryRule bannable[YTOPS_POLICY_N_POLICIES][N_FAILURES] = {
    [YTOPS_POLICY_STOP_LOOP] =
        {
            {STOP, TRUE, FALSE, FALSE, FALSE,
             "the account is banned, the URL is marked as failed, the lane stops"},
            {STOP, TRUE, FALSE, FALSE, FALSE,
             "the account is banned, the URL is marked as failed, the lane stops"},
        },
    [YTOPS_POLICY_RETRY_WITH_NEW_ACCOUNT] =
        {
            {RETRY, TRUE, FALSE, TRUE, FALSE,
             "the account is banned, the same URL is retried with a new account"},
            {STOP, TRUE, TRUE, FALSE, FALSE,
             "the retry failed too: the second account and the proxy are banned, the lane stops"},
        },
    [YTOPS_POLICY_RETRY_AND_BAN_ACCOUNT_ONLY] =
        {
            {RETRY, TRUE, FALSE, TRUE, FALSE,
             "the account is banned, the same URL is retried with a new account"},
            {STOP, TRUE, FALSE, FALSE, FALSE,
             "the retry failed too: the second account is banned, not the proxy, the lane stops"},
        },
    [YTOPS_POLICY_RETRY_WITHOUT_BAN] =
        {
            {RETRY, FALSE, FALSE, TRUE, FALSE,
             "nothing is banned, the same URL is retried with a new account"},
            {STOP, FALSE, FALSE, FALSE, FALSE,
             "the retry failed too: nothing is banned, the lane stops"},
        },
};

/* Of the others, whatever the policy. */
static const YtopsRecoveryRule of_system[N_FAILURES] = {
    {RETRY, FALSE, FALSE, FALSE, FALSE,
     "the system could not work, nobody is at fault: wait and try again with the same account"},
    {STOP, FALSE, FALSE, FALSE, TRUE,
     "the system still cannot work: the URL goes back to the queue, the lane stops"},
};
static const YtopsRecoveryRule of_server = {
    STOP,  FALSE,
    FALSE, FALSE,
    TRUE,  "every URL would meet that on this server: it goes back to the queue, the lane stops"};
static const YtopsRecoveryRule passing[N_FAILURES] = {
    {RETRY, FALSE, FALSE, FALSE, FALSE,
     "the failure may pass: the URL is tried once more with the same account"},
    {FAIL, FALSE, FALSE, FALSE, FALSE,
     "the retry failed too: the URL is marked as failed, the lane goes on"},
};
static const YtopsRecoveryRule of_account[N_FAILURES] = {
    {RETRY, FALSE, FALSE, TRUE, FALSE,
     "the failure may be the account's: the URL is tried once more with a new one"},
    {FAIL, FALSE, FALSE, FALSE, FALSE,
     "the retry failed too: the URL is marked as failed, the lane goes on"},
};
static const YtopsRecoveryRule of_item = {
    FAIL,  FALSE, FALSE,
    FALSE, FALSE, "a retry would not help: the URL is marked as failed, the lane goes on"};

/* What stands in the way of every URL alike: a queue must not drain into the failures for it. */
static gboolean is_of_system(YtopsErrorCode code)
{
    switch (code) {
    case YTOPS_ERROR_NO_ACTIVE_PROXIES:
    case YTOPS_ERROR_NO_ACTIVE_ACCOUNTS:
    case YTOPS_ERROR_REDIS_UNAVAILABLE:
    case YTOPS_ERROR_OVERLOADED:
    case YTOPS_ERROR_DRAINING:
    case YTOPS_ERROR_ROLE_FORBIDDEN:
    case YTOPS_ERROR_OUT_OF_SCOPE:
        return TRUE;
    default:
        return FALSE;
    }
}

/* Worth a second try now. A premiere is retryable, but at its own time. */
static gboolean is_passing(const YtopsErrorRule *rule, YtopsErrorCode code)
{
    switch (code) {
    case YTOPS_ERROR_COOKIES_INVALID:
    case YTOPS_ERROR_COOKIE_FILE:
    case YTOPS_ERROR_INTERNAL:
        return TRUE;
    case YTOPS_ERROR_LIVE_NOT_STARTED:
        return FALSE;
    default:
        return rule->retryable;
    }
}

YtopsRecoveryRule ytops_recovery_decide_broken_server(void)
{
    return of_server;
}

YtopsRecoveryRule ytops_recovery_decide(YtopsRecoveryPolicy policy, gint64 attempt,
                                        const YtopsErrorPolicy *errors, YtopsErrorCode code)
{
    const YtopsErrorRule *rule = ytops_error_policy_get(errors, code);
    int failure = attempt <= 1 ? FIRST_FAILURE : SECOND_FAILURE;
    if (rule->bannable)
        return bannable[policy][failure];
    if (is_of_system(code))
        return of_system[failure];
    if (is_passing(rule, code))
        return rule->charges_account ? of_account[failure] : passing[failure];
    return of_item;
}
