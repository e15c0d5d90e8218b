/* An operator's actions on proxies: ban, unban, reset, delete. */
#include "proxy_listing.h"
#include "proxy_manager_private.h"
#include "ytops/error.h"
#include "ytops/log.h"
#include "ytops/proxy_url.h"

#include <string.h>

static const gint64 longest_ban_s = G_GINT64_CONSTANT(100) * 365 * 24 * 3600;

/* A longer reason is cut: the audit keeps thousands of them. */
enum { LONGEST_REASON = 1000 };

typedef struct {
    const char *name; /* "ban", "ban_at_least", "unban" or "reset" */
    const char *reason;
    gint64 duration_s;
    gboolean is_bulk;
} Action;

static YtopsAuditAuthor author_of(const YtopsProxyManager *manager, gboolean is_bulk)
{
    return (YtopsAuditAuthor){
        .instance_id = manager->store->instance_id, .actor = manager->actor, .is_bulk = is_bulk};
}

/* NULL stays NULL. */
static char *clean_reason(const char *reason)
{
    if (reason == NULL)
        return NULL;
    g_autofree char *valid = g_utf8_make_valid(reason, -1);
    char *shown = ytops_redact(valid);
    if (strlen(shown) > LONGEST_REASON)
        *g_utf8_find_prev_char(shown, shown + LONGEST_REASON + 1) = '\0';
    return shown;
}

static gboolean is_own_identity(const YtopsProxyManager *manager, const char *server_identity)
{
    const char *resolved = proxy_store_resolve_identity(manager->store, server_identity);
    return g_str_equal(resolved, manager->store->server_identity);
}

/* A list with all of the identity must not lack what only this instance's configuration knows. */
static char **read_roll(YtopsProxyManager *manager, const char *server_identity, GError **error)
{
    if (is_own_identity(manager, server_identity)) {
        proxy_roster_forget_enrolment(manager->roster);
        if (!proxy_roster_enrol(manager->roster, error))
            return NULL;
    }
    return proxy_listing_roll(manager->store, server_identity, error);
}

static gboolean check_duration(const YtopsProxyManager *manager, Action *action, GError **error)
{
    if (action->duration_s == 0)
        action->duration_s = manager->store->policy.ban_duration_s;
    if (action->duration_s == YTOPS_UNTIL_UNBANNED ||
        (action->duration_s >= 0 && action->duration_s <= longest_ban_s))
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "a proxy cannot be banned for %" G_GINT64_FORMAT " s; give 1 to %" G_GINT64_FORMAT
                ", 0 for the server's default or -1 for a ban "
                "until it is unbanned",
                action->duration_s, longest_ban_s);
    return FALSE;
}

/* How many were changed, -1 on error; *unknown: how many are neither in Redis nor own. */
static gint64 act(YtopsProxyManager *manager, const char *server_identity, const Action *action,
                  const char *const *urls, gsize n, gint64 *unknown, GError **error)
{
    gboolean is_own = n == 1 && is_own_identity(manager, server_identity) &&
                      proxy_roster_find(manager->roster, urls[0], NULL);
    g_autofree char *reason = clean_reason(action->reason);
    YtopsAuditAuthor author = author_of(manager, action->is_bulk);
    g_autoptr(GPtrArray) args = proxy_store_begin(manager->store, server_identity);
    proxy_args_add(args, action->name);
    proxy_args_add_int(args, action->duration_s);
    proxy_args_add(args, reason);
    proxy_args_add(args, is_own ? "own" : NULL);
    proxy_args_add_list(args, urls, n);
    g_autoptr(YtopsRedisReply) reply =
        proxy_store_run_for(manager->store, &author, PROXY_SCRIPT_OPERATE, args, error);
    if (reply == NULL)
        return -1;
    *unknown = ytops_redis_reply_int_at(reply, 1, 0);
    return ytops_redis_reply_int_at(reply, 0, 0);
}

static gboolean act_on_one(YtopsProxyManager *manager, const char *server_identity,
                           const char *proxy_url, const Action *action, GError **error)
{
    const char *urls[] = {proxy_url != NULL ? proxy_url : "", NULL};
    gint64 unknown = 0;
    if (act(manager, server_identity, action, urls, 1, &unknown, error) < 0)
        return FALSE;
    if (unknown == 0)
        return TRUE;
    g_autofree char *display = ytops_proxy_display(proxy_url);
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND,
                "server identity \"%s\" has no proxy \"%s\"; give its URL as it was configured, "
                "password included",
                proxy_store_resolve_identity(manager->store, server_identity), display);
    return FALSE;
}

static void log_bulk(const YtopsProxyManager *manager, const char *server_identity,
                     const char *change, const char *reason, gint64 changed)
{
    YtopsAuditAuthor author = author_of(manager, TRUE);
    g_autofree char *why = clean_reason(reason);
    ytops_audit_log_bulk(&author, "proxy",
                         proxy_store_resolve_identity(manager->store, server_identity), change, why,
                         changed);
}

