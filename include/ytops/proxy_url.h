/*
 * A proxy's URL: parsed, checked, shown without its password. Pure.
 *
 * scheme://[user[:password]@]host:port with scheme http, https, socks4, socks4a, socks5 or socks5h.
 * The text as configured is the proxy's identity, credentials included.
 */
#pragma once

#include <glib.h>

typedef enum {
    YTOPS_PROXY_HTTP,
    YTOPS_PROXY_HTTPS,
    YTOPS_PROXY_SOCKS4,
    YTOPS_PROXY_SOCKS4A,
    YTOPS_PROXY_SOCKS5,
    YTOPS_PROXY_SOCKS5H
} YtopsProxyScheme;

typedef struct {
    char *text; /* as configured */
    YtopsProxyScheme scheme;
    char *host; /* without the brackets of an IPv6 address */
    guint16 port;
    char *user;     /* percent-decoded; NULL: none */
    char *password; /* percent-decoded; NULL: none */
} YtopsProxyUrl;

/* INVALID_ARGUMENT that shows the URL without its password and says what is wrong. */
YtopsProxyUrl *ytops_proxy_url_parse(const char *text, GError **error);
void ytops_proxy_url_free(YtopsProxyUrl *url);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsProxyUrl, ytops_proxy_url_free)

/*
 * A proxy's URL for people, also where it is malformed: what stands between the first colon behind
 * the scheme and the last @ becomes ***, and where there is no @, what follows the host unless that is
 * a port alone. ytops_redact() finds well-formed URLs inside any text; this one knows that the whole
 * text is meant as one URL, so nothing of a mangled password slips through. NULL is shown as "". Free
 * with g_free.
 */
char *ytops_proxy_display(const char *text);

/*
 * A list as --proxies takes it: comma-separated URLs, or @file with one URL a line, blank lines and
 * lines that begin with # left out. Elements are YtopsProxyUrl in the order given. A duplicate and
 * a bad entry are INVALID_ARGUMENT naming it and, in a file, its line. "" gives an empty array.
 */
GPtrArray *ytops_proxy_list_parse(const char *text, GError **error);
