/* The status of accounts: of one, of all that share a prefix, of those that changed. */
#include "account_choice.h"
#include "account_info.h"
#include "account_manager_private.h"
#include "ytops/error.h"

YtopsAccountInfo *ytops_account_manager_get(YtopsAccountManager *manager, const char *account_id,
                                            GError **error)
{
    g_autofree char *active = ytops_redis_number_text(manager->policy.active_duration_s);
    g_autofree char *cooldown = ytops_redis_number_text(manager->policy.cooldown_duration_s);
    const char *args[] = {active, cooldown, NULL};
    g_autoptr(YtopsRedisReply) reply =
        account_manager_run(manager, ACCOUNT_SCRIPT_GET, account_id, args, error);
    return reply != NULL ? account_info_from_reply(reply) : NULL;
}

gboolean ytops_account_manager_choose(YtopsAccountManager *manager,
                                      const YtopsAccountCandidates *candidates,
                                      YtopsAccountChoice *choice, GError **error)
{
    YtopsAuditAuthor author = account_manager_author(manager);
    *choice = (YtopsAccountChoice){0};
    return account_choice_make(manager->store, &author, &manager->policy, candidates, choice,
                               error);
}

typedef struct {
    GPtrArray *infos;
    gint64 limit; /* 0: none */
} Listing;

static gboolean is_full(const Listing *listing)
{
    return listing->limit > 0 && listing->infos->len >= listing->limit;
}

/* The first element is the cursor, each other one an account. */
static gboolean take_views(const YtopsRedisReply *reply, gpointer data)
{
    Listing *listing = data;
    gsize length = ytops_redis_reply_length(reply);
    for (gsize i = 1; i < length && !is_full(listing); i++) {
        const YtopsRedisReply *view = ytops_redis_reply_at(reply, i);
        const char *id = ytops_redis_reply_string_at(view, 0);
        /* An id written by hand that no other call could be made with is no account. */
        if (ytops_account_id_check(id, NULL))
            g_ptr_array_add(listing->infos, account_info_from_reply(view));
    }
    return !is_full(listing);
}

static void free_info(gpointer info)
{
    ytops_account_info_free(info);
}

GPtrArray *ytops_account_manager_list(YtopsAccountManager *manager, const char *prefix,
                                      gint64 limit, GError **error)
{
    if (limit < 0) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "limit %" G_GINT64_FORMAT " is negative: give 0 for all, or how many to list",
                    limit);
        return NULL;
    }
    g_autofree char *active = ytops_redis_number_text(manager->policy.active_duration_s);
    g_autofree char *cooldown = ytops_redis_number_text(manager->policy.cooldown_duration_s);
    const char *args[] = {active, cooldown, NULL};
    g_autoptr(GPtrArray) infos = g_ptr_array_new_with_free_func(free_info);
    Listing listing = {infos, limit};
    gint64 step = limit > 0 ? MIN(limit, ACCOUNT_STORE_LARGEST_STEP) : ACCOUNT_STORE_LARGEST_STEP;
    YtopsAuditAuthor author = account_manager_author(manager);
    if (!account_store_walk(manager->store, &author, ACCOUNT_SCRIPT_LIST, prefix, step, args,
                            take_views, &listing, error))
        return NULL;
    return g_steal_pointer(&infos);
}

/* {cursor, ACTIVE, RESTING, BANNED} */
static gboolean take_counts(const YtopsRedisReply *reply, gpointer data)
{
    YtopsAccountCounts *counts = data;
    for (int state = 0; state <= YTOPS_POOL_STATE_BANNED; state++)
        counts->by_state[state] += ytops_redis_reply_int_at(reply, (gsize)state + 1, 0);
    return TRUE;
}

gboolean ytops_account_manager_count(YtopsAccountManager *manager, YtopsAccountCounts *counts,
                                     GError **error)
{
    g_autofree char *active = ytops_redis_number_text(manager->policy.active_duration_s);
    g_autofree char *cooldown = ytops_redis_number_text(manager->policy.cooldown_duration_s);
    const char *args[] = {active, cooldown, NULL};
    YtopsAuditAuthor author = account_manager_author(manager);
    *counts = (YtopsAccountCounts){0};
    return account_store_walk(manager->store, &author, ACCOUNT_SCRIPT_COUNT, NULL,
                              ACCOUNT_STORE_LARGEST_STEP, args, take_counts, counts, error);
}

GPtrArray *ytops_account_manager_list_step(YtopsAccountManager *manager, char **cursor,
                                           gint64 count, GError **error)
{
    g_autofree char *limit = ytops_redis_number_text(CLAMP(count, 1, ACCOUNT_STORE_LARGEST_STEP));
    g_autofree char *active = ytops_redis_number_text(manager->policy.active_duration_s);
    g_autofree char *cooldown = ytops_redis_number_text(manager->policy.cooldown_duration_s);
    const char *args[] = {"", *cursor != NULL ? *cursor : "", limit, active, cooldown, NULL};
    YtopsAuditAuthor author = account_manager_author(manager);
    g_autoptr(YtopsRedisReply) reply =
        account_store_run_on_many(manager->store, &author, ACCOUNT_SCRIPT_LIST, args, error);
    if (reply == NULL)
        return NULL;
    Listing listing = {g_ptr_array_new_with_free_func(free_info), 0};
    take_views(reply, &listing);
    const char *next = ytops_redis_reply_string_at(reply, 0);
    g_free(*cursor);
    *cursor = next != NULL && *next != '\0' ? g_strdup(next) : NULL;
    return listing.infos;
}

GPtrArray *ytops_account_manager_list_changed(YtopsAccountManager *manager, gint64 *change,
                                              GError **error)
{
    g_autofree char *after = ytops_redis_number_text(*change);
    g_autofree char *limit = ytops_redis_number_text(ACCOUNT_STORE_LARGEST_STEP);
    g_autofree char *active = ytops_redis_number_text(manager->policy.active_duration_s);
    g_autofree char *cooldown = ytops_redis_number_text(manager->policy.cooldown_duration_s);
    const char *args[] = {after, limit, active, cooldown, NULL};
    YtopsAuditAuthor author = account_manager_author(manager);
    g_autoptr(YtopsRedisReply) reply =
        account_store_run_on_many(manager->store, &author, ACCOUNT_SCRIPT_CHANGES, args, error);
    if (reply == NULL)
        return NULL;
    Listing listing = {g_ptr_array_new_with_free_func(free_info), 0};
    take_views(reply, &listing);
    *change = ytops_redis_reply_int_at(reply, 0, YTOPS_CHANGES_ANEW);
    return listing.infos;
}
