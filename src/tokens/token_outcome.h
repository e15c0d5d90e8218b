/*
 * Charges the outcome of a job to whom it belongs: the account, the proxy, both or nobody, by the
 * error policy. Thread-safe; blocks on Redis.
 */
#pragma once

#include "ytops/account_manager.h"
#include "ytops/error_policy.h"
#include "ytops/proxy_manager.h"

/* All borrowed. */
typedef struct {
    YtopsAccountManager *accounts;
    YtopsProxyManager *proxies;
    const YtopsErrorPolicy *policy;
    const char *server_identity;
} TokenOutcomeSink;

/* Who did it. All borrowed. */
typedef struct {
    const char *job_id;
    const char *account_id;
    const char *proxy_url; /* NULL: none was chosen, so none is charged */
    gboolean penalize;
} TokenUse;

/* The proxy comes first in both: where Redis does not know it (NOT_FOUND), nobody is charged. */
gboolean token_outcome_success(const TokenOutcomeSink *sink, const TokenUse *use, GError **error);

/* `message` NULL: none. Recorded as "CODE: message". */
gboolean token_outcome_failure(const TokenOutcomeSink *sink, const TokenUse *use,
                               YtopsErrorCode code, const char *message, GError **error);
