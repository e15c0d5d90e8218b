#include "proxy_lookup.h"

GPtrArray *cli_proxy_fetch(CliSession *session, const char *identity, GError **error)
{
    g_autoptr(GPtrArray) statuses = g_ptr_array_new_with_free_func(g_object_unref);
    CliCall call = {0};
    gboolean ok = ytops_management_service_if_get_proxy_status(
        cli_session_management(session), &statuses, identity != NULL ? identity : "", &call.fault,
        &call.refusal, &call.error);

    if (!cli_session_end_call(session, ok, &call, error))
        return NULL;
    return g_steal_pointer(&statuses);
}

char *cli_proxy_resolve(CliSession *session, const char *url, char **identity, GError **error)
{
    g_autoptr(GPtrArray) statuses = NULL;
    const YtopsProxyStatus *status;

    if (!cli_proxy_is_redacted(url))
        return g_strdup(url);
    statuses = cli_proxy_fetch(session, *identity, error);
    if (statuses == NULL)
        return NULL;
    status = cli_proxy_match(statuses, url, error);
    if (status == NULL)
        return NULL;
    g_free(*identity);
    *identity = g_strdup(status->serverIdentity);
    return g_strdup(status->proxyUrl);
}
