/*
 * The scripts on accounts, ready to run: which keys and which time they get, and the walk through
 * the index in steps. Thread-safe; blocks on Redis; errors are those of ytops/redis.h.
 */
#pragma once

#include "ytops/audit.h"

typedef enum {
    ACCOUNT_SCRIPT_GET,
    ACCOUNT_SCRIPT_CHOOSE,
    ACCOUNT_SCRIPT_LIST,
    ACCOUNT_SCRIPT_CHANGES,
    ACCOUNT_SCRIPT_COUNT,
    ACCOUNT_SCRIPT_REPORT_SUCCESS,
    ACCOUNT_SCRIPT_REPORT_FAILURE,
    ACCOUNT_SCRIPT_BAN,
    ACCOUNT_SCRIPT_BAN_AT_LEAST,
    ACCOUNT_SCRIPT_UNBAN,
    ACCOUNT_SCRIPT_RESET,
    ACCOUNT_SCRIPT_BAN_ALL,
    ACCOUNT_SCRIPT_UNBAN_ALL,
    ACCOUNT_SCRIPT_RESET_ALL,
    ACCOUNT_SCRIPT_DELETE_ALL,
    ACCOUNT_SCRIPT_N
} AccountScript;

typedef struct AccountStore AccountStore;

/* Both arguments must outlive the store; now_override as in ytops/account_manager.h. */
AccountStore *account_store_new(YtopsRedisPool *pool, const gint64 *now_override);
void account_store_free(AccountStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AccountStore, account_store_free)

/*
 * Runs a script on one account. `args` follow the time and the id, ended by NULL; NULL: none.
 * INVALID_ARGUMENT for what ytops_account_id_check refuses.
 */
YtopsRedisReply *account_store_run(AccountStore *store, const YtopsAuditAuthor *author,
                                   AccountScript script, const char *account_id,
                                   const char *const *args, GError **error);

/* Runs a script that is about many accounts. `args` follow the time. */
YtopsRedisReply *account_store_run_on_many(AccountStore *store, const YtopsAuditAuthor *author,
                                           AccountScript script, const char *const *args,
                                           GError **error);

/* Accounts that one step handles: Redis is held for about 5 ms. */
#define ACCOUNT_STORE_LARGEST_STEP 500

/* Takes one step's reply, borrowed. FALSE ends the walk, as a success. */
typedef gboolean (*AccountStepFunc)(const YtopsRedisReply *reply, gpointer data);

/*
 * Runs a script on all known accounts with the prefix (NULL as ""), `count` (at most
 * ACCOUNT_STORE_LARGEST_STEP) at a step, and gives each reply to `take`. `args` follow the time,
 * the prefix, the cursor and the count. What the steps before an error did stays done.
 */
gboolean account_store_walk(AccountStore *store, const YtopsAuditAuthor *author,
                            AccountScript script, const char *prefix, gint64 count,
                            const char *const *args, AccountStepFunc take, gpointer data,
                            GError **error);
