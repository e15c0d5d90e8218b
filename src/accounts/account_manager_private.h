/* What an account manager is made of; seen by account_manager.c and account_reading.c only. */
#pragma once

#include "account_store.h"
#include "ytops/account_manager.h"

struct YtopsAccountManager {
    YtopsAccountPolicy policy;
    AccountStore *store;
    gboolean owns_store;
    char *instance_id;
    char *actor; /* NULL: the instance itself */
};

/* Whom its changes are attributed to; borrows from the manager. */
YtopsAuditAuthor account_manager_author(const YtopsAccountManager *manager);

/* account_store_run, on behalf of the manager's actor. */
YtopsRedisReply *account_manager_run(YtopsAccountManager *manager, AccountScript script,
                                     const char *account_id, const char *const *args,
                                     GError **error);
