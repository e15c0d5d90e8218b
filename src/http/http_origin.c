#include "http_origin.h"

#include <arpa/inet.h>
#include <string.h>

/* "host:port" without the port, and an IPv6 address without its brackets. Free with g_free. */
static char *host_of(const char *authority)
{
    if (*authority == '[')
        return g_strndup(authority + 1, strcspn(authority + 1, "]"));
    return g_strndup(authority, strcspn(authority, ":"));
}

static gboolean is_own_name(const char *authority)
{
    struct in6_addr address;
    g_autofree char *host = host_of(authority);
    return g_ascii_strcasecmp(host, "localhost") == 0 || inet_pton(AF_INET, host, &address) == 1 ||
           inet_pton(AF_INET6, host, &address) == 1;
}

static gboolean is_same_origin(const char *origin, const char *authority)
{
    const char *separator = strstr(origin, "://");
    return separator != NULL && g_ascii_strcasecmp(separator + 3, authority) == 0;
}

static gboolean refuse(YtopsHttpExchange *exchange, const char *field, const char *message)
{
    g_autoptr(GError) error =
        g_error_new_literal(YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, message);
    ytops_http_exchange_respond_error(exchange, 403, error, field);
    return FALSE;
}

gboolean http_origin_check(YtopsHttpExchange *exchange, gboolean has_token)
{
    const char *authority = ytops_http_exchange_get_header(exchange, "Host");
    const char *origin = ytops_http_exchange_get_header(exchange, "Origin");
    if (origin != NULL && (authority == NULL || !is_same_origin(origin, authority)))
        return refuse(exchange, "Origin",
                      "a page of another origin asks: open the page of this server");
    if (!has_token && (authority == NULL || !is_own_name(authority)))
        return refuse(exchange, "Host",
                      "without --api-token this is served under an address or as localhost only: "
                      "use one of them, or give the server a token");
    return TRUE;
}
