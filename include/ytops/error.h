/*
 * The errors that a caller of the service can meet, as one GError domain.
 *
 * The codes are the errorCode names of the Thrift contract and of docs/errors.md. An error can
 * carry context (jobId, accountId, proxyUrl, ...), which travels to the client with it. A GError of
 * any other domain is an INTERNAL error when it reaches a client.
 */
#pragma once

#include <glib.h>

#define YTOPS_ERROR (ytops_error_quark())

typedef enum {
    /* Ours. */
    YTOPS_ERROR_INTERNAL,
    YTOPS_ERROR_INVALID_ARGUMENT,
    YTOPS_ERROR_NOT_FOUND,
    YTOPS_ERROR_ROLE_FORBIDDEN,
    YTOPS_ERROR_OUT_OF_SCOPE,
    YTOPS_ERROR_QUEUE_EMPTY,
    YTOPS_ERROR_NO_ACTIVE_PROXIES,
    YTOPS_ERROR_NO_ACTIVE_ACCOUNTS,
    YTOPS_ERROR_REDIS_UNAVAILABLE,
    YTOPS_ERROR_OVERLOADED,
    YTOPS_ERROR_DRAINING,
    /* What became of an extraction; ytops/error_policy.h says whom each is charged to. */
    YTOPS_ERROR_BOT_DETECTED,
    YTOPS_ERROR_CAPTCHA_REQUIRED,
    YTOPS_ERROR_IP_BLOCKED,
    YTOPS_ERROR_SESSION_RATE_LIMITED,
    YTOPS_ERROR_HTTP_429,
    YTOPS_ERROR_HTTP_403,
    YTOPS_ERROR_HTTP_5XX,
    YTOPS_ERROR_MEDIA_403,
    YTOPS_ERROR_AGE_RESTRICTED,
    YTOPS_ERROR_PRIVATE_VIDEO,
    YTOPS_ERROR_MEMBERS_ONLY,
    YTOPS_ERROR_LOGIN_REQUIRED,
    YTOPS_ERROR_COOKIES_INVALID,
    YTOPS_ERROR_UPLOADER_TERMINATED,
    YTOPS_ERROR_VIDEO_REMOVED,
    YTOPS_ERROR_VIDEO_UNAVAILABLE,
    YTOPS_ERROR_GEO_RESTRICTED,
    YTOPS_ERROR_LIVE_NOT_STARTED,
    YTOPS_ERROR_DRM_PROTECTED,
    YTOPS_ERROR_NO_FORMATS,
    YTOPS_ERROR_UNSUPPORTED_URL,
    YTOPS_ERROR_INVALID_URL,
    YTOPS_ERROR_SOCKS5_CONNECTION_FAILED,
    YTOPS_ERROR_SOCKS5_AUTH_FAILED,
    YTOPS_ERROR_SOCKS5_PROTOCOL,
    YTOPS_ERROR_PROXY_DNS_FAILED,
    YTOPS_ERROR_HTTP_PROXY_AUTH,
    YTOPS_ERROR_HTTP_PROXY_FAILED,
    YTOPS_ERROR_TARGET_UNREACHABLE,
    YTOPS_ERROR_DNS_FAILED,
    YTOPS_ERROR_CONNECT_TIMEOUT,
    YTOPS_ERROR_READ_TIMEOUT,
    YTOPS_ERROR_CONNECTION_RESET,
    YTOPS_ERROR_SSL_ERROR,
    YTOPS_ERROR_COOKIE_FILE,
    YTOPS_ERROR_TIMEOUT,
    YTOPS_ERROR_GENERIC,
    /* How the work on a queued URL ended, after the token. */
    YTOPS_ERROR_DOWNLOAD_FAILED,
    YTOPS_ERROR_PROBE_FAILED,
    YTOPS_ERROR_POISON,
    YTOPS_ERROR_N_CODES
} YtopsErrorCode;

GQuark ytops_error_quark(void);

/* The contract's name of the code, such as "BOT_DETECTED". Static. */
const char *ytops_error_code_to_string(YtopsErrorCode code);

/* FALSE where no code has that name; *code is then untouched. */
gboolean ytops_error_code_from_string(const char *name, YtopsErrorCode *code);

/* Whether the contract reports it as UserException: the caller's fault, or not served here. */
gboolean ytops_error_code_is_refusal(YtopsErrorCode code);

/* The code of any GError: INTERNAL for one of another domain. */
YtopsErrorCode ytops_error_get_code(const GError *error);

/*
 * Sets INVALID_ARGUMENT with that text. FALSE, to be returned where something is refused; `error` may be
 * NULL.
 */
gboolean ytops_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/*
 * Sets a context entry, replacing one of the same key; copies both strings. A NULL value, a NULL
 * error and an error of another domain are ignored, so callers need not test.
 */
void ytops_error_set_context(GError *error, const char *key, const char *value);

/* The value, owned by the error; NULL where there is none. */
const char *ytops_error_get_context(const GError *error, const char *key);

/* All entries (char * to char *), owned by the error; NULL where there are none. */
GHashTable *ytops_error_peek_context(const GError *error);
