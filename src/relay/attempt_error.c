#include "attempt_error.h"

#include <string.h>

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

char *attempt_error_last_words(const AttemptError *failure, const char *url, const char *reason)
{
    g_autofree char *text = attempt_error_text(failure, url);

    return g_strdup_printf("nothing is left to try (%s); the last error: %s", reason, text);
}

/* What the sentence around a URL may have put right behind it. */
static gsize count_punctuation(const char *url, gsize length)
{
    gsize count = 0;

    while (count < length && strchr("':,.;)", url[length - 1 - count]) != NULL)
        count++;
    return count;
}

/* Behind "scheme://": the host and port; then `url` is where the text goes on. */
static void append_host(GString *out, const char **url)
{
    gsize length = strcspn(*url, " \t\r\n");
    gsize end = length - count_punctuation(*url, length);
    gsize host_end = MIN(strcspn(*url, "/?#\\"), end);
    const char *at = g_strrstr_len(*url, (gssize)host_end, "@");
    const char *host = at != NULL ? at + 1 : *url;

    g_string_append_len(out, host, *url + host_end - host);
    *url += end;
}

char *attempt_error_hide_paths(const char *text)
{
    GString *out = g_string_new(NULL);
    const char *scheme_end;

    while ((scheme_end = strstr(text, "://")) != NULL) {
        const char *url = scheme_end + 3;

        g_string_append_len(out, text, url - text);
        append_host(out, &url);
        text = url;
    }
    g_string_append(out, text);
    return g_string_free(out, FALSE);
}

GError *attempt_error_to_gerror(const AttemptError *failure, const char *words, const char *reason)
{
    gboolean is_timeout = failure->error == RELAY_ERROR_CHUNK_TIMEOUT ||
                          g_strcmp0(reason, "total_timeout_exceeded") == 0;
    g_autofree char *shown = attempt_error_hide_paths(words);
    GError *error = g_error_new_literal(YTOPS_ERROR, code_of(failure), shown);

    ytops_error_set_context(error, "status", is_timeout ? "504" : "502");
    ytops_error_set_context(error, "reason", reason);
    return error;
}
