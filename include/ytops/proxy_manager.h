/*
 * The pool of proxies of one server identity: whose turn it is, who is banned and why.
 *
 * State lives in Redis under the identity and is shared; but an instance only ever selects proxies
 * of its own configured list (worker affinity). A proxy is banned by itself only when, inside the
 * window, enough failures came from enough different accounts. Failures that have led to a ban once
 * do not ban again when it ends, also where it was shorter than the window; failures whose account is
 * not known count as those of one account. Keys: docs/redis-keys.md.
 *
 * Every call is one Lua script on Redis' own clock (listing: one per chunk), blocks on Redis, and
 * is thread-safe. Each change of a state is recorded (ytops/audit.h). Errors are those of ytops/redis.h, and those each call names. Reading ends bans
 * that are over. An identity argument of NULL or "" means the manager's own.
 */
#pragma once

#include "ytops/pool_state.h"
#include "ytops/redis.h"

typedef struct {
    gint64 window_s;                  /* sliding window of failures; 0: none are remembered */
    gint64 threshold_count;           /* failures in it before a ban is considered; 0: never */
    gint64 threshold_unique_accounts; /* and from how many different accounts */
    gint64 ban_duration_s;            /* length of an automatic ban, and of one with duration 0 */
} YtopsProxyPolicy;

/* What is known of one proxy. Times are Unix seconds, 0: never. */
typedef struct {
    char *server_identity;
    char *proxy_url;
    YtopsPoolState state;
    gint64 active_in_s; /* seconds to ACTIVE; YTOPS_UNTIL_UNBANNED; 0 where ACTIVE */
    gint64 success_count;
    gint64 failure_count;
    gint64 last_success_timestamp;
    gint64 last_failure_timestamp;
    char *reason;    /* NULL: none */
    char **next_for; /* instance ids, NULL-terminated; never NULL */
    gint64 recent_failures;
    gint64 recent_failure_accounts;
} YtopsProxyInfo;

void ytops_proxy_info_free(YtopsProxyInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsProxyInfo, ytops_proxy_info_free)

/* One use of a proxy, as it ended. Borrowed for the call. */
typedef struct {
    const char *proxy_url;
    const char *account_id;
    const char *job_id;
    const char *error; /* of a failure: "BOT_DETECTED: Sign in to confirm ..." */
    gboolean penalize; /* FALSE: counted, but no part of the sliding window */
} YtopsProxyUse;

typedef struct YtopsProxyManager YtopsProxyManager;

/*
 * proxy_urls: this instance's own list in rotation order, NULL-terminated, may be empty; copied.
 * `pool` must outlive the manager; now_override as in ytops/account_manager.h. Touches Redis only
 * when first used (lazy initialisation: where proxies:<identity> lacks one of its own proxies, it
 * is written there as ACTIVE).
 */
YtopsProxyManager *ytops_proxy_manager_new(YtopsRedisPool *pool, const YtopsProxyPolicy *policy,
                                           const char *server_identity, const char *instance_id,
                                           const char *const *proxy_urls,
                                           const gint64 *now_override);
void ytops_proxy_manager_free(YtopsProxyManager *manager);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsProxyManager, ytops_proxy_manager_free)

/*
 * The same pool as an operator acts on it ("rpc:127.0.0.1:4711"): what is changed through this one is
 * recorded as done by `actor`. Costs nothing; free it as the other one, which must outlive it.
 */
YtopsProxyManager *ytops_proxy_manager_for(YtopsProxyManager *manager, const char *actor);

/* Whether the URL is one of this instance's own. */
gboolean ytops_proxy_manager_owns(YtopsProxyManager *manager, const char *proxy_url);

/*
 * The next active proxy of this instance's own in round-robin order, whose turn then passes on;
 * free with g_free. NULL and NO_ACTIVE_PROXIES with retryAfterS in its context where none is ACTIVE
 * (the soonest end of a ban; absent where all wait for an operator, or none is configured).
 */
char *ytops_proxy_manager_select(YtopsProxyManager *manager, GError **error);

/*
 * Whether this one of its own can be used now, as a caller asks for it by name; the turn does not
 * change. OUT_OF_SCOPE where it is not this instance's own, NO_ACTIVE_PROXIES where it is banned.
 */
gboolean ytops_proxy_manager_claim(YtopsProxyManager *manager, const char *proxy_url,
                                   GError **error);

