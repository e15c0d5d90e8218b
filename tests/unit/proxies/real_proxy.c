#include "real_proxy.h"

#include "ytops/process.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { START_DEADLINE_S = 20 };

struct RealProxy {
    YtopsProcess *process;
    char *config; /* a file; NULL: none */
    char *host;
    guint16 port;
    int reservation;
};

static socklen_t make_address(const char *host, guint16 port, struct sockaddr_storage *address)
{
    memset(address, 0, sizeof *address);
    if (strchr(host, ':') != NULL) {
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        g_assert_cmpint(inet_pton(AF_INET6, host, &v6->sin6_addr), ==, 1);
        return sizeof *v6;
    }
    struct sockaddr_in *v4 = (struct sockaddr_in *)address;
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    g_assert_cmpint(inet_pton(AF_INET, host, &v4->sin_addr), ==, 1);
    return sizeof *v4;
}

static int bind_to(const char *host)
{
    struct sockaddr_storage address;
    int yes = 1;
    socklen_t length = make_address(host, 0, &address);
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    g_assert_cmpint(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), ==, 0);
    if (bind(fd, (struct sockaddr *)&address, length) == 0)
        return fd;
    close(fd);
    return -1;
}

gboolean real_proxy_has_address(const char *host)
{
    int fd = bind_to(host);
    return fd >= 0 && close(fd) == 0;
}

guint16 real_proxy_reserve_port(const char *host, int *fd)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    *fd = bind_to(host);
    g_assert_cmpint(*fd, >=, 0);
    g_assert_cmpint(getsockname(*fd, (struct sockaddr *)&address, &length), ==, 0);
    /* The port stands at the same place in both kinds of address. */
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

static gboolean accepts(const RealProxy *proxy)
{
    struct sockaddr_storage address;
    socklen_t length = make_address(proxy->host, proxy->port, &address);
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(fd, >=, 0);
    gboolean accepted = connect(fd, (struct sockaddr *)&address, length) == 0;
    close(fd);
    return accepted;
}

static RealProxy *proxy_new(const char *host)
{
    RealProxy *proxy = g_new0(RealProxy, 1);
    proxy->host = g_strdup(host);
    proxy->port = real_proxy_reserve_port(host, &proxy->reservation);
    return proxy;
}

static void run(RealProxy *proxy, const char *const *argv)
{
    g_autoptr(GError) error = NULL;
    gint64 deadline = g_get_monotonic_time() + START_DEADLINE_S * G_USEC_PER_SEC;
    proxy->process = ytops_process_spawn(argv, NULL, NULL, YTOPS_PROCESS_STDERR, &error);
    g_assert_no_error(error);
    while (!accepts(proxy)) {
        g_assert_false(ytops_process_has_ended(proxy->process, NULL));
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        g_thread_yield();
    }
}

RealProxy *real_proxy_start_socks5(const char *host, const char *user, const char *password)
{
    RealProxy *proxy = proxy_new(host);
    g_autofree char *port = g_strdup_printf("%u", (unsigned)proxy->port);
    const char *argv[] = {"microsocks", "-i", host,     "-p", port, user != NULL ? "-u" : NULL,
                          user,         "-P", password, NULL};
    run(proxy, argv);
    return proxy;
}

RealProxy *real_proxy_start_http(const char *user, const char *password)
{
    RealProxy *proxy = proxy_new("127.0.0.1");
    g_autofree char *account =
        user != NULL ? g_strdup_printf("BasicAuth %s %s\n", user, password) : g_strdup("");
    g_autofree char *content = g_strdup_printf(
        "Port %u\nListen 127.0.0.1\nTimeout 10\nMaxClients 20\n%s", (unsigned)proxy->port, account);
    int fd = g_file_open_tmp("tinyproxy-XXXXXX", &proxy->config, NULL);
    g_assert_cmpint(fd, >=, 0);
    close(fd);
    g_assert_true(g_file_set_contents(proxy->config, content, -1, NULL));
    const char *argv[] = {"tinyproxy", "-d", "-c", proxy->config, NULL};
    run(proxy, argv);
    return proxy;
}

guint16 real_proxy_port(const RealProxy *proxy)
{
    return proxy->port;
}

void real_proxy_stop(RealProxy *proxy)
{
    if (proxy == NULL)
        return;
    ytops_process_free(proxy->process);
    close(proxy->reservation);
    if (proxy->config != NULL)
        g_unlink(proxy->config);
    g_free(proxy->config);
    g_free(proxy->host);
    g_free(proxy);
}
