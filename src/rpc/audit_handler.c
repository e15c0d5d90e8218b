#include "argument.h"
#include "handler.h"
#include "status_convert.h"
#include "ytops/audit.h"

static gboolean read_events(const RpcState *state, const char *after_event_id, gint32 limit,
                            GPtrArray *answer, GError **error)
{
    if (!argument_text(&after_event_id, "afterEventId", error))
        return FALSE;
    g_autoptr(GPtrArray) records =
        ytops_audit_read(state->services.redis, after_event_id, limit, error);
    if (records == NULL)
        return FALSE;
    for (guint i = 0; i < records->len; i++)
        g_ptr_array_add(answer, status_convert_record(g_ptr_array_index(records, i)));
    return TRUE;
}

static gboolean get_audit_events(YtopsManagementServiceIf *iface, GPtrArray **events,
                                 const gchar *after_event_id, const gint32 limit,
                                 YtopsServiceException **fault, YtopsUserException **refusal,
                                 GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    gboolean ok = read_events(handler_get_state(iface), after_event_id, limit, *events, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

void handler_fill_audit(YtopsManagementServiceHandlerClass *cls)
{
    cls->get_audit_events = get_audit_events;
}
