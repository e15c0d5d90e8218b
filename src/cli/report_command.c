#include "commands.h"
#include "proxy_lookup.h"

static gboolean send_report(CliSession *session, const char *proxy, GError **error)
{
    const CliOptions *options = session->options;
    g_autoptr(GObject) report =
        g_object_new(YTOPS_TYPE_OUTCOME_REPORT, "jobId", options->job, "accountId",
                     options->account, "proxyUrl", proxy, "success", options->success, NULL);
    CliCall call = {0};
    gboolean ok;

    if (options->failure != NULL)
        g_object_set(report, "errorCode", options->failure, NULL);
    if (options->details != NULL)
        g_object_set(report, "details", options->details, NULL);
    ok = ytops_token_service_if_report_outcome(ytops_rpc_client_get_service(session->client),
                                               YTOPS_OUTCOME_REPORT(report), &call.fault,
                                               &call.refusal, &call.error);
    return cli_session_end_call(session, ok, &call, error);
}

gboolean cli_report_run(CliSession *session, GError **error)
{
    const CliOptions *options = session->options;
    g_autofree char *identity = NULL;
    g_autofree char *proxy = cli_proxy_resolve(session, options->proxy, &identity, error);
    const char *outcome = options->success ? "success" : options->failure;

    if (proxy == NULL || !send_report(session, proxy, error))
        return FALSE;
    if (options->json) {
        g_autoptr(YtopsJson) json = ytops_json_object_new();
        ytops_json_set_string(json, "action", "report");
        ytops_json_set_string(json, "jobId", options->job);
        ytops_json_set_string(json, "outcome", outcome);
        cli_output_json(json);
    } else {
        g_autofree char *line = g_strdup_printf("job %s reported: %s\n", options->job, outcome);
        cli_output_text(line);
    }
    return TRUE;
}
