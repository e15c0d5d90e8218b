#include "attempt_error.h"

#include "ytops/log.h"

char *attempt_error_text(const AttemptError *failure, const char *url)
{
    g_autofree char *shown = ytops_redact(url);

    if (failure->error == RELAY_ERROR_STATUS)
        return g_strdup_printf("the upstream %s answered with status %u", shown, failure->status);
    return g_strdup_printf("%s: %s (upstream %s)", relay_error_to_string(failure->error),
                           failure->message != NULL ? failure->message : "no more is known", shown);
}

static YtopsErrorCode code_of(const AttemptError *failure)
{
    switch (failure->error) {
    case RELAY_ERROR_CONNECT:
        return YTOPS_ERROR_TARGET_UNREACHABLE;
    case RELAY_ERROR_CHUNK_TIMEOUT:
        return YTOPS_ERROR_READ_TIMEOUT;
    case RELAY_ERROR_STATUS:
        if (failure->status == 403)
            return YTOPS_ERROR_HTTP_403;
        if (failure->status == 429)
            return YTOPS_ERROR_HTTP_429;
        return failure->status >= 500 ? YTOPS_ERROR_HTTP_5XX : YTOPS_ERROR_GENERIC;
    default:
        return YTOPS_ERROR_CONNECTION_RESET;
    }
}

GError *attempt_error_to_gerror(const AttemptError *failure, const char *url, const char *reason)
{
    gboolean is_timeout = failure->error == RELAY_ERROR_CHUNK_TIMEOUT ||
                          g_strcmp0(reason, "total_timeout_exceeded") == 0;
    g_autofree char *text = attempt_error_text(failure, url);
    GError *error = g_error_new(YTOPS_ERROR, code_of(failure),
                                "nothing is left to try (%s); the last error: %s", reason, text);

    ytops_error_set_context(error, "status", is_timeout ? "504" : "502");
    ytops_error_set_context(error, "reason", reason);
    return error;
}
