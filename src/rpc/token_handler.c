#include "argument.h"
#include "handler.h"

static gboolean parse_code(const YtopsOutcomeReport *report, YtopsErrorCode *code, GError **error)
{
    const char *name = report->errorCode;
    if (!argument_text(&name, "report.errorCode", error))
        return FALSE;
    if (report->success || ytops_error_code_from_string(name, code))
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "report.errorCode is '%s': a failure needs one of the names in docs/errors.md, "
                "GENERIC where none fits",
                name);
    return FALSE;
}

static gboolean report(const RpcState *state, const YtopsOutcomeReport *report, GError **error)
{
    if (report == NULL) {
        g_set_error_literal(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                            "report is missing: reportOutcome takes one OutcomeReport");
        return FALSE;
    }
    YtopsOutcome outcome = {
        .job_id = report->jobId,
        .account_id = report->accountId,
        .proxy_url = report->proxyUrl,
        .success = report->success,
        .code = YTOPS_ERROR_GENERIC,
        .details = report->details,
    };
    return argument_text(&outcome.job_id, "report.jobId", error) &&
           argument_required_text(&outcome.account_id, "report.accountId", error) &&
           argument_required_text(&outcome.proxy_url, "report.proxyUrl", error) &&
           argument_text(&outcome.details, "report.details", error) &&
           parse_code(report, &outcome.code, error) &&
           ytops_token_service_report_outcome(state->services.tokens, &outcome, error);
}

static gboolean report_outcome(YtopsTokenServiceIf *iface, const YtopsOutcomeReport *outcome,
                               YtopsServiceException **fault, YtopsUserException **refusal,
                               GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    gboolean ok = report(handler_get_state(iface), outcome, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

/* getToken is deferred and never comes here: see token_call.h. */
void handler_fill_token(YtopsTokenServiceHandlerClass *cls)
{
    cls->report_outcome = report_outcome;
}
