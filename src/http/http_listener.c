#include "http_listener.h"

#include <netdb.h>

#define BACKLOG 1024

static gboolean fail(const char *address, guint16 port, const char *reason, GError **error)
{
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "cannot listen for HTTP on %s port %u: %s; choose another address or port", address,
                port, reason);
    return FALSE;
}

static int bind_first(uv_tcp_t *tcp, const struct addrinfo *found, uv_connection_cb on_connection)
{
    int status = uv_tcp_bind(tcp, found->ai_addr, 0);
    return status != 0 ? status : uv_listen((uv_stream_t *)tcp, BACKLOG, on_connection);
}

static guint16 port_of(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET6)
        return g_ntohs(((const struct sockaddr_in6 *)address)->sin6_port);
    return g_ntohs(((const struct sockaddr_in *)address)->sin_port);
}

gboolean http_listener_open(uv_tcp_t *tcp, const char *address, guint16 port,
                            uv_connection_cb on_connection, guint16 *bound_port, GError **error)
{
    char service[8];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    struct sockaddr_storage bound = {0};
    int length = sizeof bound;
    g_snprintf(service, sizeof service, "%u", port);
    int resolved = getaddrinfo(address, service, &hints, &found);
    if (resolved != 0)
        return fail(address, port, gai_strerror(resolved), error);
    int status = bind_first(tcp, found, on_connection);
    freeaddrinfo(found);
    if (status == 0)
        status = uv_tcp_getsockname(tcp, (struct sockaddr *)&bound, &length);
    if (status != 0)
        return fail(address, port, uv_strerror(status), error);
    *bound_port = port_of(&bound);
    return TRUE;
}

char *http_listener_name_peer(const uv_tcp_t *tcp)
{
    struct sockaddr_storage address = {0};
    int length = sizeof address;
    char host[INET6_ADDRSTRLEN] = "?";
    if (uv_tcp_getpeername(tcp, (struct sockaddr *)&address, &length) != 0)
        return g_strdup("?");
    if (address.ss_family == AF_INET6)
        uv_ip6_name((const struct sockaddr_in6 *)&address, host, sizeof host);
    else
        uv_ip4_name((const struct sockaddr_in *)&address, host, sizeof host);
    return g_strdup_printf(address.ss_family == AF_INET6 ? "[%s]:%u" : "%s:%u", host,
                           port_of(&address));
}
