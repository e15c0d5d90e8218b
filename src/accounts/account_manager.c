#include "ytops/account_manager.h"

#include <string.h>

#include "account_manager_private.h"
#include "ytops/error.h"
#include "ytops/log.h"

/* A longer reason is cut: a hundred thousand of them must still fit into a list. */
#define LONGEST_REASON 1000

/* Keeps every time far from where a double stops telling seconds apart. */
#define LONGEST_BAN_S ((gint64)100 * 366 * 24 * 3600)

YtopsAccountManager *ytops_account_manager_new(YtopsRedisPool *pool,
                                               const YtopsAccountPolicy *policy,
                                               const char *instance_id, const gint64 *now_override)
{
    YtopsAccountManager *manager = g_new0(YtopsAccountManager, 1);
    manager->policy = *policy;
    manager->store = account_store_new(pool, now_override);
    manager->owns_store = TRUE;
    manager->instance_id = g_strdup(instance_id);
    return manager;
}

YtopsAccountManager *ytops_account_manager_for(YtopsAccountManager *manager, const char *actor)
{
    YtopsAccountManager *view = g_new0(YtopsAccountManager, 1);
    view->policy = manager->policy;
    view->store = manager->store;
    view->instance_id = g_strdup(manager->instance_id);
    view->actor = g_strdup(actor);
    return view;
}

void ytops_account_manager_free(YtopsAccountManager *manager)
{
    if (manager == NULL)
        return;
    if (manager->owns_store)
        account_store_free(manager->store);
    g_free(manager->instance_id);
    g_free(manager->actor);
    g_free(manager);
}

/* ---- arguments of the scripts -------------------------------------------------------------- */

YtopsAuditAuthor account_manager_author(const YtopsAccountManager *manager)
{
    return (YtopsAuditAuthor){.instance_id = manager->instance_id, .actor = manager->actor};
}

static const char *text_or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static char *reason_text(const char *reason)
{
    g_autofree char *valid = g_utf8_make_valid(text_or_empty(reason), -1);
    char *shown = ytops_redact(valid);
    if (strlen(shown) > LONGEST_REASON)
        *g_utf8_find_prev_char(shown, shown + LONGEST_REASON + 1) = '\0';
    return shown;
}

/* The length of an operator's ban as the scripts take it; NULL and INVALID_ARGUMENT. */
static char *ban_duration_text(const YtopsAccountManager *manager, gint64 duration_s,
                               GError **error)
{
    if (duration_s < YTOPS_UNTIL_UNBANNED || duration_s > LONGEST_BAN_S) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "ban duration %" G_GINT64_FORMAT
                    " s is out of range: give 1 to %" G_GINT64_FORMAT
                    ", 0 for the server's default, or -1 for until unbanned",
                    duration_s, LONGEST_BAN_S);
        return NULL;
    }
    return ytops_redis_number_text(duration_s == 0 ? manager->policy.ban_duration_s : duration_s);
}

YtopsRedisReply *account_manager_run(YtopsAccountManager *manager, AccountScript script,
                                     const char *account_id, const char *const *args,
                                     GError **error)
{
    YtopsAuditAuthor author = account_manager_author(manager);
    return account_store_run(manager->store, &author, script, account_id, args, error);
}

/* ---- uses ---------------------------------------------------------------------------------- */

gboolean ytops_account_manager_report_success(YtopsAccountManager *manager,
                                              const YtopsAccountUse *use, GError **error)
{
    g_autofree char *active = ytops_redis_number_text(manager->policy.active_duration_s);
    g_autofree char *cooldown = ytops_redis_number_text(manager->policy.cooldown_duration_s);
    const char *args[] = {text_or_empty(use->proxy_url),
                          text_or_empty(use->server_identity),
                          use->penalize ? "1" : "0",
                          active,
                          cooldown,
                          NULL};
    g_autoptr(YtopsRedisReply) reply =
        account_manager_run(manager, ACCOUNT_SCRIPT_REPORT_SUCCESS, use->account_id, args, error);
    return reply != NULL;
}

gboolean ytops_account_manager_report_failure(YtopsAccountManager *manager,
                                              const YtopsAccountUse *use, gboolean *banned,
                                              GError **error)
{
    g_autofree char *reason = reason_text(use->reason);
    g_autofree char *threshold = ytops_redis_number_text(manager->policy.failure_threshold);
    g_autofree char *duration = ytops_redis_number_text(manager->policy.ban_duration_s);
    const char *args[] = {text_or_empty(use->proxy_url),
                          text_or_empty(use->server_identity),
                          use->penalize ? "1" : "0",
                          reason,
                          threshold,
                          duration,
                          NULL};
    g_autoptr(YtopsRedisReply) reply =
        account_manager_run(manager, ACCOUNT_SCRIPT_REPORT_FAILURE, use->account_id, args, error);
    if (reply != NULL && banned != NULL)
        *banned = ytops_redis_reply_int(reply, 0) == 1;
    return reply != NULL;
}

