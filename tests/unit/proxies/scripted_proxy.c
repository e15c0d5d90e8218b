#include "scripted_proxy.h"

#include "real_proxy.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_S = 30 };

struct ScriptedProxy {
    const ScriptedProxyStep *steps;
    GThread *thread;
    guint16 port;
    int listener;
};

/* FALSE at the end of the connection, however it ends; one that is left open fails the test. */
static gboolean read_byte(int fd)
{
    char byte;
    gssize received = recv(fd, &byte, 1, 0);
    if (received < 0 && errno == EAGAIN)
        g_error("the connection was left open for %d s", PATIENCE_S);
    return received == 1;
}

static void read_bytes(int fd, gsize number)
{
    for (gsize i = 0; i < number && read_byte(fd); i++)
        continue;
}

static void say_bytes(int fd, const ScriptedProxyStep *step)
{
    int yes = 1;
    g_assert_cmpint(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes), ==, 0);
    for (gsize i = 0; i < step->number; i++) {
        /* The other side may have heard enough. */
        if (send(fd, step->bytes + i, 1, MSG_NOSIGNAL) != 1)
            return;
    }
}

/* FALSE where that was the last step. */
static gboolean act(int fd, const ScriptedProxyStep *step)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    switch (step->act) {
    case SCRIPTED_PROXY_READ:
        read_bytes(fd, step->number);
        return TRUE;
    case SCRIPTED_PROXY_SAY:
        say_bytes(fd, step);
        return TRUE;
    case SCRIPTED_PROXY_SIGNAL:
        g_assert_cmpint(write((int)step->number, "x", 1), ==, 1);
        return TRUE;
    case SCRIPTED_PROXY_RESET:
        g_assert_cmpint(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), ==, 0);
        return FALSE;
    case SCRIPTED_PROXY_HOLD:
        read_bytes(fd, G_MAXSIZE);
        return FALSE;
    case SCRIPTED_PROXY_END:
        break;
    }
    return FALSE;
}

static gpointer play(gpointer data)
{
    ScriptedProxy *proxy = data;
    int fd = accept(proxy->listener, NULL, NULL);
    if (fd < 0)
        return NULL;
    struct timeval patience = {.tv_sec = PATIENCE_S};
    g_assert_cmpint(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), ==, 0);
    for (const ScriptedProxyStep *step = proxy->steps; act(fd, step); step++)
        continue;
    close(fd);
    return NULL;
}

ScriptedProxy *scripted_proxy_start(const ScriptedProxyStep *steps)
{
    ScriptedProxy *proxy = g_new0(ScriptedProxy, 1);
    proxy->steps = steps;
    proxy->port = real_proxy_reserve_port("127.0.0.1", &proxy->listener);
    g_assert_cmpint(listen(proxy->listener, 1), ==, 0);
    proxy->thread = g_thread_new("scripted-proxy", play, proxy);
    return proxy;
}

guint16 scripted_proxy_port(const ScriptedProxy *proxy)
{
    return proxy->port;
}

void scripted_proxy_stop(ScriptedProxy *proxy)
{
    if (proxy == NULL)
        return;
    shutdown(proxy->listener, SHUT_RDWR);
    g_thread_join(proxy->thread);
    close(proxy->listener);
    g_free(proxy);
}
