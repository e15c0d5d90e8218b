#include "notify.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ytops/log.h"

struct Notify {
    int fd; /* -1: nobody listens */
    struct sockaddr_un address;
    socklen_t length;
    gint64 watchdog_us;
};

/* FALSE for what is no path and no name in the abstract space. */
static gboolean set_address(Notify *notify, const char *path)
{
    gsize length = strlen(path);

    if ((*path != '/' && *path != '@') || length >= sizeof notify->address.sun_path)
        return FALSE;
    notify->address.sun_family = AF_UNIX;
    memcpy(notify->address.sun_path, path, length);
    if (*path == '@')
        notify->address.sun_path[0] = '\0';
    notify->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    return TRUE;
}

static gint64 read_watchdog(void)
{
    const char *pid = g_getenv("WATCHDOG_PID");
    const char *text = g_getenv("WATCHDOG_USEC");

    if (text == NULL || (pid != NULL && g_ascii_strtoll(pid, NULL, 10) != getpid()))
        return 0;
    return MAX(g_ascii_strtoll(text, NULL, 10), 0);
}

Notify *notify_new(void)
{
    Notify *notify = g_new0(Notify, 1);
    const char *path = g_getenv("NOTIFY_SOCKET");

    notify->fd = -1;
    if (path != NULL && set_address(notify, path)) {
        notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        notify->watchdog_us = read_watchdog();
    } else if (path != NULL) {
        ytops_log_warning("app", "NOTIFY_SOCKET is no address: the service manager is not told",
                          "value", path, NULL);
    }
    g_unsetenv("NOTIFY_SOCKET");
    g_unsetenv("WATCHDOG_USEC");
    g_unsetenv("WATCHDOG_PID");
    return notify;
}

void notify_free(Notify *notify)
{
    if (notify == NULL)
        return;
    if (notify->fd >= 0)
        close(notify->fd);
    g_free(notify);
}

void notify_send(Notify *notify, const char *lines)
{
    if (notify->fd < 0)
        return;
    if (sendto(notify->fd, lines, strlen(lines), MSG_NOSIGNAL,
               (const struct sockaddr *)&notify->address, notify->length) < 0)
        ytops_log_debug("app", "the service manager cannot be told", "error", g_strerror(errno),
                        NULL);
}

gint64 notify_get_watchdog_us(const Notify *notify)
{
    return notify->watchdog_us;
}
