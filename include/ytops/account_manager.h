/*
 * The pool of accounts: who may work, who rests, who is banned. State lives in Redis, shared by
 * every server; each call is one Lua script, one round trip, on Redis' own clock.
 *
 * Each change of a state is recorded (ytops/audit.h).
 *
 * Keys: account_status:<account_id> (hash) and account_index (sorted set), see docs/redis-keys.md.
 * An account that has no state is ACTIVE. Reading a status ends a ban or a rest that is over.
 * All calls block on Redis and are thread-safe; errors are those of ytops/redis.h, and
 * INVALID_ARGUMENT for an account id that ytops_account_id_check refuses. A key that other hands
 * made something else than a hash is INTERNAL, naming it; reset and delete repair it. Text where a
 * number belongs counts as 0.
 */
#pragma once

#include "ytops/pool_state.h"
#include "ytops/redis.h"

typedef struct {
    gint64 active_duration_s;   /* use after which an account rests; 0: never */
    gint64 cooldown_duration_s; /* length of a rest */
    gint64 failure_threshold;   /* failures in a row that ban; 0: never */
    gint64 ban_duration_s;      /* length of an automatic ban, and of one with duration 0 */
} YtopsAccountPolicy;

/* What is known of one account. Times are Unix seconds, 0: never. */
typedef struct {
    char *account_id;
    YtopsPoolState state;
    gint64 active_in_s; /* seconds to ACTIVE; YTOPS_UNTIL_UNBANNED; 0 where ACTIVE */
    gint64 success_count;
    gint64 failure_count;
    gint64 consecutive_failures;
    gint64 last_success_timestamp;
    gint64 last_failure_timestamp;
    gint64 active_since;
    char *reason;               /* NULL: none */
    char *last_proxy_url;       /* NULL: none */
    char *last_server_identity; /* NULL: none */
} YtopsAccountInfo;

void ytops_account_info_free(YtopsAccountInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsAccountInfo, ytops_account_info_free)

/* One use of an account, as it ended. Borrowed for the call. */
typedef struct {
    const char *account_id;
    const char *proxy_url;       /* NULL: none */
    const char *server_identity; /* NULL: none */
    const char *reason;          /* of a failure: "BOT_DETECTED: Sign in to confirm ..." */
    gboolean penalize;           /* FALSE: counted, but leads to no ban and no rest */
} YtopsAccountUse;

typedef struct YtopsAccountManager YtopsAccountManager;

/*
 * `pool` must outlive the manager. `instance_id` is who the audit says made what happens by itself.
 * `now_override`, for tests, gives the Unix time in seconds that
 * the scripts take for now, in place of Redis' clock; NULL in production.
 */
YtopsAccountManager *ytops_account_manager_new(YtopsRedisPool *pool,
                                               const YtopsAccountPolicy *policy,
                                               const char *instance_id, const gint64 *now_override);

/*
 * The same pool as an operator acts on it ("rpc:127.0.0.1:4711"): what is changed through this one is
 * recorded as done by `actor`. Costs nothing; free it as the other one, which must outlive it.
 */
YtopsAccountManager *ytops_account_manager_for(YtopsAccountManager *manager, const char *actor);
void ytops_account_manager_free(YtopsAccountManager *manager);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsAccountManager, ytops_account_manager_free)

/*
 * Whether the text can name an account: 1 to 256 bytes of UTF-8 without control characters,
 * slashes or backslashes, not beginning with a dot (it also names a cookie file).
 * INVALID_ARGUMENT that says what is wrong otherwise.
 */
gboolean ytops_account_id_check(const char *account_id, GError **error);

/*
 * A success: clears the row of failures, starts the activity timer or, past its limit, a rest. One
 * that comes late, for an account that rests or is banned, only counts and clears the row.
 */
gboolean ytops_account_manager_report_success(YtopsAccountManager *manager,
                                              const YtopsAccountUse *use, GError **error);

/*
 * A failure; the one that fills the row bans, also out of a rest, which it does not shorten.
 * *banned (may be NULL): whether this one did. Those that come while it is banned leave the ban as
 * it is. The reason is kept without passwords, and cut after 1000 bytes.
 */
gboolean ytops_account_manager_report_failure(YtopsAccountManager *manager,
                                              const YtopsAccountUse *use, gboolean *banned,
                                              GError **error);

/*
 * One account's status; one that has no state is given as ACTIVE, and not created. Reading also
 * sends an account to rest that is past its activity limit.
 */
YtopsAccountInfo *ytops_account_manager_get(YtopsAccountManager *manager, const char *account_id,
                                            GError **error);

