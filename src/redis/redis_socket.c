#include "redis_socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ytops/error.h"

static void set_reason(GError **error, const char *reason)
{
    g_set_error_literal(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE, reason);
}

static gboolean wait_for(int fd, short events, gint64 deadline_us, GError **error)
{
    struct pollfd wanted = {.fd = fd, .events = events};
    int ready;

    do {
        gint64 left_us = deadline_us - g_get_monotonic_time();
        ready = poll(&wanted, 1, left_us <= 0 ? 0 : (int)((left_us + 999) / 1000));
    } while (ready < 0 && errno == EINTR);
    if (ready == 0)
        set_reason(error, "no answer in time");
    else if (ready < 0)
        set_reason(error, g_strerror(errno));
    return ready > 0;
}

static gboolean finish_connect(int fd, gint64 deadline_us, GError **error)
{
    int problem = 0;
    socklen_t size = sizeof problem;

    if (!wait_for(fd, POLLOUT, deadline_us, error))
        return FALSE;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &size) < 0)
        problem = errno;
    if (problem != 0)
        set_reason(error, g_strerror(problem));
    return problem == 0;
}

/* A Unix socket whose backlog is full says EAGAIN at once, and has no event to wait for. */
static int connect_patiently(int fd, const struct sockaddr *address, socklen_t length,
                             gint64 deadline_us)
{
    while (connect(fd, address, length) < 0) {
        if (errno != EAGAIN || g_get_monotonic_time() >= deadline_us)
            return errno;
        g_usleep(1000);
    }
    return 0;
}

static int connect_address(int family, const struct sockaddr *address, socklen_t length,
                           gint64 deadline_us, GError **error)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int problem = fd < 0 ? errno : connect_patiently(fd, address, length, deadline_us);

    if (problem == 0 || (problem == EINPROGRESS && finish_connect(fd, deadline_us, error)))
        return fd;
    if (problem != EINPROGRESS)
        set_reason(error, g_strerror(problem));
    if (fd >= 0)
        close(fd);
    return -1;
}

static int open_unix(const char *path, gint64 deadline_us, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    return connect_address(AF_UNIX, (const struct sockaddr *)&address, sizeof address, deadline_us,
                           error);
}

static void tune_tcp(int fd)
{
    int on = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

/* Each address of the name in turn; the reason given is the last one's. */
static int connect_first(const struct addrinfo *addresses, gint64 deadline_us, GError **error)
{
    g_autoptr(GError) last = NULL;

    for (const struct addrinfo *one = addresses; one != NULL; one = one->ai_next) {
        int fd;

        g_clear_error(&last);
        fd = connect_address(one->ai_family, one->ai_addr, one->ai_addrlen, deadline_us, &last);
        if (fd >= 0) {
            tune_tcp(fd);
            return fd;
        }
    }
    g_propagate_error(error, g_steal_pointer(&last));
    return -1;
}

static int open_tcp(const char *host, const char *port, gint64 deadline_us, GError **error)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *addresses = NULL;
    int problem = getaddrinfo(host, port, &hints, &addresses);
    int fd;

    if (problem != 0) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE,
                    "its host '%s' does not resolve (%s)", host, gai_strerror(problem));
        return -1;
    }
    fd = connect_first(addresses, deadline_us, error);
    freeaddrinfo(addresses);
    return fd;
}

int redis_socket_open(const RedisUrl *url, gint64 deadline_us, GError **error)
{
    return url->path != NULL ? open_unix(url->path, deadline_us, error)
                             : open_tcp(url->host, url->port, deadline_us, error);
}

gboolean redis_socket_send(int fd, const char *data, gsize length, gint64 deadline_us,
                           GError **error)
{
    while (length > 0) {
        gssize sent = send(fd, data, length, MSG_NOSIGNAL);

        if (sent >= 0) {
            data += sent;
            length -= (gsize)sent;
        } else if (errno == EPIPE) {
            return TRUE;
        } else if (errno == EAGAIN) {
            if (!wait_for(fd, POLLOUT, deadline_us, error))
                return FALSE;
        } else if (errno != EINTR) {
            set_reason(error, g_strerror(errno));
            return FALSE;
        }
    }
    return TRUE;
}

gsize redis_socket_receive(int fd, char *buffer, gsize size, gint64 deadline_us, GError **error)
{
    for (;;) {
        gssize got = recv(fd, buffer, size, 0);

        if (got > 0)
            return (gsize)got;
        if (got == 0) {
            set_reason(error, "it closed the connection");
            return 0;
        }
        if (errno != EAGAIN && errno != EINTR) {
            set_reason(error, g_strerror(errno));
            return 0;
        }
        if (!wait_for(fd, POLLIN, deadline_us, error))
            return 0;
    }
}

gboolean redis_socket_is_quiet(int fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}
