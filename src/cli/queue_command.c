#include "commands.h"
#include "queue_session.h"
#include "queue_view.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsQueueStatus, g_object_unref)

YtopsWorkServiceIf *cli_queue_service(CliSession *session)
{
    return ytops_rpc_client_get_work(session->client);
}

YtopsQueueStatus *cli_queue_fetch(CliSession *session, const char *queue, GError **error)
{
    g_autoptr(YtopsQueueStatus) status = g_object_new(YTOPS_TYPE_QUEUE_STATUS, NULL);
    CliCall call = {0};
    gboolean ok = ytops_work_service_if_get_queue_status(cli_queue_service(session), &status, queue,
                                                         &call.fault, &call.refusal, &call.error);

    if (!cli_session_end_call(session, ok, &call, error))
        return NULL;
    return g_steal_pointer(&status);
}

/* ---- status --------------------------------------------------------------------------------- */

/* The names of the queue asked about, or of all; NULL on error. */
static GPtrArray *names_of(CliSession *session, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *queue = session->options->argument;
    CliCall call = {0};
    gboolean ok;

    if (queue != NULL) {
        g_ptr_array_add(names, g_strdup(queue));
        return g_steal_pointer(&names);
    }
    ok = ytops_work_service_if_list_queues(cli_queue_service(session), &names, &call.fault,
                                           &call.refusal, &call.error);
    if (!cli_session_end_call(session, ok, &call, error))
        return NULL;
    return g_steal_pointer(&names);
}

static GPtrArray *fetch_all(CliSession *session, GError **error)
{
    g_autoptr(GPtrArray) names = names_of(session, error);
    g_autoptr(GPtrArray) statuses = g_ptr_array_new_with_free_func(g_object_unref);

    for (guint i = 0; names != NULL && i < names->len; i++) {
        YtopsQueueStatus *status = cli_queue_fetch(session, g_ptr_array_index(names, i), error);
        if (status == NULL)
            return NULL;
        g_ptr_array_add(statuses, status);
    }
    return names != NULL ? g_steal_pointer(&statuses) : NULL;
}

gboolean cli_queue_status(CliSession *session, GError **error)
{
    g_autoptr(GPtrArray) statuses = NULL;
    g_autoptr(CliTable) table = NULL;

    if (session->options->watch)
        return cli_queue_watch(session, error);
    statuses = fetch_all(session, error);
    if (statuses == NULL)
        return FALSE;
    if (session->options->json) {
        g_autoptr(YtopsJson) document = cli_queue_list_json(statuses);
        cli_output_json(document);
        return TRUE;
    }
    table = cli_queue_table(statuses);
    cli_output_table(&session->output, table);
    if (statuses->len == 0)
        cli_output_note("No queue holds anything; `ytdlp-ops queue push QUEUE URL` begins one.");
    return TRUE;
}

/* ---- failures --------------------------------------------------------------------------------- */

gboolean cli_queue_failed(CliSession *session, GError **error)
{
    const CliOptions *options = session->options;
    g_autoptr(GPtrArray) failures = g_ptr_array_new_with_free_func(g_object_unref);
    g_autoptr(CliTable) table = NULL;
    CliCall call = {0};
    gboolean ok = ytops_work_service_if_get_failed_urls(cli_queue_service(session), &failures,
                                                        options->argument, (gint32)options->limit,
                                                        &call.fault, &call.refusal, &call.error);

    if (!cli_session_end_call(session, ok, &call, error))
        return FALSE;
    if (options->json) {
        g_autoptr(YtopsJson) document = cli_failed_json(failures);
        cli_output_json(document);
        return TRUE;
    }
    table = cli_failed_table(failures);
    cli_output_table(&session->output, table);
    if (failures->len == 0)
        cli_output_note("Nothing has failed in %s.", options->argument);
    else if (options->limit > 0 && failures->len == options->limit)
        cli_output_note("Only %u are shown (--limit).", failures->len);
    return TRUE;
}

/* Tells what a change did, as a sentence or as a document. Takes over `document`. */
static void tell(const CliSession *session, const char *action, gint64 changed,
                 const char *sentence, YtopsJson *document)
{
    g_autoptr(YtopsJson) owned = document;

    ytops_json_set_string(owned, "action", action);
    ytops_json_set_string(owned, "queue", session->options->argument);
    ytops_json_set_int(owned, "changed", changed);
    cli_output_outcome(session->options->json, owned, sentence);
}

gboolean cli_queue_requeue(CliSession *session, GError **error)
{
    const char *queue = session->options->argument;
    g_autofree char *sentence = NULL;
    gint64 moved = 0;
    CliCall call = {0};
    gboolean ok = ytops_work_service_if_requeue_failed(cli_queue_service(session), &moved, queue,
                                                       &call.fault, &call.refusal, &call.error);

    if (!cli_session_end_call(session, ok, &call, error))
        return FALSE;
    sentence = g_strdup_printf("%" G_GINT64_FORMAT " failed URL%s of %s went back to its inbox",
                               moved, moved == 1 ? "" : "s", queue);
    tell(session, "requeue", moved, sentence, ytops_json_object_new());
    return TRUE;
}

/* ---- clearing --------------------------------------------------------------------------------- */

/* "12 URLs that wait", ...: what clearing deletes. Free with g_free. */
static char *contents_of(const YtopsQueueStatus *status, YtopsQueuePart part)
{
    gint64 count = part == YTOPS_QUEUE_PART_INBOX    ? status->inbox
                   : part == YTOPS_QUEUE_PART_RESULT ? status->succeeded
                                                     : status->failed;
    const char *name = part == YTOPS_QUEUE_PART_INBOX    ? "waiting"
                       : part == YTOPS_QUEUE_PART_RESULT ? "succeeded"
                                                         : "failed";

    return g_strdup_printf("%" G_GINT64_FORMAT " %s URL%s", count, name, count == 1 ? "" : "s");
}

static gboolean confirm_clear(CliSession *session, GError **error)
{
    g_autoptr(YtopsQueueStatus) status =
        cli_queue_fetch(session, session->options->argument, error);
    g_autofree char *contents = NULL;
    g_autofree char *question = NULL;

    if (status == NULL)
        return FALSE;
    contents = contents_of(status, session->options->queue_part);
    question = g_strdup_printf("Delete the %s of %s for good?", contents, status->queue);
    return cli_session_confirm(session, question, error);
}

gboolean cli_queue_clear(CliSession *session, GError **error)
{
    const CliOptions *options = session->options;
    static const char *const PARTS[] = {"inbox", "result", "fail"};
    const char *part = PARTS[options->queue_part];
    YtopsJson *document;
    g_autofree char *sentence = NULL;
    gint64 held = 0;
    CliCall call = {0};
    gboolean ok;

    if (!confirm_clear(session, error))
        return FALSE;
    ok = ytops_work_service_if_clear_queue(cli_queue_service(session), &held, options->argument,
                                           options->queue_part, &call.fault, &call.refusal,
                                           &call.error);
    if (!cli_session_end_call(session, ok, &call, error))
        return FALSE;
    sentence = g_strdup_printf("%" G_GINT64_FORMAT " entr%s of %s_%s deleted", held,
                               held == 1 ? "y" : "ies", options->argument, part);
    document = ytops_json_object_new();
    ytops_json_set_string(document, "part", part);
    tell(session, "clear", held, sentence, document);
    return TRUE;
}
