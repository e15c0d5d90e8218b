#include "page_route.h"

#include <string.h>

#include "page.css.h"
#include "page.html.h"
#include "page.js.h"

struct PageRoute {
    GBytes *html;
    char *policy; /* Content-Security-Policy */
};

/* The text with `content` in the place of the marker, which is there once. */
static char *fill_in(const char *text, const char *marker, const char *content)
{
    const char *place = strstr(text, marker);
    g_autofree char *before = g_strndup(text, (gsize)(place - text));
    return g_strconcat(before, content, place + strlen(marker), NULL);
}

/* As the policy names what may stand in the page: 'sha256-...'. Free with g_free. */
static char *hash_source(const char *content)
{
    guint8 digest[32];
    gsize length = sizeof digest;
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)content, (gssize)strlen(content));
    g_checksum_get_digest(checksum, digest, &length);
    g_autofree char *text = g_base64_encode(digest, length);
    return g_strdup_printf("'sha256-%s'", text);
}

static char *make_policy(void)
{
    g_autofree char *style = hash_source(page_css);
    g_autofree char *script = hash_source(page_js);
    return g_strdup_printf("default-src 'none'; style-src %s; script-src %s; connect-src 'self'; "
                           "img-src data:; base-uri 'none'; form-action 'none'; "
                           "frame-ancestors 'none'",
                           style, script);
}

static void serve(YtopsHttpExchange *exchange, gpointer data)
{
    const PageRoute *page = data;
    ytops_http_exchange_set_header(exchange, "Content-Security-Policy", page->policy);
    ytops_http_exchange_set_header(exchange, "X-Content-Type-Options", "nosniff");
    ytops_http_exchange_set_header(exchange, "Referrer-Policy", "no-referrer");
    ytops_http_exchange_set_header(exchange, "Cache-Control", "no-cache");
    ytops_http_exchange_respond(exchange, 200, "text/html; charset=utf-8", page->html);
}

PageRoute *page_route_add(YtopsHttpServer *server)
{
    PageRoute *page = g_new0(PageRoute, 1);
    g_autofree char *styled = fill_in(page_html, "@STYLE@", page_css);
    char *whole = fill_in(styled, "@SCRIPT@", page_js);
    page->html = g_bytes_new_take(whole, strlen(whole));
    page->policy = make_policy();
    ytops_http_server_add_route(server, "GET", "/", YTOPS_HTTP_PUBLIC, serve, page);
    return page;
}

void page_route_free(PageRoute *page)
{
    g_bytes_unref(page->html);
    g_free(page->policy);
    g_free(page);
}
