/*
 * What follows a failed attempt at a URL: the policies of on_bannable_failure as one pure table,
 * and its application. The RPC call `recover` and the built-in lanes both come through here, so
 * that they cannot differ. docs/work.md has the table for people.
 *
 * The policies act on bannable errors only. Whatever they say, an error that is
 *     the system's (NO_ACTIVE_PROXIES, REDIS_UNAVAILABLE, DRAINING, ...): costs no URL. Wait and try
 *         again with the same account; after the second time stop, and give the URL back;
 *     the server's (INTERNAL that does not pass): stop at once, and give the URL back;
 *     passing (retryable), or of the account's own cookies: is tried once more, and then the item
 *         fails;
 *     the video's own, or anything else: fails the item at once, and the lane goes on.
 */
#pragma once

#include "ytops/error_policy.h"
#include "ytops/proxy_manager.h"
#include "ytops/work_pool.h"

typedef enum {
    YTOPS_POLICY_STOP_LOOP,
    YTOPS_POLICY_RETRY_WITH_NEW_ACCOUNT,
    YTOPS_POLICY_RETRY_AND_BAN_ACCOUNT_ONLY,
    YTOPS_POLICY_RETRY_WITHOUT_BAN,
    YTOPS_POLICY_N_POLICIES
} YtopsRecoveryPolicy;

const char *ytops_recovery_policy_to_string(YtopsRecoveryPolicy policy); /* "stop_loop", ... */

typedef enum {
    YTOPS_RECOVERY_RETRY,
    YTOPS_RECOVERY_STOP_LANE, /* and the item fails, unless it is released */
    YTOPS_RECOVERY_FAIL_ITEM  /* and the lane goes on */
} YtopsRecoveryStep;

/* What the table says. `explanation` is static, for people. */
typedef struct {
    YtopsRecoveryStep step;
    gboolean bans_account;
    gboolean bans_proxy;
    gboolean changes_account; /* with RETRY: to one that was not tried at this URL */
    gboolean releases_item;   /* with STOP_LANE: back to the inbox, for it did not fail */
    const char *explanation;
} YtopsRecoveryRule;

/* Pure. attempt: 1 for the first at this URL, 2 or more for a retry. */
YtopsRecoveryRule ytops_recovery_decide(YtopsRecoveryPolicy policy, gint64 attempt,
                                        const YtopsErrorPolicy *errors, YtopsErrorCode code);

/* Pure. For an INTERNAL that every URL would meet on that server. */
YtopsRecoveryRule ytops_recovery_decide_broken_server(void);

/* Borrowed for the call. */
typedef struct {
    YtopsRecoveryPolicy policy;
    gint64 attempt;
    YtopsErrorCode code;
    const char *account_id;
    const char *proxy_url; /* NULL or "": none was chosen */
    gboolean is_final;     /* the error itself says that trying again does not help */
    const YtopsWorkPool *pool;
    const char *const *tried_account_ids; /* at this URL; NULL or empty: not told */
} YtopsRecoveryCase;

typedef struct {
    YtopsRecoveryStep step;
    gboolean releases_item;
    char *account_id;       /* with RETRY, the one to use; NULL otherwise */
    char **banned_accounts; /* NULL-terminated, never NULL */
    char **banned_proxies;
    char *explanation;
} YtopsRecovery;

void ytops_recovery_free(YtopsRecovery *recovery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsRecovery, ytops_recovery_free)

/*
 * Bans what the rule bans, with the reason "CODE (policy, attempt n)", and chooses the account of a
 * retry. Where a bannable failure leaves none for it, the lane stops and the item is released. A ban
 * that already lasts longer stays as it is. A proxy that this server's identity does not know is not
 * banned, nor is one where no other account was tried, and the explanation says so. INVALID_ARGUMENT for an attempt below 1 and a bad account id.
 * Blocks on Redis, thread-safe.
 */
YtopsRecovery *ytops_recovery_apply(const YtopsRecoveryCase *failed, YtopsAccountManager *accounts,
                                    YtopsProxyManager *proxies, const YtopsErrorPolicy *errors,
                                    GError **error);
