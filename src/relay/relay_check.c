#include "relay_check.h"

#include <string.h>

#include "upstream.h"
#include "ytops/log.h"

/* The field goes onto whatever error is there. FALSE, for `return refuse(...)`. */
static gboolean refuse(GError *reason, const char *field, GError **error)
{
    ytops_error_set_context(reason, "field", field);
    g_propagate_error(error, reason);
    return FALSE;
}

static gboolean check_url(const char *url, const char *field, gboolean allow_private,
                          GError **error)
{
    GError *reason = NULL;

    if (url == NULL || url[0] == '\0') {
        reason = g_error_new(YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                             "%s holds no URL; give one with http or https", field);
        return refuse(reason, field, error);
    }
    if (upstream_url_check(url, allow_private, &reason))
        return TRUE;
    return refuse(reason, field, error);
}

static gboolean check_proxy(const char *text, GError **error)
{
    static const char *const schemes[] = {"http",   "https",   "socks4", "socks4a",
                                          "socks5", "socks5h", NULL};
    g_autoptr(GUri) uri = NULL;

    if (text == NULL || text[0] == '\0')
        return TRUE;
    uri = g_uri_parse(text, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_PARSE_RELAXED, NULL);
    if (uri != NULL && g_strv_contains(schemes, g_uri_get_scheme(uri)) &&
        g_uri_get_host(uri) != NULL && g_uri_get_host(uri)[0] != '\0')
        return TRUE;
    /* The text may hold a password in a form that redaction does not know. */
    return refuse(g_error_new(YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                              "proxy_url is not scheme://[user:password@]host:port with one of "
                              "http, https, socks4, socks4a, socks5 and socks5h"),
                  "proxy_url", error);
}

static gboolean is_token(const char *name)
{
    for (const char *p = name; *p != '\0'; p++) {
        if (!g_ascii_isalnum(*p) && strchr("!#$%&'*+-.^_`|~", *p) == NULL)
            return FALSE;
    }
    return name[0] != '\0';
}

static gboolean check_headers(GHashTable *headers, GError **error)
{
    GHashTableIter iter;
    gpointer name, value;

    if (headers == NULL)
        return TRUE;
    g_hash_table_iter_init(&iter, headers);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        g_autofree char *shown = ytops_escape(name);

        if (is_token(name) && strpbrk(value, "\r\n") == NULL)
            continue;
        return refuse(g_error_new(YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                                  "the header \"%s\" has a name or a value that HTTP does not "
                                  "allow; remove line breaks and spaces in the name",
                                  shown),
                      "headers", error);
    }
    return TRUE;
}

static gboolean check_user_agent(const char *user_agent, GError **error)
{
    if (user_agent == NULL || strpbrk(user_agent, "\r\n") == NULL)
        return TRUE;
    return refuse(g_error_new(YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                              "user_agent holds a line break, which HTTP does not allow"),
                  "user_agent", error);
}

static gboolean is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* A page may be given by a bare video id, too: what else is wrong with it the source tells. */
static gboolean check_first_url(const YtopsRelaySpec *spec, gboolean allow_private, GError **error)
{
    if (is_given(spec->account_id) && is_given(spec->url) && strstr(spec->url, "://") == NULL)
        return TRUE;
    return check_url(spec->url, "url", allow_private, error);
}

gboolean relay_check_page(YtopsRelay *relay, const YtopsRelaySpec *spec, GError **error)
{
    YtopsRelayPage page = {
        .url = spec->url,
        .account_id = spec->account_id,
        .format = is_given(spec->format) ? spec->format : NULL,
        .proxy_url = is_given(spec->proxy_url) ? spec->proxy_url : NULL,
    };

    if (!is_given(spec->account_id) && page.format == NULL)
        return TRUE;
    if (!is_given(spec->account_id))
        return refuse(g_error_new(YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                                  "format is about a page: give the account_id whose token is to "
                                  "be used, too"),
                      "format", error);
    if (relay->source.check == NULL)
        return refuse(g_error_new(YTOPS_ERROR, YTOPS_ERROR_ROLE_FORBIDDEN,
                                  "account_id: this server makes no tokens; give the URL of the "
                                  "media itself, or ask a worker that does"),
                      "account_id", error);
    if (spec->failover_urls != NULL && spec->failover_urls[0] != NULL)
        return refuse(g_error_new(YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                                  "failover_urls: with account_id the token tells every URL"),
                      "failover_urls", error);
    return relay->source.check(&page, error, relay->source_data);
}

gboolean relay_check_spec(const YtopsRelaySpec *spec, gboolean allow_private, GError **error)
{
    if (!check_first_url(spec, allow_private, error))
        return FALSE;
    for (guint i = 0; spec->failover_urls != NULL && spec->failover_urls[i] != NULL; i++) {
        if (!check_url(spec->failover_urls[i], "failover_urls", allow_private, error))
            return FALSE;
    }
    return check_proxy(spec->proxy_url, error) && check_user_agent(spec->user_agent, error) &&
           check_headers(spec->headers, error);
}
