#include "stream_proxy.h"

#include <string.h>

#include "relay_core.h"
#include "stream_token.h"

char *stream_proxy_make_url(const YtopsRelayStream *stream)
{
    const char *url = stream->proxy_url;

    if (url != NULL && stream->token != NULL && g_str_has_prefix(url, "socks5://"))
        return g_strconcat("socks5h://", url + strlen("socks5://"), NULL);
    return g_strdup(url);
}

static void tell(YtopsRelayStream *stream, YtopsRelayProxyUse *use)
{
    YtopsRelay *relay = stream->relay;
    const StreamToken *token = stream->token;

    if (relay->source.report == NULL)
        return;
    use->proxy_url = stream->proxy_url;
    use->account_id = token != NULL ? stream_token_get_account(token) : NULL;
    use->job_id = token != NULL ? stream_token_get_job(token) : NULL;
    relay->source.report(use, relay->source_data);
}

void stream_proxy_note_success(YtopsRelayStream *stream)
{
    YtopsRelayProxyUse use = {.success = TRUE};

    if (stream->proxy_url == NULL || stream->proxy_verdict == PROXY_VERDICT_GOOD)
        return;
    stream->proxy_verdict = PROXY_VERDICT_GOOD;
    tell(stream, &use);
}

/* A URL that is over is refused by whatever way it is asked for. */
static gboolean is_expiry(const YtopsRelayStream *stream, const AttemptError *failure)
{
    return failure->error == RELAY_ERROR_STATUS && stream->token != NULL &&
           stream_token_is_expired(stream->token);
}

void stream_proxy_note_failure(YtopsRelayStream *stream, const AttemptError *failure)
{
    g_autofree char *details = NULL;
    YtopsRelayProxyUse use = {.code = failure->code};

    if (stream->proxy_url == NULL || stream->proxy_verdict == PROXY_VERDICT_BAD ||
        failure->code == YTOPS_ERROR_INTERNAL || is_expiry(stream, failure))
        return;
    stream->proxy_verdict = PROXY_VERDICT_BAD;
    details =
        failure->error == RELAY_ERROR_STATUS
            ? g_strdup_printf("the relay's upstream answered with status %u", failure->status)
            : g_strdup_printf("the relay's upstream: %s", relay_error_to_string(failure->error));
    use.details = details;
    tell(stream, &use);
}
