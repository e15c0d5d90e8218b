#include "argument.h"
#include "handler.h"
#include "proxy_scope.h"
#include "status_convert.h"

/* ---- what is done to one identity ------------------------------------------------------- */

static gboolean ban_one(YtopsProxyManager *manager, const char *server_identity,
                        const ProxyOrder *order, GError **error)
{
    return ytops_proxy_manager_ban(manager, server_identity, order->proxy_url, order->reason,
                                   order->duration_s, error);
}

static gboolean unban_one(YtopsProxyManager *manager, const char *server_identity,
                          const ProxyOrder *order, GError **error)
{
    return ytops_proxy_manager_unban(manager, server_identity, order->proxy_url, error);
}

static gboolean reset_one(YtopsProxyManager *manager, const char *server_identity,
                          const ProxyOrder *order, GError **error)
{
    return ytops_proxy_manager_reset(manager, server_identity, order->proxy_url, error);
}

static gint64 ban_many(YtopsProxyManager *manager, const char *server_identity,
                       const ProxyOrder *order, GError **error)
{
    return ytops_proxy_manager_ban_all(manager, server_identity, order->reason, order->duration_s,
                                       error);
}

static gint64 unban_many(YtopsProxyManager *manager, const char *server_identity,
                         const ProxyOrder *order G_GNUC_UNUSED, GError **error)
{
    return ytops_proxy_manager_unban_all(manager, server_identity, error);
}

static gint64 reset_many(YtopsProxyManager *manager, const char *server_identity,
                         const ProxyOrder *order G_GNUC_UNUSED, GError **error)
{
    return ytops_proxy_manager_reset_all(manager, server_identity, error);
}

static gint64 delete_many(YtopsProxyManager *manager, const char *server_identity,
                          const ProxyOrder *order, GError **error)
{
    return ytops_proxy_manager_delete(manager, server_identity, order->proxy_urls, error);
}

/* ---- the methods: check the arguments, carry out, answer --------------------------------- */

static gboolean run_one(gpointer iface, const char *server_identity, ProxyOrderOne one,
                        ProxyOrder *order, GError **error)
{
    g_autofree char *actor = handler_get_actor(iface);
    order->actor = actor;
    return argument_text(&server_identity, "serverIdentity", error) &&
           argument_required_text(&order->proxy_url, "proxyUrl", error) &&
           argument_text(&order->reason, "reason", error) &&
           argument_duration(order->duration_s, "durationS", error) &&
           proxy_scope_run_one(handler_get_state(iface), server_identity, one, order, error);
}

static gboolean run_many(gpointer iface, const char *server_identity, ProxyOrderMany many,
                         ProxyOrder *order, gint32 *changed, GError **error)
{
    g_autofree char *actor = handler_get_actor(iface);
    order->actor = actor;
    if (!argument_text(&server_identity, "serverIdentity", error) ||
        !argument_text(&order->reason, "reason", error) ||
        !argument_duration(order->duration_s, "durationS", error))
        return FALSE;
    gint64 total =
        proxy_scope_run_many(handler_get_state(iface), server_identity, many, order, error);
    *changed = status_convert_count(total);
    return total >= 0;
}

static gboolean ban_proxy(YtopsManagementServiceIf *iface, const gchar *server_identity,
                          const gchar *proxy_url, const gchar *reason, const gint64 duration_s,
                          YtopsServiceException **fault, YtopsUserException **refusal,
                          GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    ProxyOrder order = {.proxy_url = proxy_url, .reason = reason, .duration_s = duration_s};
    gboolean ok = run_one(iface, server_identity, ban_one, &order, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean unban_proxy(YtopsManagementServiceIf *iface, const gchar *server_identity,
                            const gchar *proxy_url, YtopsServiceException **fault,
                            YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    ProxyOrder order = {.proxy_url = proxy_url};
    gboolean ok = run_one(iface, server_identity, unban_one, &order, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean reset_proxy(YtopsManagementServiceIf *iface, const gchar *server_identity,
                            const gchar *proxy_url, YtopsServiceException **fault,
                            YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    ProxyOrder order = {.proxy_url = proxy_url};
    gboolean ok = run_one(iface, server_identity, reset_one, &order, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean ban_all_proxies(YtopsManagementServiceIf *iface, gint32 *changed,
                                const gchar *server_identity, const gchar *reason,
                                const gint64 duration_s, YtopsServiceException **fault,
                                YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    ProxyOrder order = {.reason = reason, .duration_s = duration_s};
    gboolean ok = run_many(iface, server_identity, ban_many, &order, changed, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean unban_all_proxies(YtopsManagementServiceIf *iface, gint32 *changed,
                                  const gchar *server_identity, YtopsServiceException **fault,
                                  YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    ProxyOrder order = {0};
    gboolean ok = run_many(iface, server_identity, unban_many, &order, changed, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean reset_all_proxies(YtopsManagementServiceIf *iface, gint32 *changed,
                                  const gchar *server_identity, YtopsServiceException **fault,
                                  YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    ProxyOrder order = {0};
    gboolean ok = run_many(iface, server_identity, reset_many, &order, changed, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean delete_proxies_from_redis(YtopsManagementServiceIf *iface, gint32 *changed,
                                          const gchar *server_identity, const GPtrArray *proxy_urls,
                                          YtopsServiceException **fault,
                                          YtopsUserException **refusal,
                                          GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    g_autofree const char **urls = argument_texts(proxy_urls, "proxyUrls", &problem);
    ProxyOrder order = {.proxy_urls = urls};
    gboolean ok =
        urls != NULL && run_many(iface, server_identity, delete_many, &order, changed, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean add_statuses(YtopsProxyManager *manager, const char *server_identity,
                             GPtrArray *statuses, GError **error)
{
    g_autoptr(GPtrArray) infos = ytops_proxy_manager_list(manager, server_identity, error);
    if (infos == NULL)
        return FALSE;
    for (guint i = 0; i < infos->len; i++)
        g_ptr_array_add(statuses, status_convert_proxy(g_ptr_array_index(infos, i)));
    return TRUE;
}

static gboolean list_proxies(const RpcState *state, const char *server_identity,
                             GPtrArray *statuses, GError **error)
{
    if (!argument_text(&server_identity, "serverIdentity", error))
        return FALSE;
    g_auto(GStrv) identities = proxy_scope_resolve(state, server_identity, error);
    if (identities == NULL)
        return FALSE;
    for (guint i = 0; identities[i] != NULL; i++) {
        if (!add_statuses(state->services.proxies, identities[i], statuses, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean get_proxy_status(YtopsManagementServiceIf *iface, GPtrArray **statuses,
                                 const gchar *server_identity, YtopsServiceException **fault,
                                 YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    gboolean ok = list_proxies(handler_get_state(iface), server_identity, *statuses, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

void handler_fill_proxies(YtopsManagementServiceHandlerClass *cls)
{
    cls->get_proxy_status = get_proxy_status;
    cls->ban_proxy = ban_proxy;
    cls->unban_proxy = unban_proxy;
    cls->reset_proxy = reset_proxy;
    cls->ban_all_proxies = ban_all_proxies;
    cls->unban_all_proxies = unban_all_proxies;
    cls->reset_all_proxies = reset_all_proxies;
    cls->delete_proxies_from_redis = delete_proxies_from_redis;
}
