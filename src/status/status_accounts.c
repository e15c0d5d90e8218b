#include "status_accounts.h"

#include "status_row.h"

/* Most of what one refresh reads beyond what changed. */
#define LARGEST_PART 250
#define SMALLEST_PART 20
#define DUE_LIMIT 100

/* Refreshes that it takes to read all accounts once, where a part is large enough for that. */
#define ROUND_PARTS 60

/* As many as a script gives at most; a refresh that lags behind takes the rest next time. */
#define MOST_STEPS 8

struct StatusAccounts {
    YtopsAccountManager *manager; /* borrowed */
    StatusTable *table;
    gint64 change; /* the last one that the table shows */
    char *cursor;  /* of the round through all */
    gboolean is_in_round;
    gboolean is_trusted;
};

StatusAccounts *status_accounts_new(YtopsAccountManager *manager)
{
    StatusAccounts *accounts = g_new0(StatusAccounts, 1);
    accounts->manager = manager;
    accounts->table = status_table_new("accounts");
    return accounts;
}

void status_accounts_free(StatusAccounts *accounts)
{
    if (accounts == NULL)
        return;
    status_table_free(accounts->table);
    g_free(accounts->cursor);
    g_free(accounts);
}

StatusTable *status_accounts_get_table(StatusAccounts *accounts)
{
    return accounts->table;
}

void status_accounts_distrust(StatusAccounts *accounts)
{
    accounts->is_trusted = FALSE;
}

static void put(StatusAccounts *accounts, const YtopsAccountInfo *info, gint64 now)
{
    gint64 until = status_table_settle(accounts->table, info->account_id,
                                       status_row_until(info->active_in_s, now));
    status_table_put(accounts->table, info->account_id, status_row_of_account(info, until),
                     MAX(until, 0));
}

static void put_all(StatusAccounts *accounts, const GPtrArray *infos, gint64 now)
{
    for (guint i = 0; i < infos->len; i++)
        put(accounts, g_ptr_array_index(infos, i), now);
}

/* The next part of the round. */
static gboolean read_part(StatusAccounts *accounts, gint64 count, gint64 now, GError **error)
{
    if (!accounts->is_in_round)
        status_table_begin_round(accounts->table);
    accounts->is_in_round = TRUE;
    g_autoptr(GPtrArray) infos =
        ytops_account_manager_list_step(accounts->manager, &accounts->cursor, count, error);
    if (infos == NULL)
        return FALSE;
    put_all(accounts, infos, now);
    if (accounts->cursor == NULL) {
        status_table_end_round(accounts->table);
        accounts->is_in_round = FALSE;
    }
    return TRUE;
}

static gboolean read_whole(StatusAccounts *accounts, gint64 now, GError **error)
{
    accounts->change = YTOPS_CHANGES_ANEW;
    g_autoptr(GPtrArray) none =
        ytops_account_manager_list_changed(accounts->manager, &accounts->change, error);
    if (none == NULL)
        return FALSE;
    g_clear_pointer(&accounts->cursor, g_free);
    accounts->is_in_round = FALSE;
    do {
        if (!read_part(accounts, G_MAXINT64, now, error))
            return FALSE;
    } while (accounts->is_in_round);
    accounts->is_trusted = TRUE;
    return TRUE;
}

static gboolean read_changed(StatusAccounts *accounts, gint64 now, GError **error)
{
    for (int step = 0; step < MOST_STEPS; step++) {
        g_autoptr(GPtrArray) infos =
            ytops_account_manager_list_changed(accounts->manager, &accounts->change, error);
        if (infos == NULL)
            return FALSE;
        if (accounts->change == YTOPS_CHANGES_ANEW)
            return read_whole(accounts, now, error);
        if (infos->len == 0)
            return TRUE;
        put_all(accounts, infos, now);
    }
    return TRUE;
}

static gboolean read_due(StatusAccounts *accounts, gint64 now, GError **error)
{
    g_auto(GStrv) due = status_table_due(accounts->table, now, DUE_LIMIT);
    for (guint i = 0; due[i] != NULL; i++) {
        g_autoptr(YtopsAccountInfo) info =
            ytops_account_manager_get(accounts->manager, due[i], error);
        if (info == NULL)
            return FALSE;
        put(accounts, info, now);
    }
    return TRUE;
}

gboolean status_accounts_refresh(StatusAccounts *accounts, gint64 now, GError **error)
{
    if (!accounts->is_trusted)
        return read_whole(accounts, now, error);
    gint64 part =
        CLAMP(status_table_size(accounts->table) / ROUND_PARTS, SMALLEST_PART, LARGEST_PART);
    return read_changed(accounts, now, error) && read_due(accounts, now, error) &&
           read_part(accounts, part, now, error);
}
