#include "audit_trail.h"

char *audit_trail(YtopsRedisPool *pool)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) records = ytops_audit_read(pool, NULL, 0, &error);
    g_assert_no_error(error);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < records->len; i++) {
        const YtopsAuditRecord *record = g_ptr_array_index(records, i);
        g_string_append_printf(text, "%s%s %s %s %s", i > 0 ? "; " : "", record->entity,
                               record->name, record->change, record->actor);
        if (*record->reason != '\0')
            g_string_append_printf(text, " (%s)", record->reason);
    }
    return g_string_free(text, FALSE);
}

void audit_trail_assert(YtopsRedisPool *pool, const char *expected)
{
    g_autofree char *text = audit_trail(pool);
    g_assert_cmpstr(text, ==, expected);
    g_autoptr(YtopsRedisReply) reply =
        ytops_redis_command(pool, NULL, "DEL", YTOPS_AUDIT_STREAM, NULL);
}
