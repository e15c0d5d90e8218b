#include "upstream_options.h"

#include <string.h>

#include "ytops/error.h"
#include "ytops/log.h"

enum {
    READ_BUFFER_BYTES = 64 * 1024,
    DEFAULT_REDIRECTS = 10,
};

static gboolean check_text(const char *what, const char *text, GError **error)
{
    if (text == NULL || strpbrk(text, "\r\n") == NULL)
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "the header %s of the request has a line break in it: take it out", what);
    return FALSE;
}

static void add_header(UpstreamFetch *fetch, const char *name, const char *value)
{
    /* libcurl sends a header without a value only where it is written so. */
    g_autofree char *line =
        *value == '\0' ? g_strconcat(name, ";", NULL) : g_strconcat(name, ": ", value, NULL);

    fetch->headers = curl_slist_append(fetch->headers, line);
}

/* What the relay decides itself: the bytes and their range must be those that it asked for. */
static gboolean is_own_header(const UpstreamRequest *request, const char *name)
{
    static const char *const own[] = {"accept-encoding", "connection",       "content-length", "te",
                                      "expect",          "transfer-encoding"};

    for (gsize i = 0; i < G_N_ELEMENTS(own); i++)
        if (g_ascii_strcasecmp(name, own[i]) == 0)
            return TRUE;
    return (request->range != NULL && g_ascii_strcasecmp(name, "range") == 0) ||
           (request->if_range != NULL && g_ascii_strcasecmp(name, "if-range") == 0) ||
           (request->user_agent != NULL && g_ascii_strcasecmp(name, "user-agent") == 0);
}

static gboolean is_token(const char *name)
{
    return *name != '\0' && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789!#$%&'*+-.^_`|~") == strlen(name);
}

static gboolean add_custom_headers(UpstreamFetch *fetch, const UpstreamRequest *request,
                                   GError **error)
{
    GHashTableIter iter;
    gpointer name, value;

    if (request->headers == NULL)
        return TRUE;
    g_hash_table_iter_init(&iter, request->headers);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        if (!is_token(name)) {
            g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                        "'%s' is no name of a header: letters, digits and dashes make one",
                        (const char *)name);
            return FALSE;
        }
        if (!check_text(name, value, error))
            return FALSE;
        if (!is_own_header(request, name))
            add_header(fetch, name, value);
    }
    return TRUE;
}

static gboolean add_headers(UpstreamFetch *fetch, const UpstreamRequest *request, GError **error)
{
    if (!check_text("Range", request->range, error) ||
        !check_text("If-Range", request->if_range, error) ||
        !check_text("User-Agent", request->user_agent, error) ||
        !check_text("method", request->method, error) || !add_custom_headers(fetch, request, error))
        return FALSE;
    if (request->range != NULL)
        add_header(fetch, "Range", request->range);
    if (request->if_range != NULL)
        add_header(fetch, "If-Range", request->if_range);
    /* No wait for "100 Continue" before a body is sent. */
    fetch->headers = curl_slist_append(fetch->headers, "Expect:");
    curl_easy_setopt(fetch->easy, CURLOPT_HTTPHEADER, fetch->headers);
    return TRUE;
}

static void set_body(UpstreamFetch *fetch, const UpstreamRequest *request)
{
    gsize length = 0;
    const void *bytes = NULL;

    if (request->body != NULL) {
        fetch->body = g_bytes_ref(request->body);
        bytes = g_bytes_get_data(fetch->body, &length);
    }
    /* On a connection that is used again curl would send it twice where the other side hangs up. */
    curl_easy_setopt(fetch->easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(fetch->easy, CURLOPT_POST, 1L);
    /* Else curl goes on with a GET, as browsers do, and the body is lost without an error. */
    curl_easy_setopt(fetch->easy, CURLOPT_POSTREDIR,
                     (long)(CURL_REDIR_POST_301 | CURL_REDIR_POST_302));
    curl_easy_setopt(fetch->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
    curl_easy_setopt(fetch->easy, CURLOPT_POSTFIELDS, bytes != NULL ? bytes : "");
}

static void set_method(UpstreamFetch *fetch, const UpstreamRequest *request)
{
    const char *method = request->method != NULL ? request->method : "GET";

    if (g_str_equal(method, "HEAD"))
        curl_easy_setopt(fetch->easy, CURLOPT_NOBODY, 1L);
    else if (g_str_equal(method, "POST"))
        set_body(fetch, request);
    else if (!g_str_equal(method, "GET"))
        curl_easy_setopt(fetch->easy, CURLOPT_CUSTOMREQUEST, method);
}

static void set_cookies(UpstreamFetch *fetch, const UpstreamRequest *request)
{
    for (char **line = request->cookies; line != NULL && *line != NULL; line++)
        curl_easy_setopt(fetch->easy, CURLOPT_COOKIELIST, *line);
}

static void set_transport(UpstreamFetch *fetch, const UpstreamRequest *request)
{
    CURL *easy = fetch->easy;

    /* A paused stream would hold up the others on a connection that they share. */
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)READ_BUFFER_BYTES);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    /* Else leaving the transfer would wait for a name that is being looked up. */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    /* Both, so that the proxies of the environment have no say. */
    curl_easy_setopt(easy, CURLOPT_PROXY, fetch->has_proxy ? request->proxy_url : "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

gboolean upstream_options_apply(UpstreamFetch *fetch, const UpstreamRequest *request,
                                GError **error)
{
    CURL *easy = fetch->easy;
    guint redirects = request->max_redirects > 0 ? request->max_redirects : DEFAULT_REDIRECTS;

    if (!add_headers(fetch, request, error))
        return FALSE;
    if (request->method != NULL && !is_token(request->method)) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "'%s' is no method of HTTP: such are GET, HEAD and POST", request->method);
        return FALSE;
    }
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)redirects);
    if (request->user_agent != NULL)
        curl_easy_setopt(easy, CURLOPT_USERAGENT, request->user_agent);
    set_cookies(fetch, request);
    set_transport(fetch, request);
    set_method(fetch, request);
    return TRUE;
}