/* A part at a time; what the parts before an error changed stays changed. */
static gint64 act_on_parts(YtopsProxyManager *manager, const char *server_identity,
                           const Action *action, const char *const *urls, gint64 *changed,
                           GError **error)
{
    gsize n = g_strv_length((char **)urls);
    for (gsize first = 0; first < n; first += PROXY_CHUNK) {
        gint64 unknown = 0;
        gint64 part = act(manager, server_identity, action, urls + first,
                          MIN(n - first, PROXY_CHUNK), &unknown, error);
        if (part < 0)
            return -1;
        *changed += part;
    }
    return *changed;
}

static gint64 act_on_all(YtopsProxyManager *manager, const char *server_identity, Action *action,
                         const char *change, GError **error)
{
    g_auto(GStrv) roll = read_roll(manager, server_identity, error);
    if (roll == NULL)
        return -1;
    gint64 changed = 0;
    action->is_bulk = TRUE;
    gint64 result =
        act_on_parts(manager, server_identity, action, (const char *const *)roll, &changed, error);
    log_bulk(manager, server_identity, change, action->reason, changed);
    return result;
}

gboolean ytops_proxy_manager_ban(YtopsProxyManager *manager, const char *server_identity,
                                 const char *proxy_url, const char *reason, gint64 duration_s,
                                 GError **error)
{
    Action action = {.name = "ban", .reason = reason, .duration_s = duration_s};
    return check_duration(manager, &action, error) &&
           act_on_one(manager, server_identity, proxy_url, &action, error);
}

gboolean ytops_proxy_manager_ban_at_least(YtopsProxyManager *manager, const char *server_identity,
                                          const char *proxy_url, const char *reason,
                                          gint64 duration_s, GError **error)
{
    Action action = {.name = "ban_at_least", .reason = reason, .duration_s = duration_s};
    return check_duration(manager, &action, error) &&
           act_on_one(manager, server_identity, proxy_url, &action, error);
}

gboolean ytops_proxy_manager_unban(YtopsProxyManager *manager, const char *server_identity,
                                   const char *proxy_url, GError **error)
{
    return act_on_one(manager, server_identity, proxy_url, &(Action){.name = "unban"}, error);
}

gboolean ytops_proxy_manager_reset(YtopsProxyManager *manager, const char *server_identity,
                                   const char *proxy_url, GError **error)
{
    return act_on_one(manager, server_identity, proxy_url, &(Action){.name = "reset"}, error);
}

gint64 ytops_proxy_manager_ban_all(YtopsProxyManager *manager, const char *server_identity,
                                   const char *reason, gint64 duration_s, GError **error)
{
    Action action = {.name = "ban", .reason = reason, .duration_s = duration_s};
    if (!check_duration(manager, &action, error))
        return -1;
    return act_on_all(manager, server_identity, &action, "banned", error);
}

gint64 ytops_proxy_manager_unban_all(YtopsProxyManager *manager, const char *server_identity,
                                     GError **error)
{
    return act_on_all(manager, server_identity, &(Action){.name = "unban"}, "unbanned", error);
}

gint64 ytops_proxy_manager_reset_all(YtopsProxyManager *manager, const char *server_identity,
                                     GError **error)
{
    return act_on_all(manager, server_identity, &(Action){.name = "reset"}, "reset", error);
}

static gint64 forget(YtopsProxyManager *manager, const char *server_identity, const char *scope,
                     const char *const *urls, GError **error)
{
    YtopsAuditAuthor author = author_of(manager, *scope != '\0');
    gint64 forgotten = 0;
    gsize n = g_strv_length((char **)urls);
    gsize first = 0;
    do {
        gsize part = MIN(n - first, PROXY_CHUNK);
        g_autoptr(GPtrArray) args = proxy_store_begin(manager->store, server_identity);
        proxy_args_add(args, scope);
        proxy_args_add_list(args, urls + first, part);
        g_autoptr(YtopsRedisReply) reply =
            proxy_store_run_for(manager->store, &author, PROXY_SCRIPT_FORGET, args, error);
        if (reply == NULL)
            return -1;
        forgotten += ytops_redis_reply_int(reply, 0);
        first += part;
    } while (first < n);
    return forgotten;
}

gint64 ytops_proxy_manager_delete(YtopsProxyManager *manager, const char *server_identity,
                                  const char *const *proxy_urls, GError **error)
{
    gboolean is_all = proxy_urls == NULL || proxy_urls[0] == NULL;
    g_auto(GStrv) roll = is_all ? proxy_listing_roll(manager->store, server_identity, error) : NULL;
    if (is_all && roll == NULL)
        return -1;
    gint64 forgotten = forget(manager, server_identity, is_all ? "all" : "",
                              is_all ? (const char *const *)roll : proxy_urls, error);
    if (is_all)
        log_bulk(manager, server_identity, "deleted", NULL, forgotten);
    if (is_own_identity(manager, server_identity))
        proxy_roster_forget_enrolment(manager->roster);
    return forgotten;
}
