#include "commands.h"
#include "lane_view.h"
#include "queue_session.h"

gboolean cli_lane_status(CliSession *session, GError **error)
{
    const char *queue = session->options->argument;
    g_autoptr(GPtrArray) statuses = g_ptr_array_new_with_free_func(g_object_unref);
    g_autoptr(CliTable) table = NULL;
    CliCall call = {0};
    gboolean ok = ytops_work_service_if_get_lane_status(cli_queue_service(session), &statuses,
                                                        queue != NULL ? queue : "", &call.fault,
                                                        &call.refusal, &call.error);

    if (!cli_session_end_call(session, ok, &call, error))
        return FALSE;
    if (session->options->json) {
        g_autoptr(YtopsJson) document = cli_lane_list_json(statuses);
        cli_output_json(document);
        return TRUE;
    }
    table = cli_lane_table(statuses, g_get_real_time() / G_USEC_PER_SEC);
    cli_output_table(&session->output, table);
    if (statuses->len == 0)
        cli_output_note("No lane runs%s%s; `ytdlp-ops lane start` starts one where the server "
                        "makes tokens.",
                        queue != NULL ? " on the queue " : "", queue != NULL ? queue : "");
    return TRUE;
}

/* Tells what a command did, as a sentence or as a document. */
static void tell(const CliSession *session, const char *action, const char *count_name,
                 gint64 count, const char *sentence)
{
    g_autoptr(YtopsJson) document = ytops_json_object_new();

    ytops_json_set_string(document, "action", action);
    ytops_json_set_int(document, count_name, count);
    cli_output_outcome(session->options->json, document, sentence);
}

gboolean cli_lane_start(CliSession *session, GError **error)
{
    const CliOptions *options = session->options;
    const char *queue = options->argument != NULL ? options->argument : "";
    gint32 count = options->count > 0 ? (gint32)MIN(options->count, G_MAXINT32) : 1;
    g_autofree char *sentence = NULL;
    gint32 n_lanes = 0;
    CliCall call = {0};
    gboolean ok = ytops_work_service_if_start_lanes(cli_queue_service(session), &n_lanes, queue,
                                                    count, &call.fault, &call.refusal, &call.error);

    if (!cli_session_end_call(session, ok, &call, error))
        return FALSE;
    sentence = g_strdup_printf("%d lane%s started; %d in this server", count, count == 1 ? "" : "s",
                               n_lanes);
    tell(session, "start", "lanes", n_lanes, sentence);
    return TRUE;
}

/* Asks a person first where many are meant. */
static gboolean confirm_stop(CliSession *session, GError **error)
{
    const CliOptions *options = session->options;
    g_autofree char *clean = options->queue != NULL ? cli_text_clean(options->queue) : NULL;
    g_autofree char *question = clean != NULL
                                    ? g_strdup_printf("Stop every lane of the queue %s?", clean)
                                    : g_strdup("Stop every lane of every server?");

    return options->argument != NULL || cli_session_confirm(session, question, error);
}

gboolean cli_lane_stop(CliSession *session, GError **error)
{
    const CliOptions *options = session->options;
    g_autofree char *sentence = NULL;
    gint32 n_asked = 0;
    CliCall call = {0};
    gboolean ok;

    if (!confirm_stop(session, error))
        return FALSE;
    ok = ytops_work_service_if_stop_lanes(cli_queue_service(session), &n_asked,
                                          options->queue != NULL ? options->queue : "",
                                          options->argument != NULL ? options->argument : "",
                                          &call.fault, &call.refusal, &call.error);
    if (!cli_session_end_call(session, ok, &call, error))
        return FALSE;
    sentence = g_strdup_printf("%d lane%s will stop after the URL in work", n_asked,
                               n_asked == 1 ? "" : "s");
    tell(session, "stop", "asked", n_asked, sentence);
    return TRUE;
}
