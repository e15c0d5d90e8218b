#include "ytops/proxy_url.h"

#include "ytops/error.h"

#include <arpa/inet.h>
#include <string.h>

enum { MAX_TEXT = 2048, MAX_HOST = 253, MAX_SOCKS5_CREDENTIAL = 255 };

static const char *const scheme_names[] = {
    [YTOPS_PROXY_HTTP] = "http",     [YTOPS_PROXY_HTTPS] = "https",
    [YTOPS_PROXY_SOCKS4] = "socks4", [YTOPS_PROXY_SOCKS4A] = "socks4a",
    [YTOPS_PROXY_SOCKS5] = "socks5", [YTOPS_PROXY_SOCKS5H] = "socks5h",
};

static gboolean refuse(const char *text, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static gboolean refuse(const char *text, GError **error, const char *format, ...)
{
    g_autofree char *display = ytops_proxy_display(text);
    va_list args;
    va_start(args, format);
    g_autofree char *problem = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, "proxy URL \"%s\": %s", display,
                problem);
    return FALSE;
}

static gboolean check_text(const char *text, GError **error)
{
    if (text == NULL || *text == '\0') {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "the proxy URL is empty; write it as scheme://[user:password@]host:port");
        return FALSE;
    }
    gsize length = strlen(text);
    if (length > MAX_TEXT) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "a proxy URL of %" G_GSIZE_FORMAT " bytes is too long; at most %d are allowed",
                    length, MAX_TEXT);
        return FALSE;
    }
    for (const char *c = text; *c != '\0'; c++) {
        if (!g_ascii_isgraph(*c)) {
            g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                        "a proxy URL has byte 0x%02x at offset %" G_GSIZE_FORMAT
                        "; write spaces, control characters and what is not ASCII as %%XX",
                        (guint8)*c, (gsize)(c - text));
            return FALSE;
        }
    }
    return TRUE;
}

/* Gives what stands behind "scheme://". */
static const char *parse_scheme(YtopsProxyUrl *url, GError **error)
{
    const char *separator = strstr(url->text, "://");
    if (separator == NULL) {
        refuse(url->text, error, "it has no scheme; write it as scheme://host:port with %s",
               "http, https, socks4, socks4a, socks5 or socks5h");
        return NULL;
    }
    g_autofree char *scheme = g_strndup(url->text, (gsize)(separator - url->text));
    for (gsize i = 0; i < G_N_ELEMENTS(scheme_names); i++) {
        if (g_ascii_strcasecmp(scheme, scheme_names[i]) == 0) {
            url->scheme = (YtopsProxyScheme)i;
            return separator + 3;
        }
    }
    refuse(url->text, error,
           "the scheme is not known; use http, https, socks4, socks4a, socks5 or socks5h");
    return NULL;
}

/* The part up to the path; only an empty path or "/" may follow it. */
static char *split_authority(const YtopsProxyUrl *url, const char *rest, GError **error)
{
    gsize length = strcspn(rest, "/?#");
    const char *tail = rest + length;
    if (*tail != '\0' && strcmp(tail, "/") != 0) {
        refuse(url->text, error, "%s",
               strchr(tail, '@') != NULL
                   ? "write / ? and # in a user name or password as %2F, %3F and %23"
                   : "nothing may follow the port");
        return NULL;
    }
    return g_strndup(rest, length);
}

static gboolean decode_credential(const YtopsProxyUrl *url, const char *what, const char *encoded,
                                  char **decoded, GError **error)
{
    *decoded = g_uri_unescape_string(encoded, NULL);
    if (*decoded == NULL)
        return refuse(url->text, error,
                      "the %s has a broken %%XX escape; write a percent sign as %%25", what);
    gboolean is_socks5 = url->scheme == YTOPS_PROXY_SOCKS5 || url->scheme == YTOPS_PROXY_SOCKS5H;
    if (is_socks5 && strlen(*decoded) > MAX_SOCKS5_CREDENTIAL)
        return refuse(url->text, error, "the %s is longer than the %d bytes SOCKS5 can carry", what,
                      MAX_SOCKS5_CREDENTIAL);
    return TRUE;
}

static gboolean parse_credentials(YtopsProxyUrl *url, const char *userinfo, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(userinfo, ":", 2);
    const char *user = parts[0] != NULL ? parts[0] : "";
    if (*user == '\0')
        return refuse(url->text, error, "the user name before @ is empty");
    if (!decode_credential(url, "user name", user, &url->user, error))
        return FALSE;
    gboolean is_http = url->scheme == YTOPS_PROXY_HTTP || url->scheme == YTOPS_PROXY_HTTPS;
    if (is_http && strchr(url->user, ':') != NULL)
        return refuse(url->text, error, "the user name of an HTTP proxy cannot have a colon");
    return parts[1] == NULL || decode_credential(url, "password", parts[1], &url->password, error);
}

