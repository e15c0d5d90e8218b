#include "early_stop.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ytops/log.h"
#include "ytops/wake_fd.h"

struct EarlyStop {
    int signal_fd;
    int wake_fd; /* readable once it is freed */
    GThread *thread;
};

static gpointer run(gpointer data)
{
    EarlyStop *stop = data;
    struct pollfd fds[] = {{.fd = stop->signal_fd, .events = POLLIN},
                           {.fd = stop->wake_fd, .events = POLLIN}};

    while (poll(fds, G_N_ELEMENTS(fds), -1) < 0)
        continue;
    if (fds[1].revents != 0)
        return NULL;
    ytops_log_info("app", "stopped before it was ready", NULL);
    _exit(EXIT_SUCCESS);
}

EarlyStop *early_stop_new(void)
{
    g_autoptr(EarlyStop) stop = g_new0(EarlyStop, 1);
    g_autoptr(GError) error = NULL;
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    stop->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    stop->wake_fd = ytops_wake_fd_new(&error);
    if (stop->signal_fd < 0 || stop->wake_fd < 0) {
        ytops_log_warning("app", "signals are heard only once the server is ready", NULL);
        return NULL;
    }
    stop->thread = g_thread_new("early-stop", run, stop);
    return g_steal_pointer(&stop);
}

void early_stop_free(EarlyStop *stop)
{
    if (stop == NULL)
        return;
    if (stop->thread != NULL) {
        ytops_wake_fd_raise(stop->wake_fd);
        g_thread_join(stop->thread);
    }
    if (stop->signal_fd >= 0)
        close(stop->signal_fd);
    if (stop->wake_fd >= 0)
        close(stop->wake_fd);
    g_free(stop);
}
