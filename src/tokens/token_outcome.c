#include "token_outcome.h"

#include "ytops/log.h"

static YtopsAccountUse account_use(const TokenOutcomeSink *sink, const TokenUse *use,
                                   const char *reason)
{
    return (YtopsAccountUse){
        .account_id = use->account_id,
        .proxy_url = use->proxy_url,
        .server_identity = sink->server_identity,
        .reason = reason,
        .penalize = use->penalize,
    };
}

static YtopsProxyUse proxy_use(const TokenUse *use, const char *reason)
{
    return (YtopsProxyUse){
        .proxy_url = use->proxy_url,
        .account_id = use->account_id,
        .job_id = use->job_id,
        .error = reason,
        .penalize = use->penalize,
    };
}

gboolean token_outcome_success(const TokenOutcomeSink *sink, const TokenUse *use, GError **error)
{
    YtopsAccountUse of_account = account_use(sink, use, NULL);
    YtopsProxyUse of_proxy = proxy_use(use, NULL);

    if (use->proxy_url != NULL &&
        !ytops_proxy_manager_report_success(sink->proxies, &of_proxy, error))
        return FALSE;
    return ytops_account_manager_report_success(sink->accounts, &of_account, error);
}

static gboolean charge_account(const TokenOutcomeSink *sink, const TokenUse *use,
                               const char *reason, GError **error)
{
    YtopsAccountUse of_account = account_use(sink, use, reason);
    gboolean banned = FALSE;

    if (!ytops_account_manager_report_failure(sink->accounts, &of_account, &banned, error))
        return FALSE;
    if (banned)
        ytops_log_warning("tokens", "account is banned after failures in a row", "account_id",
                          use->account_id, "job_id", use->job_id, "reason", reason, NULL);
    return TRUE;
}

static gboolean charge_proxy(const TokenOutcomeSink *sink, const TokenUse *use, const char *reason,
                             GError **error)
{
    YtopsProxyUse of_proxy = proxy_use(use, reason);
    gboolean banned = FALSE;

    if (!ytops_proxy_manager_report_failure(sink->proxies, &of_proxy, &banned, error))
        return FALSE;
    if (banned)
        ytops_log_warning("tokens", "proxy is banned after failures with different accounts",
                          "proxy_url", use->proxy_url, "job_id", use->job_id, "reason", reason,
                          NULL);
    return TRUE;
}

gboolean token_outcome_failure(const TokenOutcomeSink *sink, const TokenUse *use,
                               YtopsErrorCode code, const char *message, GError **error)
{
    const YtopsErrorRule *rule = ytops_error_policy_get(sink->policy, code);
    g_autofree char *reason =
        g_strconcat(ytops_error_code_to_string(code), message != NULL ? ": " : "", message, NULL);

    if (rule->charges_proxy && use->proxy_url != NULL && !charge_proxy(sink, use, reason, error))
        return FALSE;
    return !rule->charges_account || charge_account(sink, use, reason, error);
}
