/*
 * Happy path: resolve -> connect -> conversation until its verdict; one deadline over all of it.
 *
 * Failure modes: the name does not resolve; no address can be connected to (all are tried, sharing
 * the time that is left); the proxy closes early, is silent, or gives a wrong answer; the caller's
 * cancel_fd becomes readable; this machine has no socket left. A name is resolved by getaddrinfo,
 * which knows no deadline: it can overrun by the resolver's own (resolv.conf, 10 s by default). An
 * address never resolves.
 */
#include "ytops/proxy_preflight.h"

#include "proxy_handshake.h"
#include "ytops/error.h"
#include "ytops/proxy_url.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    const YtopsProxyUrl *proxy;
    gint64 deadline_us; /* monotonic */
    int timeout_ms;
    int cancel_fd;
    int fd;
} Preflight;

typedef struct addrinfo AddrInfo;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AddrInfo, freeaddrinfo)

static gboolean is_http(const YtopsProxyUrl *proxy)
{
    return proxy->scheme == YTOPS_PROXY_HTTP || proxy->scheme == YTOPS_PROXY_HTTPS;
}

static gboolean fail(const Preflight *preflight, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* The proxy cannot be used, for a reason that is no answer of its. */
static gboolean fail(const Preflight *preflight, GError **error, const char *format, ...)
{
    g_autofree char *display = ytops_proxy_display(preflight->proxy->text);
    va_list args;
    va_start(args, format);
    g_autofree char *problem = g_strdup_vprintf(format, args);
    va_end(args);
    int code = is_http(preflight->proxy) ? YTOPS_ERROR_HTTP_PROXY_FAILED
                                         : YTOPS_ERROR_SOCKS5_CONNECTION_FAILED;
    g_set_error(error, YTOPS_ERROR, code, "proxy %s %s", display, problem);
    return FALSE;
}

static gboolean fail_cancelled(const Preflight *preflight, GError **error)
{
    g_autofree char *display = ytops_proxy_display(preflight->proxy->text);
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_DRAINING,
                "the check of proxy %s was ended because the server shuts down; ask another server",
                display);
    return FALSE;
}

/* What this machine has run out of is no proxy's doing. */
static gboolean is_shortage(int reason)
{
    return reason == EMFILE || reason == ENFILE || reason == ENOBUFS || reason == ENOMEM;
}

static gboolean fail_short(const Preflight *preflight, int reason, GError **error)
{
    g_autofree char *display = ytops_proxy_display(preflight->proxy->text);
    g_set_error(
        error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
        "the check of proxy %s gets no socket (%s); raise this server's limit of open files "
        "(ulimit -n, LimitNOFILE=)",
        display, g_strerror(reason));
    return FALSE;
}

/* The resolver does not tell a name that does not exist from having had no socket to ask with. */
static int find_shortage(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int reason = fd < 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    return is_shortage(reason) ? reason : 0;
}

typedef enum { WAIT_READY, WAIT_TIMED_OUT, WAIT_CANCELLED } WaitOutcome;

/* Until the socket is ready for `events`, cancel_fd is readable, or `until_us` has come. */
static WaitOutcome wait_ready(const Preflight *preflight, short events, gint64 until_us)
{
    for (;;) {
        struct pollfd fds[] = {{.fd = preflight->fd, .events = events},
                               {.fd = preflight->cancel_fd, .events = POLLIN}};
        gint64 left_us = MAX(until_us - g_get_monotonic_time(), 0);
        int ready = poll(fds, G_N_ELEMENTS(fds), (int)((left_us + 999) / 1000));
        if (fds[1].revents != 0 && ready > 0)
            return WAIT_CANCELLED;
        if (ready > 0)
            return WAIT_READY;
        if (ready == 0)
            return WAIT_TIMED_OUT;
        /* What is left is EINTR; anything else would be our own broken descriptor. */
        if (errno != EINTR)
            return WAIT_TIMED_OUT;
    }
}

static AddrInfo *resolve(const Preflight *preflight, GError **error)
{
    AddrInfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    AddrInfo *addresses = NULL;
    g_autofree char *port = g_strdup_printf("%u", (unsigned)preflight->proxy->port);
    const char *host = preflight->proxy->host;
    int status = getaddrinfo(host, port, &hints, &addresses);
    if (status == EAI_NONAME) {
        hints.ai_flags = AI_NUMERICSERV;
        status = getaddrinfo(host, port, &hints, &addresses);
    }
    if (status == 0)
        return addresses;
    const char *told = status == EAI_SYSTEM ? g_strerror(errno) : gai_strerror(status);
    int shortage = find_shortage();
    if (shortage != 0) {
        fail_short(preflight, shortage, error);
        return NULL;
    }
    g_autofree char *display = ytops_proxy_display(preflight->proxy->text);
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_PROXY_DNS_FAILED,
                "proxy %s: its name \"%s\" does not resolve (%s); check the name and this "
                "machine's resolver",
                display, host, told);
    return NULL;
}

/* FALSE with the socket's own reason in *reason, or with *error where it is not the proxy's. */
static gboolean connect_address(Preflight *preflight, const AddrInfo *address, gint64 until_us,
                                int *reason, GError **error)
{
    socklen_t size = sizeof *reason;
    preflight->fd =
        socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (preflight->fd < 0) {
        *reason = errno;
        return is_shortage(*reason) && fail_short(preflight, *reason, error);
    }
    *reason = 0;
    if (connect(preflight->fd, address->ai_addr, address->ai_addrlen) == 0)
        return TRUE;
    *reason = errno;
    if (*reason != EINPROGRESS && *reason != EINTR)
        return FALSE;
    switch (wait_ready(preflight, POLLOUT, until_us)) {
    case WAIT_CANCELLED:
        return fail_cancelled(preflight, error);
    case WAIT_TIMED_OUT:
        *reason = ETIMEDOUT;
        return FALSE;
    case WAIT_READY:
        break;
    }
    if (getsockopt(preflight->fd, SOL_SOCKET, SO_ERROR, reason, &size) != 0)
        *reason = errno;
    return *reason == 0;
}

