/* The accounts of the state, kept up to date by reading what changed. On the status' thread. */
#pragma once

#include "status_table.h"
#include "ytops/account_manager.h"

typedef struct StatusAccounts StatusAccounts;

/* `manager` is borrowed. */
StatusAccounts *status_accounts_new(YtopsAccountManager *manager);
void status_accounts_free(StatusAccounts *accounts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StatusAccounts, status_accounts_free)

StatusTable *status_accounts_get_table(StatusAccounts *accounts);

/* What is known may be wrong: the next refresh reads everything. */
void status_accounts_distrust(StatusAccounts *accounts);

/*
 * Reads what changed since the last time, those whose ban or rest is over, and a part of the others in
 * turn: what no change tells of (edits by hand, an activity limit that passes) shows within a minute.
 */
gboolean status_accounts_refresh(StatusAccounts *accounts, gint64 now, GError **error);
