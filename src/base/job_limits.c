#include "ytops/job_limits.h"

#include <poll.h>

#include "ytops/error.h"

enum { MAX_FDS = 4 };

void ytops_job_limits_init(YtopsJobLimits *limits, gint64 timeout_ms, int cancel_fd)
{
    atomic_store(&limits->deadline_us, g_get_monotonic_time() + timeout_ms * 1000);
    limits->cancel_fd = cancel_fd;
}

int ytops_job_limits_remaining_ms(const YtopsJobLimits *limits, int most_ms)
{
    gint64 left_us = atomic_load(&limits->deadline_us) - g_get_monotonic_time();

    if (left_us <= 0)
        return 0;
    return (int)MIN((left_us + 999) / 1000, (gint64)most_ms);
}

gboolean ytops_job_limits_is_cancelled(const YtopsJobLimits *limits)
{
    struct pollfd cancel = {.fd = limits->cancel_fd, .events = POLLIN};

    return limits->cancel_fd >= 0 && poll(&cancel, 1, 0) > 0;
}

YtopsJobWait ytops_job_limits_poll(const YtopsJobLimits *limits, struct pollfd *fds, guint n_fds,
                                   int most_ms)
{
    struct pollfd all[MAX_FDS + 1];
    int ready;

    g_assert(n_fds <= MAX_FDS);
    for (guint i = 0; i < n_fds; i++)
        all[i] = fds[i];
    all[n_fds] = (struct pollfd){.fd = limits->cancel_fd, .events = POLLIN};
    if (ytops_job_limits_remaining_ms(limits, G_MAXINT) == 0)
        return ytops_job_limits_is_cancelled(limits) ? YTOPS_JOB_WAIT_CANCELLED
                                                     : YTOPS_JOB_WAIT_TIMEOUT;
    ready = poll(all, n_fds + 1, ytops_job_limits_remaining_ms(limits, most_ms));
    for (guint i = 0; i < n_fds; i++)
        fds[i].revents = ready > 0 ? all[i].revents : 0;
    return ready > 0 && all[n_fds].revents != 0 ? YTOPS_JOB_WAIT_CANCELLED : YTOPS_JOB_WAIT_READY;
}

void ytops_job_limits_set_error(YtopsJobWait wait, const char *what, GError **error)
{
    if (wait == YTOPS_JOB_WAIT_CANCELLED)
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_DRAINING,
                    "the server is shutting down and ended the job while it waited for %s; ask "
                    "another server, or this one when it is back",
                    what);
    else
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_TIMEOUT,
                    "the job's time was over while it waited for %s; ask again with a longer "
                    "timeoutS if this happens often",
                    what);
}
