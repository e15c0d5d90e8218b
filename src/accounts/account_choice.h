/*
 * The choice of one account out of many: the arguments of lua/choose.lua, and its answer.
 */
#pragma once

#include "account_store.h"
#include "ytops/account_manager.h"

/* Fills *choice, whose texts are NULL before. Errors are those of ytops/redis.h. */
gboolean account_choice_make(AccountStore *store, const YtopsAuditAuthor *author,
                             const YtopsAccountPolicy *policy,
                             const YtopsAccountCandidates *candidates, YtopsAccountChoice *choice,
                             GError **error);