/* Who may be chosen. Borrowed for the call; ids must be such as ytops_account_id_check accepts. */
typedef struct {
    const char *prefix; /* NULL: account_ids; otherwise prefix_01 .. prefix_<size> */
    gint64 size;
    const char *const *account_ids; /* each once */
    const char *preferred;          /* taken where it can be; prefix-auto-... can; NULL: none */
    const char *const *excluded;    /* NULL: none */
} YtopsAccountCandidates;

typedef struct {
    char *account_id; /* NULL: none is ACTIVE, and the rest says why */
    gint64 n_resting;
    gint64 n_banned; /* keys that are no hash included */
    gint64 n_excluded;
    char *next_account_id; /* the first to become ACTIVE by itself; NULL: none does */
    gint64 next_in_s;
} YtopsAccountChoice;

/* Frees the texts, not the struct. */
void ytops_account_choice_clear(YtopsAccountChoice *choice);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(YtopsAccountChoice, ytops_account_choice_clear)

/*
 * One of the candidates that are ACTIVE, each equally likely, in one round trip; whoever is looked at
 * is moved as any read moves it. Fills *choice; clear it also after a choice of none.
 */
gboolean ytops_account_manager_choose(YtopsAccountManager *manager,
                                      const YtopsAccountCandidates *candidates,
                                      YtopsAccountChoice *choice, GError **error);

/*
 * Accounts whose id starts with the prefix ("": all), in byte order of id, at most `limit` (0:
 * all). Elements are YtopsAccountInfo; free with g_ptr_array_unref. Works in chunks, so a long list
 * holds Redis for a few milliseconds at a time and is no snapshot.
 */
GPtrArray *ytops_account_manager_list(YtopsAccountManager *manager, const char *prefix,
                                      gint64 limit, GError **error);

/* How many there are by YtopsPoolState. */
typedef struct {
    gint64 by_state[YTOPS_POOL_STATE_BANNED + 1];
} YtopsAccountCounts;

/* All known accounts, counted as a listing would show them; changes nothing. In chunks, as a listing. */
gboolean ytops_account_manager_count(YtopsAccountManager *manager, YtopsAccountCounts *counts,
                                     GError **error);

/*
 * For one who watches: at most `count` accounts (500), in byte order of id, and where to go on. A
 * cursor of NULL begins; it is NULL again behind the last. Free with g_ptr_array_unref; the cursor is
 * replaced, and freed with g_free.
 */
GPtrArray *ytops_account_manager_list_step(YtopsAccountManager *manager, char **cursor,
                                           gint64 count, GError **error);

/*
 * The accounts of which anything changed after the change of that number, at most 500, the longest ago
 * first; *change becomes the number to go on from. Deleted accounts are not among them.
 * YTOPS_CHANGES_ANEW asks for the number of the last change, and is given with an empty list where the
 * numbers began anew (Redis was emptied): then everything has to be read.
 */
GPtrArray *ytops_account_manager_list_changed(YtopsAccountManager *manager, gint64 *change,
                                              GError **error);

/*
 * An operator's actions. duration_s: 0 the policy's, YTOPS_UNTIL_UNBANNED, or seconds. ban creates
 * an unknown account; unban and reset of an unknown one are NOT_FOUND. unban: ACTIVE, no failures
 * in a row, no timer; reset: no counts, times, last proxy and identity either. INVALID_ARGUMENT for
 * a duration below -1 or above a hundred years.
 */
gboolean ytops_account_manager_ban(YtopsAccountManager *manager, const char *account_id,
                                   const char *reason, gint64 duration_s, GError **error);
gboolean ytops_account_manager_unban(YtopsAccountManager *manager, const char *account_id,
                                     GError **error);
gboolean ytops_account_manager_reset(YtopsAccountManager *manager, const char *account_id,
                                     GError **error);

/* A program's ban: as ban, but one that lasts longer, or a rest that does, is not shortened. */
gboolean ytops_account_manager_ban_at_least(YtopsAccountManager *manager, const char *account_id,
                                            const char *reason, gint64 duration_s, GError **error);

/*
 * The same for every known account with the prefix (NULL as ""); each gives how many it changed, -1
 * on error. A ban that is given again is a change; an unban or a reset that finds nothing to clear
 * is not. An account changes wholly or not at all; what was changed before an error stays changed.
 */
gint64 ytops_account_manager_ban_all(YtopsAccountManager *manager, const char *prefix,
                                     const char *reason, gint64 duration_s, GError **error);
gint64 ytops_account_manager_unban_all(YtopsAccountManager *manager, const char *prefix,
                                       GError **error);
gint64 ytops_account_manager_reset_all(YtopsAccountManager *manager, const char *prefix,
                                       GError **error);
gint64 ytops_account_manager_delete_all(YtopsAccountManager *manager, const char *prefix,
                                        GError **error);
