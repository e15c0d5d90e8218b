#include "upstream_message.h"

#include "ytops/log.h"

RelayError upstream_message_classify(const UpstreamFetch *fetch)
{
    if (fetch->head.is_final && fetch->head.status >= 400)
        return RELAY_ERROR_STATUS;
    if (fetch->timed_out)
        return RELAY_ERROR_CHUNK_TIMEOUT;
    if (fetch->head.is_final || fetch->refusal != NULL)
        return fetch->refusal != NULL ? RELAY_ERROR_CONNECT : RELAY_ERROR_BROKEN;
    switch (fetch->code) {
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return RELAY_ERROR_BROKEN;
    case CURLE_RECV_ERROR: {
        long proxy_status = 0;

        curl_easy_getinfo(fetch->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
        return proxy_status >= 400 ? RELAY_ERROR_CONNECT : RELAY_ERROR_BROKEN;
    }
    default:
        return RELAY_ERROR_CONNECT;
    }
}

static const char *describe_code(CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return "its name cannot be looked up";
    case CURLE_COULDNT_RESOLVE_PROXY:
        return "the proxy's name cannot be looked up";
    case CURLE_COULDNT_CONNECT:
        return "no connection";
    case CURLE_OPERATION_TIMEDOUT:
        return "the connection took too long";
    case CURLE_PROXY:
        return "the proxy refused or failed";
    case CURLE_SSL_CONNECT_ERROR:
        return "TLS could not be agreed on";
    case CURLE_PEER_FAILED_VERIFICATION:
        return "its certificate is not trusted";
    case CURLE_GOT_NOTHING:
        return "it closed the connection without an answer";
    case CURLE_PARTIAL_FILE:
        return "the transfer ended before its length was reached";
    case CURLE_RECV_ERROR:
        return "the connection broke";
    case CURLE_SEND_ERROR:
        return "the request could not be sent";
    case CURLE_TOO_MANY_REDIRECTS:
        return "it redirects too often";
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return "its answer is not HTTP";
    default:
        return "the transfer failed";
    }
}

static char *describe(const UpstreamFetch *fetch, RelayError error)
{
    if (fetch->cancelled)
        return g_strdup("cancelled");
    if (error == RELAY_ERROR_STATUS)
        return g_strdup_printf("it answered with status %u", fetch->head.status);
    if (fetch->timed_out)
        return g_strdup_printf("no data for %.1f s%s", (double)fetch->chunk_timeout_ms / 1000.0,
                               fetch->head.is_final ? "" : ", the head of the answer included");
    if (fetch->refusal != NULL)
        return g_strdup(fetch->refusal);
    return g_strdup_printf(
        "%s: %s after %" G_GUINT64_FORMAT " bytes of body", describe_code(fetch->code),
        *fetch->cause != '\0' ? fetch->cause : curl_easy_strerror(fetch->code), fetch->body_bytes);
}

char *upstream_message_make(const UpstreamFetch *fetch, RelayError error)
{
    g_autofree char *what = NULL;
    g_autofree char *message = NULL;

    if (fetch->is_complete && fetch->code == CURLE_OK && error != RELAY_ERROR_STATUS &&
        !fetch->cancelled)
        return g_strdup("complete");
    what = describe(fetch, error);
    message = g_strdup_printf("%s: %s", fetch->url, what);
    return ytops_redact(message);
}
