#include "ytops/work_pool.h"

#include <string.h>

#include "ytops/error.h"
#include "ytops/log.h"

#define LARGEST_POOL 10000
#define UNIQUE_LENGTH 12

/* Never given out before: half of a random UUID. */
static char *make_auto_id(const char *prefix)
{
    g_autofree char *uuid = g_uuid_string_random();
    const char *unique = uuid + strlen(uuid) - UNIQUE_LENGTH;
    return g_strdup_printf("%s-auto-%s", prefix, unique);
}

/* The longest id that comes of the prefix stands for all of them. */
static gboolean check_prefix(const char *prefix, gint64 size, GError **error)
{
    if (size < 1 || size > LARGEST_POOL)
        return ytops_refuse(error,
                            "the account pool's size is %" G_GINT64_FORMAT
                            ": a pool with a prefix has "
                            "1 to %d accounts",
                            size, LARGEST_POOL);
    g_autofree char *longest = make_auto_id(prefix);
    if (ytops_account_id_check(longest, error))
        return TRUE;
    g_prefix_error(error, "the account pool's prefix: ");
    return FALSE;
}

static gboolean check_ids(const char *const *ids, GError **error)
{
    for (gsize i = 0; ids[i] != NULL; i++) {
        if (!ytops_account_id_check(ids[i], error)) {
            g_prefix_error(error, "the account pool, entry %" G_GSIZE_FORMAT ": ", i + 1);
            return FALSE;
        }
        if (i >= LARGEST_POOL)
            return ytops_refuse(error,
                                "the account pool has more than %d accounts: use several pools",
                                LARGEST_POOL);
    }
    return TRUE;
}

/* Each once, or the choice would not be uniform. */
static char **copy_unique(const char *const *ids)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) copy = g_ptr_array_new();
    for (; *ids != NULL; ids++) {
        if (g_hash_table_add(seen, (gpointer)*ids))
            g_ptr_array_add(copy, g_strdup(*ids));
    }
    g_ptr_array_add(copy, NULL);
    return (char **)g_ptr_array_steal(copy, NULL);
}

YtopsWorkPool *ytops_work_pool_new(const char *prefix, gint64 size, const char *const *account_ids,
                                   gboolean auto_create_on_exhaustion, GError **error)
{
    gboolean has_prefix = prefix != NULL && *prefix != '\0';
    gboolean has_ids = account_ids != NULL && *account_ids != NULL;
    if (has_prefix == has_ids) {
        ytops_refuse(error,
                     "the account pool has %s: give a prefix and a size, or a list of accounts",
                     has_prefix ? "both a prefix and a list" : "neither a prefix nor a list");
        return NULL;
    }
    if (has_prefix ? !check_prefix(prefix, size, error) : !check_ids(account_ids, error))
        return NULL;
    YtopsWorkPool *pool = g_new0(YtopsWorkPool, 1);
    if (has_prefix) {
        pool->prefix = g_strdup(prefix);
        pool->size = size;
        pool->auto_create_on_exhaustion = auto_create_on_exhaustion;
    } else {
        pool->account_ids = copy_unique(account_ids);
    }
    return pool;
}

YtopsWorkPool *ytops_work_pool_parse(const char *text, gboolean auto_create_on_exhaustion,
                                     GError **error)
{
    const char *colon = strrchr(text, ':');
    gint64 size;
    if (strchr(text, ',') == NULL && colon != NULL) {
        if (!g_ascii_string_to_signed(colon + 1, 10, 1, LARGEST_POOL, &size, NULL)) {
            ytops_refuse(
                error,
                "the account pool '%s' has the size '%s': give prefix:N with N from 1 to %d, "
                "or accounts with commas between them",
                text, colon + 1, LARGEST_POOL);
            return NULL;
        }
        g_autofree char *prefix = g_strndup(text, (gsize)(colon - text));
        return ytops_work_pool_new(prefix, size, NULL, auto_create_on_exhaustion, error);
    }
    g_auto(GStrv) ids = g_strsplit(text, ",", -1);
    for (gsize i = 0; ids[i] != NULL; i++)
        g_strstrip(ids[i]);
    return ytops_work_pool_new(NULL, 0, (const char *const *)ids, FALSE, error);
}

void ytops_work_pool_free(YtopsWorkPool *pool)
{
    if (pool == NULL)
        return;
    g_free(pool->prefix);
    g_strfreev(pool->account_ids);
    g_free(pool);
}

static void set_exhausted(GError **error, const YtopsAccountChoice *choice)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text,
                           "no account of the pool is active: %" G_GINT64_FORMAT " rest, "
                           "%" G_GINT64_FORMAT " are banned, %" G_GINT64_FORMAT " are excluded; ",
                           choice->n_resting, choice->n_banned, choice->n_excluded);
    if (choice->next_account_id != NULL)
        g_string_append_printf(text, "%s is active again in %" G_GINT64_FORMAT " s",
                               choice->next_account_id, choice->next_in_s);
    else
        g_string_append(text, "unban some, or make the pool larger");
    GError *exhausted = g_error_new_literal(YTOPS_ERROR, YTOPS_ERROR_NO_ACTIVE_ACCOUNTS, text->str);
    if (choice->next_account_id != NULL) {
        g_autofree char *seconds = g_strdup_printf("%" G_GINT64_FORMAT, choice->next_in_s);
        ytops_error_set_context(exhausted, "nextAccountId", choice->next_account_id);
        ytops_error_set_context(exhausted, "retryAfterS", seconds);
    }
    g_propagate_error(error, exhausted);
}

char *ytops_work_pool_assign(const YtopsWorkPool *pool, YtopsAccountManager *accounts,
                             const char *preferred, const char *const *excluded, GError **error)
{
    YtopsAccountCandidates candidates = {
        .prefix = pool->prefix,
        .size = pool->size,
        .account_ids = (const char *const *)pool->account_ids,
        .preferred = preferred,
        .excluded = excluded,
    };
    g_auto(YtopsAccountChoice) choice = {0};
    if (!ytops_account_manager_choose(accounts, &candidates, &choice, error))
        return NULL;
    if (choice.account_id != NULL)
        return g_steal_pointer(&choice.account_id);
    if (pool->auto_create_on_exhaustion) {
        char *account_id = make_auto_id(pool->prefix);
        ytops_log_info("work", "every account of the pool is used up: new account", "account_id",
                       account_id, "resting", YTOPS_LOG_INT(choice.n_resting), "banned",
                       YTOPS_LOG_INT(choice.n_banned), "excluded", YTOPS_LOG_INT(choice.n_excluded),
                       NULL);
        return account_id;
    }
    set_exhausted(error, &choice);
    return NULL;
}
