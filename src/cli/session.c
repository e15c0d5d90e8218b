#include "session.h"

#include <stdio.h>
#include <unistd.h>

/* A connect that takes longer than this fails anyway. */
#define CONNECT_TIMEOUT_S 10
#define ANSWER_TIMEOUT_S 30

static void append_advice(GError **error, const char *advice)
{
    g_autofree char *message = NULL;

    if (error == NULL || *error == NULL)
        return;
    message = g_strdup_printf("%s; %s", (*error)->message, advice);
    g_free((*error)->message);
    (*error)->message = g_steal_pointer(&message);
}

gboolean cli_session_open(CliSession *session, GError **error)
{
    const CliOptions *options = session->options;
    gint64 timeout_s = options->timeout_s > 0 ? options->timeout_s : ANSWER_TIMEOUT_S;

    session->client = ytops_rpc_client_connect(options->host, options->port,
                                               MIN(timeout_s, CONNECT_TIMEOUT_S) * 1000, error);
    if (session->client == NULL) {
        session->unreachable = TRUE;
        append_advice(error, "start the server there, or name another with --server HOST:PORT or "
                             "YTDLP_OPS_SERVER");
        return FALSE;
    }
    ytops_rpc_client_set_timeout(session->client, timeout_s * 1000);
    return TRUE;
}

YtopsManagementServiceIf *cli_session_management(CliSession *session)
{
    return YTOPS_MANAGEMENT_SERVICE_IF(ytops_rpc_client_get_service(session->client));
}

/* A fault can carry these codes too: then they are about the server's own work. */
static gboolean lost_server(gboolean answered, const GError *error)
{
    YtopsErrorCode code = ytops_error_get_code(error);

    return !answered && (code == YTOPS_ERROR_READ_TIMEOUT || code == YTOPS_ERROR_CONNECTION_RESET);
}

gboolean cli_session_end_call(CliSession *session, gboolean ok, CliCall *call, GError **error)
{
    gboolean answered = call->fault != NULL || call->refusal != NULL;
    g_autoptr(GError) local = NULL;

    if (ytops_rpc_client_check(session->client, ok, call->fault, call->refusal, call->error,
                               &local))
        return TRUE;
    session->unreachable = lost_server(answered, local);
    if (session->unreachable && g_error_matches(local, YTOPS_ERROR, YTOPS_ERROR_READ_TIMEOUT))
        append_advice(&local, "--timeout TIME waits longer");
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
}

void cli_session_close(CliSession *session)
{
    ytops_rpc_client_free(session->client);
    session->client = NULL;
}

gboolean cli_session_confirm(const CliSession *session, const char *question, GError **error)
{
    char answer[16] = "";

    if (session->options->yes || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return TRUE;
    fprintf(stderr, "%s [y/N] ", question);
    if (fgets(answer, sizeof answer, stdin) != NULL) {
        g_strstrip(answer);
        if (g_ascii_strcasecmp(answer, "y") == 0 || g_ascii_strcasecmp(answer, "yes") == 0)
            return TRUE;
    }
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "not confirmed, so nothing was changed; --yes does it without asking");
    return FALSE;
}
