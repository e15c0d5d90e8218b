#include "proxy_scope.h"

static char **only(const char *identity)
{
    const char *identities[] = {identity, NULL};
    return g_strdupv((char **)identities);
}

char **proxy_scope_resolve(const RpcState *state, const char *server_identity, GError **error)
{
    const YtopsRpcServices *services = &state->services;
    gboolean own = g_str_equal(server_identity, services->server_identity);
    gboolean empty = server_identity[0] == '\0';
    if (empty && services->role == YTOPS_ROLE_MANAGEMENT)
        return ytops_proxy_manager_list_identities(services->proxies, error);
    if (empty || own)
        return only(services->server_identity);
    if (services->role != YTOPS_ROLE_WORKER)
        return only(server_identity);
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_OUT_OF_SCOPE,
                "this worker serves the proxies of '%s' only, not of '%s': ask a management "
                "server, or leave serverIdentity empty",
                services->server_identity, server_identity);
    return NULL;
}

static gboolean is_not_found(const GError *error)
{
    return g_error_matches(error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND);
}

gboolean proxy_scope_run_one(const RpcState *state, const char *server_identity,
                             ProxyOrderOne order_one, const ProxyOrder *order, GError **error)
{
    g_auto(GStrv) identities = proxy_scope_resolve(state, server_identity, error);
    if (identities == NULL)
        return FALSE;
    g_autoptr(YtopsProxyManager) proxies =
        ytops_proxy_manager_for(state->services.proxies, order->actor);
    guint n_found = 0;
    for (guint i = 0; identities[i] != NULL; i++) {
        GError *problem = NULL;
        if (order_one(proxies, identities[i], order, &problem)) {
            n_found++;
        } else if (is_not_found(problem) && g_strv_length(identities) > 1) {
            g_clear_error(&problem);
        } else {
            g_propagate_error(error, problem);
            return FALSE;
        }
    }
    if (n_found > 0)
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND,
                "no server identity has the proxy %s: list the proxies to see which exist",
                order->proxy_url);
    return FALSE;
}

gint64 proxy_scope_run_many(const RpcState *state, const char *server_identity,
                            ProxyOrderMany order_many, const ProxyOrder *order, GError **error)
{
    g_auto(GStrv) identities = proxy_scope_resolve(state, server_identity, error);
    if (identities == NULL)
        return -1;
    g_autoptr(YtopsProxyManager) proxies =
        ytops_proxy_manager_for(state->services.proxies, order->actor);
    gint64 total = 0;
    for (guint i = 0; identities[i] != NULL; i++) {
        gint64 changed = order_many(proxies, identities[i], order, error);
        if (changed < 0)
            return -1;
        total += changed;
    }
    return total;
}