static gboolean parse_port(YtopsProxyUrl *url, const char *port, GError **error)
{
    guint64 value = 0;
    if (*port == '\0')
        return refuse(url->text, error, "the port is missing; write it as scheme://host:port");
    if (!g_ascii_string_to_unsigned(port, 10, 1, G_MAXUINT16, &value, NULL))
        return refuse(url->text, error, "the port \"%s\" is no number from 1 to 65535", port);
    url->port = (guint16)value;
    return TRUE;
}

static gboolean parse_ipv6(YtopsProxyUrl *url, const char *hostport, GError **error)
{
    const char *end = strchr(hostport, ']');
    if (end == NULL)
        return refuse(url->text, error, "the IPv6 address has no closing bracket");
    url->host = g_strndup(hostport + 1, (gsize)(end - hostport - 1));
    struct in6_addr address;
    if (inet_pton(AF_INET6, url->host, &address) != 1)
        return refuse(url->text, error, "\"%s\" in brackets is no IPv6 address", url->host);
    if (end[1] != '\0' && (end[1] != ':' || strchr(end + 2, ':') != NULL))
        return refuse(url->text, error, "after the bracket must come :port, and nothing else");
    return parse_port(url, end[1] == ':' ? end + 2 : "", error);
}

static gboolean parse_host(YtopsProxyUrl *url, const char *hostport, GError **error)
{
    if (*hostport == '[')
        return parse_ipv6(url, hostport, error);
    const char *colon = strchr(hostport, ':');
    if (colon != NULL && strchr(colon + 1, ':') != NULL)
        return refuse(url->text, error,
                      "it has more than one colon; write an IPv6 address in brackets, [::1]:1080");
    gsize length = colon != NULL ? (gsize)(colon - hostport) : strlen(hostport);
    url->host = g_strndup(hostport, length);
    if (length == 0)
        return refuse(url->text, error, "the host is missing");
    if (length > MAX_HOST)
        return refuse(url->text, error, "the host is longer than %d characters", MAX_HOST);
    for (const char *c = url->host; *c != '\0'; c++) {
        if (!g_ascii_isalnum(*c) && strchr(".-_", *c) == NULL)
            return refuse(url->text, error, "the host has the character '%c'", *c);
    }
    return parse_port(url, colon != NULL ? colon + 1 : "", error);
}

static gboolean parse_authority(YtopsProxyUrl *url, char *authority, GError **error)
{
    /* The last @: a password may have one that was not percent-encoded. */
    char *at = strrchr(authority, '@');
    if (at == NULL)
        return parse_host(url, authority, error);
    *at = '\0';
    return parse_credentials(url, authority, error) && parse_host(url, at + 1, error);
}

YtopsProxyUrl *ytops_proxy_url_parse(const char *text, GError **error)
{
    if (!check_text(text, error))
        return NULL;
    g_autoptr(YtopsProxyUrl) url = g_new0(YtopsProxyUrl, 1);
    url->text = g_strdup(text);
    const char *rest = parse_scheme(url, error);
    if (rest == NULL)
        return NULL;
    g_autofree char *authority = split_authority(url, rest, error);
    if (authority == NULL || !parse_authority(url, authority, error))
        return NULL;
    return g_steal_pointer(&url);
}

void ytops_proxy_url_free(YtopsProxyUrl *url)
{
    if (url == NULL)
        return;
    g_free(url->text);
    g_free(url->host);
    g_free(url->user);
    g_free(url->password);
    g_free(url);
}

/* Some sellers write host:port:user:password: of more than a host and a port only the first is shown. */
static char *display_host(const char *text, const char *authority)
{
    const char *bracket = *authority == '[' ? strchr(authority, ']') : NULL;
    const char *colon = strchr(bracket != NULL ? bracket : authority, ':');
    if (colon == NULL || strchr(colon + 1, ':') == NULL)
        return g_strdup(text);
    return g_strdup_printf("%.*s:***", (int)(colon - text), text);
}

char *ytops_proxy_display(const char *text)
{
    if (text == NULL)
        return g_strdup("");
    const char *separator = strstr(text, "://");
    const char *at = strrchr(text, '@');
    if (at == NULL)
        return display_host(text, separator != NULL ? separator + 3 : text);
    const char *userinfo = separator != NULL && separator < at ? separator + 3 : text;
    const char *colon = memchr(userinfo, ':', (gsize)(at - userinfo));
    if (colon == NULL)
        return g_strdup(text);
    return g_strdup_printf("%.*s:***%s", (int)(colon - text), text, at);
}