static void close_socket(Preflight *preflight)
{
    if (preflight->fd >= 0)
        close(preflight->fd);
    preflight->fd = -1;
}

static gboolean connect_any(Preflight *preflight, const AddrInfo *addresses, GError **error)
{
    int reason = 0;
    gint64 left = 0;
    for (const AddrInfo *a = addresses; a != NULL; a = a->ai_next)
        left++;
    for (const AddrInfo *a = addresses; a != NULL; a = a->ai_next, left--) {
        gint64 now_us = g_get_monotonic_time();
        gint64 until_us = now_us + MAX(preflight->deadline_us - now_us, 0) / left;
        g_autoptr(GError) problem = NULL;
        if (connect_address(preflight, a, until_us, &reason, &problem))
            return TRUE;
        close_socket(preflight);
        if (problem != NULL) {
            g_propagate_error(error, g_steal_pointer(&problem));
            return FALSE;
        }
    }
    if (reason == ETIMEDOUT)
        return fail(preflight, error, "cannot be connected to within %d ms; check that it runs",
                    preflight->timeout_ms);
    return fail(preflight, error, "cannot be connected to (%s); check that it runs",
                g_strerror(reason));
}

/* FALSE and *error where the wait came to nothing. */
static gboolean wait_conversation(Preflight *preflight, const ProxyHandshake *handshake,
                                  gboolean sends, GError **error)
{
    switch (wait_ready(preflight, sends ? POLLOUT : POLLIN, preflight->deadline_us)) {
    case WAIT_CANCELLED:
        return fail_cancelled(preflight, error);
    case WAIT_TIMED_OUT:
        return fail(preflight, error,
                    "did not give %s within %d ms; check its scheme and port, and that it runs",
                    proxy_handshake_awaited(handshake), preflight->timeout_ms);
    case WAIT_READY:
        break;
    }
    return TRUE;
}

static gboolean is_transient(int number)
{
    return number == EAGAIN || number == EINTR;
}

static ProxyHandshakeVerdict send_some(Preflight *preflight, ProxyHandshake *handshake,
                                       GError **error)
{
    gsize length = 0;
    const guint8 *output = proxy_handshake_peek_output(handshake, &length);
    gssize sent = send(preflight->fd, output, length, MSG_NOSIGNAL);
    if (sent >= 0)
        proxy_handshake_consume_output(handshake, (gsize)sent);
    else if (!is_transient(errno)) {
        fail(preflight, error, "closed the connection before %s (%s); check its scheme and port",
             proxy_handshake_awaited(handshake), g_strerror(errno));
        return PROXY_HANDSHAKE_FAILED;
    }
    return PROXY_HANDSHAKE_GOES_ON;
}

static ProxyHandshakeVerdict receive_some(Preflight *preflight, ProxyHandshake *handshake,
                                          GError **error)
{
    guint8 buffer[512];
    gssize received = recv(preflight->fd, buffer, sizeof buffer, 0);
    if (received > 0)
        return proxy_handshake_feed(handshake, buffer, (gsize)received, error);
    if (received < 0 && is_transient(errno))
        return PROXY_HANDSHAKE_GOES_ON;
    fail(preflight, error, "closed the connection before %s (%s); check its scheme and port",
         proxy_handshake_awaited(handshake), received < 0 ? g_strerror(errno) : "in order");
    return PROXY_HANDSHAKE_FAILED;
}

static gboolean converse(Preflight *preflight, ProxyHandshake *handshake, GError **error)
{
    ProxyHandshakeVerdict verdict = proxy_handshake_get_verdict(handshake);
    while (verdict == PROXY_HANDSHAKE_GOES_ON) {
        gsize waiting = 0;
        proxy_handshake_peek_output(handshake, &waiting);
        if (!wait_conversation(preflight, handshake, waiting > 0, error))
            return FALSE;
        verdict = waiting > 0 ? send_some(preflight, handshake, error)
                              : receive_some(preflight, handshake, error);
    }
    return verdict == PROXY_HANDSHAKE_DONE;
}

/* The target goes into a request's head, where a line break would end the line. */
static gboolean check_target(const YtopsProxyUrl *proxy, const char *host, GError **error)
{
    if (proxy->scheme != YTOPS_PROXY_HTTP)
        return TRUE;
    gboolean usable = host != NULL && *host != '\0';
    for (const char *c = host; usable && *c != '\0'; c++)
        usable = g_ascii_isgraph(*c);
    if (!usable)
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "\"%s\" cannot be a host to connect to; give a host name or an address",
                    host != NULL ? host : "");
    return usable;
}

gboolean ytops_proxy_preflight(const YtopsProxyUrl *proxy, const char *target_host,
                               guint16 target_port, int timeout_ms, int cancel_fd, GError **error)
{
    if (!check_target(proxy, target_host, error))
        return FALSE;
    Preflight preflight = {
        .proxy = proxy,
        .deadline_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000,
        .timeout_ms = timeout_ms,
        .cancel_fd = cancel_fd,
        .fd = -1,
    };
    g_autoptr(AddrInfo) addresses = resolve(&preflight, error);
    if (addresses == NULL || !connect_any(&preflight, addresses, error))
        return FALSE;
    g_autoptr(ProxyHandshake) handshake = proxy_handshake_new(proxy, target_host, target_port);
    gboolean answered = converse(&preflight, handshake, error);
    close_socket(&preflight);
    return answered;
}
