/*
 * The accounts that a lane may use, and the choice of one of them.
 *
 * The choice is uniform among the ACTIVE ones, made in one round trip whatever the size of the pool;
 * the preferred account wins while it is ACTIVE and not excluded (affinity). Thread-safe, blocks on
 * Redis.
 */
#pragma once

#include "ytops/account_manager.h"

/* Either a prefix with a size (prefix_01 .. prefix_NN), or ids. */
typedef struct {
    char *prefix; /* NULL: ids */
    gint64 size;
    char **account_ids;                 /* NULL-terminated; NULL: prefix and size */
    gboolean auto_create_on_exhaustion; /* with a prefix: {prefix}-auto-{unique id} */
} YtopsWorkPool;

/*
 * Checks and copies. INVALID_ARGUMENT for neither or both of prefix and ids, a size that is not
 * 1 to 10,000, an id that ytops_account_id_check refuses.
 */
YtopsWorkPool *ytops_work_pool_new(const char *prefix, gint64 size, const char *const *account_ids,
                                   gboolean auto_create_on_exhaustion, GError **error);

/* "prefix:50", or "id1,id2,id3": the flag --account-pool. */
YtopsWorkPool *ytops_work_pool_parse(const char *text, gboolean auto_create_on_exhaustion,
                                     GError **error);
void ytops_work_pool_free(YtopsWorkPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsWorkPool, ytops_work_pool_free)

/*
 * An account for one use; g_free. `preferred` NULL or "": none, and one that is no member of the
 * pool (nor {prefix}-auto-...) is passed over; `excluded` NULL: none.
 * NO_ACTIVE_ACCOUNTS where none is left and none may be made, with the contexts retryAfterS and
 * nextAccountId (the soonest that becomes ACTIVE by itself; absent where none does), and a message
 * that counts the resting, the banned and the excluded.
 */
char *ytops_work_pool_assign(const YtopsWorkPool *pool, YtopsAccountManager *accounts,
                             const char *preferred, const char *const *excluded, GError **error);
