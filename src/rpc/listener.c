#include "listener.h"

#include <netdb.h>
#include <netinet/in.h>

#include "ytops/error.h"

#define BACKLOG 1024

static gboolean fail(const char *address, guint16 port, const char *reason, GError **error)
{
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, "cannot listen on %s port %u: %s",
                address, port, reason);
    return FALSE;
}

static struct addrinfo *resolve(const char *address, guint16 port, GError **error)
{
    g_autofree char *service = g_strdup_printf("%u", port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int status = getaddrinfo(address, service, &hints, &found);
    if (status == 0)
        return found;
    fail(address, port, gai_strerror(status), error);
    return NULL;
}

static guint16 port_of(uv_tcp_t *tcp)
{
    struct sockaddr_storage address;
    int length = sizeof address;
    if (uv_tcp_getsockname(tcp, (struct sockaddr *)&address, &length) != 0)
        return 0;
    if (address.ss_family == AF_INET6)
        return g_ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return g_ntohs(((struct sockaddr_in *)&address)->sin_port);
}

gboolean listener_open(uv_tcp_t *tcp, const char *address, guint16 port,
                       uv_connection_cb on_connection, guint16 *bound_port, GError **error)
{
    struct addrinfo *found = resolve(address, port, error);
    if (found == NULL)
        return FALSE;
    int status = uv_tcp_bind(tcp, found->ai_addr, 0);
    freeaddrinfo(found);
    if (status == 0)
        status = uv_listen((uv_stream_t *)tcp, BACKLOG, on_connection);
    if (status != 0)
        return fail(address, port, uv_strerror(status), error);
    *bound_port = port_of(tcp);
    return TRUE;
}
