/*
 * Who changed the state of which account or proxy, when and why.
 *
 * Each change is an entry of the Redis stream `audit_events`, appended by the very script that makes
 * the change (src/audit/lua), and a line of the log of the server that ran it. The stream keeps about
 * the newest 10,000. Proxy URLs stand in it without their passwords.
 *
 * Thread-safe; blocks on Redis; errors are those of ytops/redis.h.
 */
#pragma once

#include "ytops/redis.h"

/* The key of the stream. */
#define YTOPS_AUDIT_STREAM "audit_events"

typedef struct {
    char *event_id;        /* of the stream's entry, "1700000000123-0": grows from event to event */
    gint64 timestamp_ms;   /* Unix time */
    char *entity;          /* "account" or "proxy" */
    char *name;            /* the account's id, the proxy's URL without its password */
    char *server_identity; /* of a proxy; "" of an account */
    char *change;          /* "banned", "unbanned", "resting", "active", "reset", "deleted" */
    char *actor;           /* "rpc:127.0.0.1:4711", "http:127.0.0.1:4712", or an instance id */
    char *reason;          /* "": none was given */
} YtopsAuditRecord;

void ytops_audit_record_free(YtopsAuditRecord *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsAuditRecord, ytops_audit_record_free)

/* Whom the changes of one script are attributed to. Borrowed for the call. */
typedef struct {
    const char *instance_id; /* who makes what happens by itself */
    const char *actor;       /* who asked for the rest; NULL: the instance */
    gboolean is_bulk;        /* no line of the log for each change: the caller writes one for all */
} YtopsAuditAuthor;

/*
 * ytops_redis_eval for a script that was embedded as AUDITED (cmake/YtopsModule.cmake): logs what it
 * changed, and gives its own result.
 */
YtopsRedisReply *ytops_audit_eval(YtopsRedisPool *pool, const YtopsRedisScript *script,
                                  const YtopsAuditAuthor *author, const char *const *keys,
                                  const char *const *args, GError **error);

/* The line of the log for a bulk change; `scope` says of what. Nothing where `count` is 0 or less. */
void ytops_audit_log_bulk(const YtopsAuditAuthor *author, const char *entity, const char *scope,
                          const char *change, const char *reason, gint64 count);

/*
 * What came after the event of that id, oldest first, at most `limit` (0: 1000; never more than
 * 10,000); NULL or "": the newest. Elements are YtopsAuditRecord; g_ptr_array_unref. INVALID_ARGUMENT
 * for what is no event's id and for a negative limit.
 */
GPtrArray *ytops_audit_read(YtopsRedisPool *pool, const char *after_event_id, gint64 limit,
                            GError **error);
