#include "ytops/audit.h"

#include <string.h>

#include "audit_record.h"
#include "ytops/error.h"
#include "ytops/log.h"

#define DEFAULT_LIMIT 1000
#define LARGEST_LIMIT 10000

/* More changes than any script makes in one step. */
#define ALL_OF_A_STEP "10000"

/* What src/audit/lua/end.lua gives: the script's own result, and the changes to tell. */
enum { REPLY_RESULT, REPLY_CHANGES };
enum { CHANGE_ID, CHANGE_FIELDS };

/* ---- changes ------------------------------------------------------------------------------- */

static void log_change(const YtopsRedisReply *change)
{
    const char *id = ytops_redis_reply_string_at(change, CHANGE_ID);
    g_autoptr(YtopsAuditRecord) event =
        audit_record_new(id, ytops_redis_reply_at(change, CHANGE_FIELDS));
    g_autofree char *message = g_strdup_printf("%s %s", event->entity, event->change);
    ytops_log_info("audit", message, "event_id", event->event_id, "name", event->name,
                   "server_identity",
                   *event->server_identity != '\0' ? event->server_identity : NULL, "actor",
                   event->actor, "reason", *event->reason != '\0' ? event->reason : NULL, NULL);
}

YtopsRedisReply *ytops_audit_eval(YtopsRedisPool *pool, const YtopsRedisScript *script,
                                  const YtopsAuditAuthor *author, const char *const *keys,
                                  const char *const *args, GError **error)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    g_ptr_array_add(all, (gpointer)author->instance_id);
    g_ptr_array_add(all, (gpointer)(author->actor != NULL ? author->actor : ""));
    g_ptr_array_add(all, (gpointer)(author->is_bulk ? "0" : ALL_OF_A_STEP));
    ytops_redis_args_add_all(all, args);
    g_ptr_array_add(all, NULL);
    YtopsRedisReply *reply =
        ytops_redis_eval(pool, script, keys, (const char *const *)all->pdata, error);
    if (reply == NULL)
        return NULL;
    const YtopsRedisReply *changes = ytops_redis_reply_at(reply, REPLY_CHANGES);
    for (gsize i = 0; i < ytops_redis_reply_length(changes); i++)
        log_change(ytops_redis_reply_at(changes, i));
    return ytops_redis_reply_take(reply, REPLY_RESULT);
}

void ytops_audit_log_bulk(const YtopsAuditAuthor *author, const char *entity, const char *scope,
                          const char *change, const char *reason, gint64 count)
{
    if (count <= 0)
        return;
    g_autofree char *message = g_strdup_printf("%s %s: many at once", entity, change);
    ytops_log_info("audit", message, "scope", scope, "count", YTOPS_LOG_INT(count), "actor",
                   author->actor != NULL ? author->actor : author->instance_id, "reason",
                   reason != NULL && *reason != '\0' ? reason : NULL, NULL);
}

/* ---- reading ------------------------------------------------------------------------------- */

static void free_record(gpointer event)
{
    ytops_audit_record_free(event);
}

static void add_entry(GPtrArray *events, const YtopsRedisReply *entry)
{
    const char *id = ytops_redis_reply_string_at(entry, 0);
    g_ptr_array_add(events, audit_record_new(id, ytops_redis_reply_at(entry, 1)));
}

static GPtrArray *read_newest(YtopsRedisPool *pool, const char *count, GError **error)
{
    g_autoptr(YtopsRedisReply) entries = ytops_redis_command(
        pool, error, "XREVRANGE", YTOPS_AUDIT_STREAM, "+", "-", "COUNT", count, NULL);
    if (entries == NULL)
        return NULL;
    GPtrArray *events = g_ptr_array_new_with_free_func(free_record);
    for (gsize i = ytops_redis_reply_length(entries); i > 0; i--)
        add_entry(events, ytops_redis_reply_at(entries, i - 1));
    return events;
}

static GPtrArray *read_after(YtopsRedisPool *pool, const char *event_id, const char *count,
                             GError **error)
{
    if (!audit_record_id_check(event_id, error))
        return NULL;
    g_autofree char *from = g_strconcat("(", event_id, NULL);
    g_autoptr(YtopsRedisReply) entries = ytops_redis_command(
        pool, error, "XRANGE", YTOPS_AUDIT_STREAM, from, "+", "COUNT", count, NULL);
    if (entries == NULL)
        return NULL;
    GPtrArray *events = g_ptr_array_new_with_free_func(free_record);
    for (gsize i = 0; i < ytops_redis_reply_length(entries); i++)
        add_entry(events, ytops_redis_reply_at(entries, i));
    return events;
}

GPtrArray *ytops_audit_read(YtopsRedisPool *pool, const char *after_event_id, gint64 limit,
                            GError **error)
{
    if (limit < 0) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "limit %" G_GINT64_FORMAT " is negative: give 0 for %d, or how many events",
                    limit, DEFAULT_LIMIT);
        return NULL;
    }
    g_autofree char *count = g_strdup_printf(
        "%" G_GINT64_FORMAT, limit == 0 ? DEFAULT_LIMIT : MIN(limit, LARGEST_LIMIT));
    if (after_event_id == NULL || *after_event_id == '\0')
        return read_newest(pool, count, error);
    return read_after(pool, after_event_id, count, error);
}