/*
 * How one use of a proxy ended; a banned proxy counts on. One of its own that is not in Redis is
 * created; one that is neither its own nor in Redis is NOT_FOUND. NULL texts of a use are "".
 */
gboolean ytops_proxy_manager_report_success(YtopsProxyManager *manager, const YtopsProxyUse *use,
                                            GError **error);

/* *banned (may be NULL): whether this failure filled the window and banned the proxy. */
gboolean ytops_proxy_manager_report_failure(YtopsProxyManager *manager, const YtopsProxyUse *use,
                                            gboolean *banned, GError **error);

/*
 * Whether a call has written this instance's proxies to Redis yet; TRUE, too, where it has none.
 * Before that there is nothing to keep alive by a heartbeat: what was never used has no state.
 */
gboolean ytops_proxy_manager_was_used(YtopsProxyManager *manager);

/*
 * Says that this instance lives, so that its place in the rotation is shown; every 15 s or so (a
 * minute without a heartbeat or a selection takes it out). Also writes again what was lost in Redis.
 */
gboolean ytops_proxy_manager_heartbeat(YtopsProxyManager *manager, GError **error);

/* Takes this instance out of the rotation: at the end of the process. */
gboolean ytops_proxy_manager_leave(YtopsProxyManager *manager, GError **error);

/* Every identity that has state in Redis, sorted, NULL-terminated; g_strfreev. */
char **ytops_proxy_manager_list_identities(YtopsProxyManager *manager, GError **error);

/* Every proxy of the identity in rotation order; elements are YtopsProxyInfo. */
GPtrArray *ytops_proxy_manager_list(YtopsProxyManager *manager, const char *server_identity,
                                    GError **error);

/*
 * For one who watches: the proxies of the identity of which anything changed after the change of that
 * number, at most 250, the longest ago first; *change becomes the number to go on from. next_for is
 * not told, and deleted proxies are not among them. YTOPS_CHANGES_ANEW asks for the number of
 * the last change, and is given with an empty list where the numbers began anew (Redis was emptied):
 * then everything has to be read. Elements are YtopsProxyInfo.
 */
GPtrArray *ytops_proxy_manager_list_changed(YtopsProxyManager *manager, const char *server_identity,
                                            gint64 *change, GError **error);

/* Which proxy an instance takes next. */
typedef struct {
    char *instance_id;
    char *proxy_url;
} YtopsProxyTurn;

/* That of every living instance of the identity that has an active one; g_ptr_array_unref. */
GPtrArray *ytops_proxy_manager_list_turns(YtopsProxyManager *manager, const char *server_identity,
                                          GError **error);

/*
 * An operator's actions. duration_s: 0 the policy's, YTOPS_UNTIL_UNBANNED, or seconds. A proxy that
 * is neither in Redis nor configured here is NOT_FOUND, any other duration than these, or one of more
 * than 100 years, INVALID_ARGUMENT. unban and reset delete the failure history.
 */
gboolean ytops_proxy_manager_ban(YtopsProxyManager *manager, const char *server_identity,
                                 const char *proxy_url, const char *reason, gint64 duration_s,
                                 GError **error);
gboolean ytops_proxy_manager_unban(YtopsProxyManager *manager, const char *server_identity,
                                   const char *proxy_url, GError **error);
gboolean ytops_proxy_manager_reset(YtopsProxyManager *manager, const char *server_identity,
                                   const char *proxy_url, GError **error);

/* A program's ban: as ban, but one that lasts longer is not shortened. */
gboolean ytops_proxy_manager_ban_at_least(YtopsProxyManager *manager, const char *server_identity,
                                          const char *proxy_url, const char *reason,
                                          gint64 duration_s, GError **error);

/*
 * The same for every proxy of the identity; each gives how many it changed, -1 on error. ban_all
 * changes every one; unban_all those that were banned or had a failure history; reset_all also those
 * that had counted something.
 */
gint64 ytops_proxy_manager_ban_all(YtopsProxyManager *manager, const char *server_identity,
                                   const char *reason, gint64 duration_s, GError **error);
gint64 ytops_proxy_manager_unban_all(YtopsProxyManager *manager, const char *server_identity,
                                     GError **error);
gint64 ytops_proxy_manager_reset_all(YtopsProxyManager *manager, const char *server_identity,
                                     GError **error);

/* Forgets state, history and place in the rotation; proxy_urls empty or NULL: all of the identity.
 */
gint64 ytops_proxy_manager_delete(YtopsProxyManager *manager, const char *server_identity,
                                  const char *const *proxy_urls, GError **error);
