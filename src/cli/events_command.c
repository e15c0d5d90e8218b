#include "commands.h"
#include "event_view.h"

/* How many of the events that there are already --follow begins with. */
#define FIRST_WHEN_FOLLOWING 10

#define POLL_INTERVAL_US (G_USEC_PER_SEC / 2)

static GPtrArray *fetch(CliSession *session, const char *after, gint64 limit, GError **error)
{
    g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func(g_object_unref);
    CliCall call = {0};
    gboolean ok = ytops_management_service_if_get_audit_events(
        cli_session_management(session), &events, after, (gint32)limit, &call.fault, &call.refusal,
        &call.error);

    if (!cli_session_end_call(session, ok, &call, error))
        return NULL;
    return g_steal_pointer(&events);
}

static void print_all(const CliSession *session, const GPtrArray *events)
{
    g_autoptr(CliTable) table = NULL;

    if (session->options->json) {
        g_autoptr(YtopsJson) document = cli_events_json(events);
        cli_output_json(document);
        return;
    }
    table = cli_event_table(events);
    cli_output_table(&session->output, table);
    if (events->len == 0)
        cli_output_note("Nothing changed the state of an account or a proxy.");
}

static void print_one(const CliSession *session, const YtopsAuditEvent *event)
{
    if (session->options->json) {
        g_autoptr(YtopsJson) json = cli_event_json(event);
        cli_output_json(json);
    } else {
        g_autofree char *line = cli_event_line(event);
        cli_output_text(line);
    }
}

/* Ends with the first error, or where nobody reads what it prints any more. */
static gboolean follow(CliSession *session, gint64 limit, GError **error)
{
    g_autofree char *after = g_strdup(session->options->since);

    for (;; limit = 0) {
        g_autoptr(GPtrArray) events = fetch(session, after != NULL ? after : "", limit, error);
        if (events == NULL)
            return FALSE;
        for (guint i = 0; i < events->len; i++)
            print_one(session, g_ptr_array_index(events, i));
        if (!cli_output_finish())
            return TRUE;
        if (events->len == 0) {
            g_usleep(POLL_INTERVAL_US);
            continue;
        }
        g_free(after);
        after = g_strdup(((YtopsAuditEvent *)g_ptr_array_index(events, events->len - 1))->eventId);
    }
}

gboolean cli_events_run(CliSession *session, GError **error)
{
    const CliOptions *options = session->options;
    g_autoptr(GPtrArray) events = NULL;

    if (options->follow && options->limit == 0 && options->since == NULL)
        return follow(session, FIRST_WHEN_FOLLOWING, error);
    if (options->follow)
        return follow(session, options->limit, error);
    events = fetch(session, options->since != NULL ? options->since : "", options->limit, error);
    if (events == NULL)
        return FALSE;
    print_all(session, events);
    return TRUE;
}
