#include "ytops/proxy_manager.h"

#include "proxy_listing.h"
#include "proxy_manager_private.h"
#include "proxy_selection.h"
#include "ytops/error.h"
#include "ytops/proxy_url.h"

#include <string.h>

/* A failure's text may quote a whole page; the history needs only what tells failures apart. */
enum { MAX_REMEMBERED_TEXT = 500 };

YtopsProxyManager *ytops_proxy_manager_new(YtopsRedisPool *pool, const YtopsProxyPolicy *policy,
                                           const char *server_identity, const char *instance_id,
                                           const char *const *proxy_urls,
                                           const gint64 *now_override)
{
    YtopsProxyManager *manager = g_new0(YtopsProxyManager, 1);
    manager->store = proxy_store_new(pool, policy, server_identity, instance_id, now_override);
    manager->roster = proxy_roster_new(manager->store, proxy_urls);
    return manager;
}

YtopsProxyManager *ytops_proxy_manager_for(YtopsProxyManager *manager, const char *actor)
{
    YtopsProxyManager *view = g_new0(YtopsProxyManager, 1);
    view->store = manager->store;
    view->roster = manager->roster;
    view->is_view = TRUE;
    view->actor = g_strdup(actor);
    return view;
}

void ytops_proxy_manager_free(YtopsProxyManager *manager)
{
    if (manager == NULL)
        return;
    if (!manager->is_view) {
        proxy_roster_free(manager->roster);
        proxy_store_free(manager->store);
    }
    g_free(manager->actor);
    g_free(manager);
}

gboolean ytops_proxy_manager_owns(YtopsProxyManager *manager, const char *proxy_url)
{
    return proxy_roster_find(manager->roster, proxy_url, NULL);
}

char *ytops_proxy_manager_select(YtopsProxyManager *manager, GError **error)
{
    if (!proxy_roster_enrol(manager->roster, error))
        return NULL;
    return proxy_selection_take(manager->store, manager->roster, error);
}

static void refuse_banned(const YtopsProxyManager *manager, const char *proxy_url,
                          gint64 retry_after_s, GError **error)
{
    g_autofree char *display = ytops_proxy_display(proxy_url);
    g_autofree char *state = ytops_pool_state_text(
        YTOPS_POOL_STATE_BANNED, retry_after_s >= 0 ? retry_after_s : YTOPS_UNTIL_UNBANNED);
    g_autofree char *message = g_strdup_printf(
        "proxy \"%s\" is %s; unban it, or let the server select one", display, state);
    proxy_selection_refuse(manager->store, message, retry_after_s, error);
}

gboolean ytops_proxy_manager_claim(YtopsProxyManager *manager, const char *proxy_url,
                                   GError **error)
{
    if (!ytops_proxy_manager_owns(manager, proxy_url)) {
        g_autofree char *display = ytops_proxy_display(proxy_url);
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_OUT_OF_SCOPE,
                    "proxy \"%s\" is none of this server's own; ask the server that has it in "
                    "--proxies, or name none",
                    display);
        return FALSE;
    }
    if (!proxy_roster_enrol(manager->roster, error))
        return FALSE;
    g_autoptr(GPtrArray) args = proxy_store_begin(manager->store, NULL);
    proxy_args_add(args, proxy_url);
    g_autoptr(YtopsRedisReply) reply =
        proxy_store_run(manager->store, PROXY_SCRIPT_CLAIM, args, error);
    if (reply == NULL)
        return FALSE;
    gint64 active_in_s = ytops_redis_reply_int(reply, 0);
    if (active_in_s == 0)
        return TRUE;
    refuse_banned(manager, proxy_url, active_in_s, error);
    return FALSE;
}

/* Without broken UTF-8 and at most MAX_REMEMBERED_TEXT characters long. */
static char *clean_text(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
    return g_utf8_substring(valid, 0, MIN(g_utf8_strlen(valid, -1), MAX_REMEMBERED_TEXT));
}

static void add_clean(GPtrArray *args, const char *text)
{
    g_ptr_array_add(args, clean_text(text));
}

/* What lua/report.lua said, or NULL and *error. */
static YtopsRedisReply *report(YtopsProxyManager *manager, const YtopsProxyUse *use,
                               const char *outcome, GError **error)
{
    if (!proxy_roster_enrol(manager->roster, error))
        return NULL;
    g_autoptr(GPtrArray) args = proxy_store_begin(manager->store, NULL);
    proxy_args_add(args, use->proxy_url);
    proxy_args_add(args, ytops_proxy_manager_owns(manager, use->proxy_url) ? "own" : NULL);
    proxy_args_add(args, outcome);
    proxy_args_add(args, use->penalize ? "penalize" : NULL);
    add_clean(args, use->account_id);
    add_clean(args, use->job_id);
    add_clean(args, use->error);
    g_autoptr(YtopsRedisReply) reply =
        proxy_store_run(manager->store, PROXY_SCRIPT_REPORT, args, error);
    if (reply == NULL || g_strcmp0(ytops_redis_reply_string(reply), "unknown") != 0)
        return g_steal_pointer(&reply);
    g_autofree char *display = ytops_proxy_display(use->proxy_url);
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND,
                "server identity \"%s\" has no proxy \"%s\" to report a %s of; give its URL as it "
                "was configured, password included",
                manager->store->server_identity, display, outcome);
    return NULL;
}

