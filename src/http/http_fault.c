#include "http_fault.h"

#include <string.h>

#include "ytops/json.h"
#include "ytops/log.h"

gboolean http_fault_set(HttpFault *fault, guint status, YtopsErrorCode code, const char *field,
                        const char *format, ...)
{
    va_list arguments;
    if (fault->status != 0)
        return FALSE;
    va_start(arguments, format);
    fault->status = status;
    fault->code = code;
    fault->field = field;
    fault->message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return FALSE;
}

void http_fault_clear(HttpFault *fault)
{
    g_free(fault->message);
    *fault = (HttpFault){0};
}

GBytes *http_fault_to_body(YtopsErrorCode code, const char *message, const char *field)
{
    g_autoptr(YtopsJson) document = ytops_json_object_new();
    g_autofree char *valid = g_utf8_make_valid(message, -1);
    g_autofree char *shown = ytops_redact(valid);
    YtopsJson *error = ytops_json_object_new();
    ytops_json_set_string(error, "code", ytops_error_code_to_string(code));
    ytops_json_set_string(error, "message", shown);
    if (field != NULL)
        ytops_json_set_string(error, "field", field);
    ytops_json_set_take(document, "error", error);
    char *text = ytops_json_to_string(document);
    return g_bytes_new_take(text, strlen(text));
}

guint http_fault_status_of(YtopsErrorCode code)
{
    switch (code) {
    case YTOPS_ERROR_INVALID_ARGUMENT:
        return 400;
    case YTOPS_ERROR_NOT_FOUND:
        return 404;
    case YTOPS_ERROR_OVERLOADED:
    case YTOPS_ERROR_DRAINING:
    case YTOPS_ERROR_REDIS_UNAVAILABLE:
        return 503;
    default:
        return 500;
    }
}
