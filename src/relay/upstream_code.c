#include "upstream_code.h"

YtopsErrorCode upstream_code_of_status(guint status)
{
    if (status == 403)
        return YTOPS_ERROR_MEDIA_403;
    if (status == 407)
        return YTOPS_ERROR_HTTP_PROXY_AUTH;
    if (status == 429)
        return YTOPS_ERROR_HTTP_429;
    return status >= 500 ? YTOPS_ERROR_HTTP_5XX : YTOPS_ERROR_INTERNAL;
}

/* What a SOCKS proxy did. */
static YtopsErrorCode code_of_handshake(const UpstreamFetch *fetch)
{
    long detail = CURLPX_OK;

    curl_easy_getinfo(fetch->easy, CURLINFO_PROXY_ERROR, &detail);
    switch (detail) {
    case CURLPX_NO_AUTH:
    case CURLPX_USER_REJECTED:
    case CURLPX_REQUEST_FAILED:
    case CURLPX_IDENTD:
    case CURLPX_IDENTD_DIFFER:
    case CURLPX_GSSAPI:
    case CURLPX_GSSAPI_PERMSG:
    case CURLPX_GSSAPI_PROTECTION:
        return YTOPS_ERROR_SOCKS5_AUTH_FAILED;
    case CURLPX_BAD_ADDRESS_TYPE:
    case CURLPX_BAD_VERSION:
    case CURLPX_UNKNOWN_FAIL:
    case CURLPX_UNKNOWN_MODE:
    case CURLPX_LONG_HOSTNAME:
    case CURLPX_LONG_USER:
    case CURLPX_LONG_PASSWD:
        return YTOPS_ERROR_SOCKS5_PROTOCOL;
    case CURLPX_RESOLVE_HOST:
        return YTOPS_ERROR_DNS_FAILED;
    case CURLPX_REPLY_ADDRESS_TYPE_NOT_SUPPORTED:
    case CURLPX_REPLY_COMMAND_NOT_SUPPORTED:
    case CURLPX_REPLY_CONNECTION_REFUSED:
    case CURLPX_REPLY_GENERAL_SERVER_FAILURE:
    case CURLPX_REPLY_HOST_UNREACHABLE:
    case CURLPX_REPLY_NETWORK_UNREACHABLE:
    case CURLPX_REPLY_NOT_ALLOWED:
    case CURLPX_REPLY_TTL_EXPIRED:
    case CURLPX_REPLY_UNASSIGNED:
        return YTOPS_ERROR_TARGET_UNREACHABLE;
    default:
        return YTOPS_ERROR_SOCKS5_CONNECTION_FAILED;
    }
}

static YtopsErrorCode code_of_no_connection(const UpstreamFetch *fetch)
{
    if (!fetch->has_proxy)
        return YTOPS_ERROR_TARGET_UNREACHABLE;
    return fetch->has_socks ? YTOPS_ERROR_SOCKS5_CONNECTION_FAILED : YTOPS_ERROR_HTTP_PROXY_FAILED;
}

/* A tunnel through an HTTP proxy that it did not open. INTERNAL: it did, or there is none. */
static YtopsErrorCode code_of_tunnel(const UpstreamFetch *fetch)
{
    long status = 0;

    curl_easy_getinfo(fetch->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    if (status == 407)
        return YTOPS_ERROR_HTTP_PROXY_AUTH;
    if (status >= 502 && status <= 504)
        return YTOPS_ERROR_TARGET_UNREACHABLE;
    return status >= 400 ? YTOPS_ERROR_HTTP_PROXY_FAILED : YTOPS_ERROR_INTERNAL;
}

static YtopsErrorCode code_of_silence(const UpstreamFetch *fetch)
{
    curl_off_t sent_us = 0;

    curl_easy_getinfo(fetch->easy, CURLINFO_PRETRANSFER_TIME_T, &sent_us);
    return fetch->head.is_final || sent_us > 0 ? YTOPS_ERROR_READ_TIMEOUT
                                               : YTOPS_ERROR_CONNECT_TIMEOUT;
}

static YtopsErrorCode code_of_break(const UpstreamFetch *fetch)
{
    switch (fetch->code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
        return YTOPS_ERROR_PROXY_DNS_FAILED;
    case CURLE_COULDNT_RESOLVE_HOST:
        return YTOPS_ERROR_DNS_FAILED;
    case CURLE_COULDNT_CONNECT:
        return code_of_no_connection(fetch);
    case CURLE_PROXY:
        return code_of_handshake(fetch);
    case CURLE_OPERATION_TIMEDOUT:
        return YTOPS_ERROR_CONNECT_TIMEOUT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
        return YTOPS_ERROR_SSL_ERROR;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return YTOPS_ERROR_CONNECTION_RESET;
    default:
        return YTOPS_ERROR_INTERNAL;
    }
}

YtopsErrorCode upstream_code_of(const UpstreamFetch *fetch, RelayError error)
{
    YtopsErrorCode of_tunnel;

    if (fetch->cancelled || fetch->refusal != NULL)
        return YTOPS_ERROR_INTERNAL;
    if (error == RELAY_ERROR_STATUS)
        return upstream_code_of_status(fetch->head.status);
    if (fetch->timed_out)
        return code_of_silence(fetch);
    of_tunnel = code_of_tunnel(fetch);
    return of_tunnel != YTOPS_ERROR_INTERNAL ? of_tunnel : code_of_break(fetch);
}
