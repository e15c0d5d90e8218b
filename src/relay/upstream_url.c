#include <curl/curl.h>
#include <string.h>

#include "address_guard.h"
#include "upstream.h"
#include "ytops/error.h"
#include "ytops/log.h"

static void free_url(CURLU **url)
{
    curl_url_cleanup(*url);
}

static void free_part(char **part)
{
    curl_free(*part);
}

static void set_error(GError **error, const char *url, const char *what)
{
    g_autofree char *shown = ytops_redact(url);

    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, "the URL '%s' %s", shown, what);
}

static gboolean check_host(const char *url, const char *host, gboolean allow_private,
                           GError **error)
{
    AddressKind kind = address_guard_classify_host(host);
    g_autofree char *what = NULL;

    if (allow_private || address_guard_is_allowed(kind))
        return TRUE;
    what = g_strdup_printf("leads to %s: the relay goes there only with --relay-allow-private",
                           address_guard_kind_to_string(kind));
    set_error(error, url, what);
    return FALSE;
}

/* libcurl takes http:///path for http://path, as browsers do: an operator's slip. */
static gboolean has_empty_authority(const char *url)
{
    const char *authority = strstr(url, "://");

    return authority != NULL && authority[3] == '/';
}

/* By libcurl's own parser, so that what is checked is what will be connected to. */
gboolean upstream_url_check(const char *url, gboolean allow_private, GError **error)
{
    __attribute__((cleanup(free_url))) CURLU *parsed = curl_url();
    __attribute__((cleanup(free_part))) char *scheme = NULL;
    __attribute__((cleanup(free_part))) char *host = NULL;

    if (curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
        curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK) {
        set_error(error, url, "is no URL: give one of the form http://host/path");
        return FALSE;
    }
    if (g_ascii_strcasecmp(scheme, "http") != 0 && g_ascii_strcasecmp(scheme, "https") != 0) {
        set_error(error, url, "is neither http nor https: the relay opens nothing else");
        return FALSE;
    }
    if (curl_url_get(parsed, CURLUPART_HOST, &host, 0) != CURLUE_OK || *host == '\0' ||
        has_empty_authority(url)) {
        set_error(error, url, "has no host: give one of the form http://host/path");
        return FALSE;
    }
    return check_host(url, host, allow_private, error);
}
