#include "ytops/error.h"

#include <string.h>

typedef struct {
    GHashTable *context;
} YtopsErrorPrivate;

static void ytops_error_private_init(YtopsErrorPrivate *priv)
{
    priv->context = NULL;
}

static void ytops_error_private_copy(const YtopsErrorPrivate *src, YtopsErrorPrivate *dest)
{
    GHashTableIter iter;
    gpointer key, value;

    if (src->context == NULL)
        return;
    dest->context = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_hash_table_iter_init(&iter, src->context);
    while (g_hash_table_iter_next(&iter, &key, &value))
        g_hash_table_insert(dest->context, g_strdup(key), g_strdup(value));
}

static void ytops_error_private_clear(YtopsErrorPrivate *priv)
{
    g_clear_pointer(&priv->context, g_hash_table_unref);
}

G_DEFINE_EXTENDED_ERROR(YtopsError, ytops_error)

#define NAME(code) [YTOPS_ERROR_##code] = #code

static const char *const code_names[YTOPS_ERROR_N_CODES] = {
    NAME(INTERNAL),
    NAME(INVALID_ARGUMENT),
    NAME(NOT_FOUND),
    NAME(ROLE_FORBIDDEN),
    NAME(OUT_OF_SCOPE),
    NAME(QUEUE_EMPTY),
    NAME(NO_ACTIVE_PROXIES),
    NAME(NO_ACTIVE_ACCOUNTS),
    NAME(REDIS_UNAVAILABLE),
    NAME(OVERLOADED),
    NAME(DRAINING),
    NAME(BOT_DETECTED),
    NAME(CAPTCHA_REQUIRED),
    NAME(IP_BLOCKED),
    NAME(SESSION_RATE_LIMITED),
    NAME(HTTP_429),
    NAME(HTTP_403),
    NAME(HTTP_5XX),
    NAME(MEDIA_403),
    NAME(AGE_RESTRICTED),
    NAME(PRIVATE_VIDEO),
    NAME(MEMBERS_ONLY),
    NAME(LOGIN_REQUIRED),
    NAME(COOKIES_INVALID),
    NAME(UPLOADER_TERMINATED),
    NAME(VIDEO_REMOVED),
    NAME(VIDEO_UNAVAILABLE),
    NAME(GEO_RESTRICTED),
    NAME(LIVE_NOT_STARTED),
    NAME(DRM_PROTECTED),
    NAME(NO_FORMATS),
    NAME(UNSUPPORTED_URL),
    NAME(INVALID_URL),
    NAME(SOCKS5_CONNECTION_FAILED),
    NAME(SOCKS5_AUTH_FAILED),
    NAME(SOCKS5_PROTOCOL),
    NAME(PROXY_DNS_FAILED),
    NAME(HTTP_PROXY_AUTH),
    NAME(HTTP_PROXY_FAILED),
    NAME(TARGET_UNREACHABLE),
    NAME(DNS_FAILED),
    NAME(CONNECT_TIMEOUT),
    NAME(READ_TIMEOUT),
    NAME(CONNECTION_RESET),
    NAME(SSL_ERROR),
    NAME(COOKIE_FILE),
    NAME(TIMEOUT),
    NAME(GENERIC),
    NAME(DOWNLOAD_FAILED),
    NAME(PROBE_FAILED),
    NAME(POISON),
};

const char *ytops_error_code_to_string(YtopsErrorCode code)
{
    if ((guint)code >= YTOPS_ERROR_N_CODES)
        return code_names[YTOPS_ERROR_INTERNAL];
    return code_names[code];
}

gboolean ytops_error_code_from_string(const char *name, YtopsErrorCode *code)
{
    for (guint i = 0; name != NULL && i < YTOPS_ERROR_N_CODES; i++) {
        if (strcmp(name, code_names[i]) == 0) {
            *code = (YtopsErrorCode)i;
            return TRUE;
        }
    }
    return FALSE;
}

gboolean ytops_error_code_is_refusal(YtopsErrorCode code)
{
    switch (code) {
    case YTOPS_ERROR_INVALID_ARGUMENT:
    case YTOPS_ERROR_NOT_FOUND:
    case YTOPS_ERROR_ROLE_FORBIDDEN:
    case YTOPS_ERROR_OUT_OF_SCOPE:
    case YTOPS_ERROR_QUEUE_EMPTY:
        return TRUE;
    default:
        return FALSE;
    }
}

YtopsErrorCode ytops_error_get_code(const GError *error)
{
    if (error == NULL || error->domain != YTOPS_ERROR)
        return YTOPS_ERROR_INTERNAL;
    return (YtopsErrorCode)error->code;
}

gboolean ytops_refuse(GError **error, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    g_propagate_error(
        error, g_error_new_valist(YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, format, values));
    va_end(values);
    return FALSE;
}

void ytops_error_set_context(GError *error, const char *key, const char *value)
{
    YtopsErrorPrivate *priv;

    if (error == NULL || error->domain != YTOPS_ERROR || value == NULL)
        return;
    priv = ytops_error_get_private(error);
    if (priv->context == NULL)
        priv->context = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_hash_table_insert(priv->context, g_strdup(key), g_strdup(value));
}

GHashTable *ytops_error_peek_context(const GError *error)
{
    if (error == NULL || error->domain != YTOPS_ERROR)
        return NULL;
    return ytops_error_get_private(error)->context;
}

const char *ytops_error_get_context(const GError *error, const char *key)
{
    GHashTable *context = ytops_error_peek_context(error);

    return context != NULL ? g_hash_table_lookup(context, key) : NULL;
}