/* ---- an operator's actions on one account -------------------------------------------------- */

static gboolean ban(YtopsAccountManager *manager, AccountScript script, const char *account_id,
                    const char *reason, gint64 duration_s, GError **error)
{
    g_autofree char *duration = ban_duration_text(manager, duration_s, error);
    if (duration == NULL)
        return FALSE;
    g_autofree char *why = reason_text(reason);
    const char *args[] = {duration, why, NULL};
    g_autoptr(YtopsRedisReply) reply =
        account_manager_run(manager, script, account_id, args, error);
    return reply != NULL;
}

gboolean ytops_account_manager_ban(YtopsAccountManager *manager, const char *account_id,
                                   const char *reason, gint64 duration_s, GError **error)
{
    return ban(manager, ACCOUNT_SCRIPT_BAN, account_id, reason, duration_s, error);
}

gboolean ytops_account_manager_ban_at_least(YtopsAccountManager *manager, const char *account_id,
                                            const char *reason, gint64 duration_s, GError **error)
{
    return ban(manager, ACCOUNT_SCRIPT_BAN_AT_LEAST, account_id, reason, duration_s, error);
}

/* For scripts that answer 0 where the account is unknown. */
static gboolean change_known(YtopsAccountManager *manager, AccountScript script,
                             const char *account_id, GError **error)
{
    g_autoptr(YtopsRedisReply) reply =
        account_manager_run(manager, script, account_id, NULL, error);
    if (reply == NULL)
        return FALSE;
    if (ytops_redis_reply_int(reply, 0) == 1)
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND,
                "account \"%s\" is not known: list the accounts to see which are", account_id);
    return FALSE;
}

gboolean ytops_account_manager_unban(YtopsAccountManager *manager, const char *account_id,
                                     GError **error)
{
    return change_known(manager, ACCOUNT_SCRIPT_UNBAN, account_id, error);
}

gboolean ytops_account_manager_reset(YtopsAccountManager *manager, const char *account_id,
                                     GError **error)
{
    return change_known(manager, ACCOUNT_SCRIPT_RESET, account_id, error);
}

/* ---- an operator's actions on many --------------------------------------------------------- */

typedef struct {
    AccountScript script;
    const char *change; /* as the audit names it */
    const char *reason; /* NULL: none */
} BulkChange;

static gboolean take_changed(const YtopsRedisReply *reply, gpointer data)
{
    gint64 *changed = data;
    *changed += ytops_redis_reply_int_at(reply, 1, 0);
    return TRUE;
}

static gint64 change_all(YtopsAccountManager *manager, const BulkChange *change, const char *prefix,
                         const char *const *args, GError **error)
{
    gint64 changed = 0;
    YtopsAuditAuthor author = account_manager_author(manager);
    author.is_bulk = TRUE;
    gboolean ok =
        account_store_walk(manager->store, &author, change->script, prefix,
                           ACCOUNT_STORE_LARGEST_STEP, args, take_changed, &changed, error);
    g_autofree char *scope = g_strconcat(text_or_empty(prefix), "*", NULL);
    ytops_audit_log_bulk(&author, "account", scope, change->change, change->reason, changed);
    return ok ? changed : -1;
}

gint64 ytops_account_manager_ban_all(YtopsAccountManager *manager, const char *prefix,
                                     const char *reason, gint64 duration_s, GError **error)
{
    g_autofree char *duration = ban_duration_text(manager, duration_s, error);
    if (duration == NULL)
        return -1;
    g_autofree char *why = reason_text(reason);
    const char *args[] = {duration, why, NULL};
    BulkChange change = {ACCOUNT_SCRIPT_BAN_ALL, "banned", why};
    return change_all(manager, &change, prefix, args, error);
}

gint64 ytops_account_manager_unban_all(YtopsAccountManager *manager, const char *prefix,
                                       GError **error)
{
    BulkChange change = {ACCOUNT_SCRIPT_UNBAN_ALL, "unbanned", NULL};
    return change_all(manager, &change, prefix, NULL, error);
}

gint64 ytops_account_manager_reset_all(YtopsAccountManager *manager, const char *prefix,
                                       GError **error)
{
    BulkChange change = {ACCOUNT_SCRIPT_RESET_ALL, "reset", NULL};
    return change_all(manager, &change, prefix, NULL, error);
}

gint64 ytops_account_manager_delete_all(YtopsAccountManager *manager, const char *prefix,
                                        GError **error)
{
    BulkChange change = {ACCOUNT_SCRIPT_DELETE_ALL, "deleted", NULL};
    return change_all(manager, &change, prefix, NULL, error);
}
