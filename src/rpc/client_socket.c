#include "client_socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include "ytops/error.h"

struct ClientSocket {
    int fd;
    char *address;
    gint64 timeout_ms;
};

void client_socket_free(ClientSocket *socket)
{
    if (socket == NULL)
        return;
    if (socket->fd >= 0)
        close(socket->fd);
    g_free(socket->address);
    g_free(socket);
}

const char *client_socket_get_address(const ClientSocket *socket)
{
    return socket->address;
}

void client_socket_set_timeout(ClientSocket *socket, gint64 timeout_ms)
{
    socket->timeout_ms = timeout_ms;
}

/* Waits for `events`; FALSE when the time is up, or with errno set. */
static gboolean wait_for(const ClientSocket *socket, short events, gint64 timeout_ms)
{
    struct pollfd poll_fd = {.fd = socket->fd, .events = events};
    gint64 deadline = g_get_monotonic_time() + timeout_ms * 1000;
    for (;;) {
        gint64 left_ms = MAX(0, (deadline - g_get_monotonic_time()) / 1000);
        int ready = poll(&poll_fd, 1, (int)MIN(left_ms, G_MAXINT));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready == 0)
            errno = ETIMEDOUT;
        return ready > 0;
    }
}

/* ---- connecting -------------------------------------------------------------------------- */

/* 0, or the errno of the failure. */
static int connect_to(ClientSocket *client, const struct addrinfo *address, gint64 timeout_ms)
{
    client->fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (client->fd < 0)
        return errno;
    int status = connect(client->fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
    if (status == EINPROGRESS) {
        socklen_t size = sizeof status;
        if (!wait_for(client, POLLOUT, timeout_ms))
            status = errno;
        else if (getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &status, &size) != 0)
            status = errno;
    }
    if (status == 0) {
        int on = 1;
        setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return 0;
    }
    close(client->fd);
    client->fd = -1;
    return status;
}

static struct addrinfo *resolve(const ClientSocket *client, const char *host, guint16 port,
                                GError **error)
{
    g_autofree char *service = g_strdup_printf("%u", port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int status = getaddrinfo(host, service, &hints, &found);
    if (status == 0)
        return found;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_DNS_FAILED,
                "cannot connect to %s: the name does not resolve (%s)", client->address,
                gai_strerror(status));
    return NULL;
}

static void set_connect_error(const ClientSocket *client, int status, gint64 timeout_ms,
                              GError **error)
{
    if (status == ETIMEDOUT)
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_CONNECT_TIMEOUT,
                    "cannot connect to %s: no answer within %" G_GINT64_FORMAT " ms",
                    client->address, timeout_ms);
    else
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_CONNECTION_RESET, "cannot connect to %s: %s",
                    client->address, g_strerror(status));
}

ClientSocket *client_socket_connect(const char *host, guint16 port, gint64 timeout_ms,
                                    GError **error)
{
    g_autoptr(ClientSocket) client = g_new0(ClientSocket, 1);
    client->fd = -1;
    client->timeout_ms = timeout_ms;
    client->address = g_strdup_printf(strchr(host, ':') != NULL ? "[%s]:%u" : "%s:%u", host, port);
    struct addrinfo *found = resolve(client, host, port, error);
    if (found == NULL)
        return NULL;
    int status = EHOSTUNREACH;
    for (struct addrinfo *next = found; next != NULL && client->fd < 0; next = next->ai_next)
        status = connect_to(client, next, timeout_ms);
    freeaddrinfo(found);
    if (client->fd >= 0)
        return g_steal_pointer(&client);
    set_connect_error(client, status, timeout_ms, error);
    return NULL;
}

/* ---- bytes ------------------------------------------------------------------------------- */

static gboolean fail(const ClientSocket *client, int status, GError **error)
{
    if (status == ETIMEDOUT)
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_READ_TIMEOUT,
                    "%s did not answer within %" G_GINT64_FORMAT " ms", client->address,
                    client->timeout_ms);
    else
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_CONNECTION_RESET,
                    "the connection to %s was lost: %s", client->address,
                    status != 0 ? g_strerror(status) : "it was closed by the server");
    return FALSE;
}

static gboolean is_transient(int status)
{
    return status == EAGAIN || status == EINTR;
}

gboolean client_socket_send(ClientSocket *client, const guint8 *bytes, gsize length, GError **error)
{
    gsize sent = 0;
    while (sent < length) {
        ssize_t n = send(client->fd, bytes + sent, length - sent, MSG_NOSIGNAL);
        if (n >= 0)
            sent += (gsize)n;
        else if (!is_transient(errno) || !wait_for(client, POLLOUT, client->timeout_ms))
            return fail(client, errno, error);
    }
    return TRUE;
}

gboolean client_socket_receive(ClientSocket *client, guint8 *bytes, gsize length, GError **error)
{
    gsize received = 0;
    while (received < length) {
        ssize_t n = recv(client->fd, bytes + received, length - received, 0);
        if (n > 0)
            received += (gsize)n;
        else if (n == 0)
            return fail(client, 0, error);
        else if (!is_transient(errno) || !wait_for(client, POLLIN, client->timeout_ms))
            return fail(client, errno, error);
    }
    return TRUE;
}