gboolean ytops_proxy_manager_report_success(YtopsProxyManager *manager, const YtopsProxyUse *use,
                                            GError **error)
{
    g_autoptr(YtopsRedisReply) reply = report(manager, use, "success", error);
    return reply != NULL;
}

gboolean ytops_proxy_manager_report_failure(YtopsProxyManager *manager, const YtopsProxyUse *use,
                                            gboolean *banned, GError **error)
{
    g_autoptr(YtopsRedisReply) reply = report(manager, use, "failure", error);
    if (reply == NULL)
        return FALSE;
    if (banned != NULL)
        *banned = g_strcmp0(ytops_redis_reply_string(reply), "banned") == 0;
    return TRUE;
}

gboolean ytops_proxy_manager_was_used(YtopsProxyManager *manager)
{
    return proxy_roster_size(manager->roster) == 0 || proxy_roster_was_enrolled(manager->roster);
}

gboolean ytops_proxy_manager_heartbeat(YtopsProxyManager *manager, GError **error)
{
    gsize owned = proxy_roster_size(manager->roster);
    if (owned == 0)
        return TRUE;
    g_autoptr(GPtrArray) args = proxy_store_begin(manager->store, NULL);
    proxy_args_add_int(args, (gint64)owned);
    proxy_args_add(args, proxy_roster_at(manager->roster, proxy_roster_get_turn(manager->roster)));
    g_autoptr(YtopsRedisReply) reply =
        proxy_store_run(manager->store, PROXY_SCRIPT_HEARTBEAT, args, error);
    if (reply == NULL)
        return FALSE;
    if (g_strcmp0(ytops_redis_reply_string(reply), "incomplete") == 0)
        proxy_roster_forget_enrolment(manager->roster);
    return proxy_roster_enrol(manager->roster, error);
}

gboolean ytops_proxy_manager_leave(YtopsProxyManager *manager, GError **error)
{
    if (proxy_roster_size(manager->roster) == 0)
        return TRUE;
    g_autoptr(GPtrArray) args = proxy_store_begin(manager->store, NULL);
    g_autoptr(YtopsRedisReply) reply =
        proxy_store_run(manager->store, PROXY_SCRIPT_LEAVE, args, error);
    proxy_roster_forget_enrolment(manager->roster);
    return reply != NULL;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char **ytops_proxy_manager_list_identities(YtopsProxyManager *manager, GError **error)
{
    if (!proxy_roster_enrol(manager->roster, error))
        return NULL;
    g_autoptr(GPtrArray) args = proxy_store_begin(manager->store, NULL);
    g_autoptr(YtopsRedisReply) reply =
        proxy_store_run(manager->store, PROXY_SCRIPT_IDENTITIES, args, error);
    if (reply == NULL)
        return NULL;
    char **identities = ytops_redis_reply_to_strv(reply);
    qsort(identities, g_strv_length(identities), sizeof *identities, compare_texts);
    return identities;
}

/* Whether the list has all of this instance's own proxies. */
static gboolean is_complete(const YtopsProxyManager *manager, const GPtrArray *infos)
{
    gsize own = 0;
    for (guint i = 0; i < infos->len; i++) {
        const YtopsProxyInfo *info = g_ptr_array_index(infos, i);
        own += proxy_roster_find(manager->roster, info->proxy_url, NULL) ? 1 : 0;
    }
    return own == proxy_roster_size(manager->roster);
}

GPtrArray *ytops_proxy_manager_list(YtopsProxyManager *manager, const char *server_identity,
                                    GError **error)
{
    const char *identity = proxy_store_resolve_identity(manager->store, server_identity);
    gboolean is_own = g_str_equal(identity, manager->store->server_identity);
    if (is_own && !proxy_roster_enrol(manager->roster, error))
        return NULL;
    g_autoptr(GPtrArray) infos = proxy_listing_read(manager->store, identity, error);
    if (infos == NULL || !is_own || is_complete(manager, infos))
        return g_steal_pointer(&infos);
    proxy_roster_forget_enrolment(manager->roster);
    if (!proxy_roster_enrol(manager->roster, error))
        return NULL;
    return proxy_listing_read(manager->store, identity, error);
}

GPtrArray *ytops_proxy_manager_list_changed(YtopsProxyManager *manager, const char *server_identity,
                                            gint64 *change, GError **error)
{
    return proxy_listing_read_changed(manager->store, server_identity, change, error);
}

GPtrArray *ytops_proxy_manager_list_turns(YtopsProxyManager *manager, const char *server_identity,
                                          GError **error)
{
    return proxy_listing_read_turns(manager->store, server_identity, error);
}
