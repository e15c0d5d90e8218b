#include "audit_record.h"

#include "ytops/error.h"

void ytops_audit_record_free(YtopsAuditRecord *event)
{
    if (event == NULL)
        return;
    g_free(event->event_id);
    g_free(event->entity);
    g_free(event->name);
    g_free(event->server_identity);
    g_free(event->change);
    g_free(event->actor);
    g_free(event->reason);
    g_free(event);
}

static char *field(const YtopsRedisReply *fields, const char *name)
{
    for (gsize i = 0; i + 1 < ytops_redis_reply_length(fields); i += 2) {
        const char *found = ytops_redis_reply_string_at(fields, i);
        const char *value = ytops_redis_reply_string_at(fields, i + 1);
        if (g_strcmp0(found, name) == 0 && value != NULL)
            return g_utf8_make_valid(value, -1);
    }
    return g_strdup("");
}

YtopsAuditRecord *audit_record_new(const char *event_id, const YtopsRedisReply *fields)
{
    YtopsAuditRecord *event = g_new0(YtopsAuditRecord, 1);
    event->event_id = g_strdup(event_id != NULL ? event_id : "");
    event->timestamp_ms = g_ascii_strtoll(event->event_id, NULL, 10);
    event->entity = field(fields, "entity");
    event->name = field(fields, "name");
    event->server_identity = field(fields, "identity");
    event->change = field(fields, "change");
    event->actor = field(fields, "actor");
    event->reason = field(fields, "reason");
    return event;
}

static const char *skip_number(const char *text)
{
    guint64 number;
    const char *end = text;
    while (g_ascii_isdigit(*end))
        end++;
    g_autofree char *digits = g_strndup(text, (gsize)(end - text));
    return g_ascii_string_to_unsigned(digits, 10, 0, G_MAXUINT64, &number, NULL) ? end : NULL;
}

gboolean audit_record_id_check(const char *event_id, GError **error)
{
    const char *end = skip_number(event_id);
    if (end != NULL && *end == '-')
        end = skip_number(end + 1);
    if (end != NULL && *end == '\0')
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "'%s' is no event's id: give one as the events have it (1700000000123-0), or none "
                "for the newest events",
                event_id);
    return FALSE;
}
