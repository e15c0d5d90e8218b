/*
 * How long a job may still take, and the wish to end it now. Shared by the job's thread, which
 * waits within these limits, and the service, which may move the deadline out when a patient waiter
 * joins.
 */
#pragma once

#include <glib.h>
#include <stdatomic.h>

typedef struct {
    _Atomic gint64 deadline_us; /* on the monotonic clock of g_get_monotonic_time */
    int cancel_fd;              /* readable once the job is to end; -1: never */
} YtopsJobLimits;

typedef enum {
    YTOPS_JOB_WAIT_READY,
    YTOPS_JOB_WAIT_TIMEOUT,
    YTOPS_JOB_WAIT_CANCELLED
} YtopsJobWait;

/* A deadline `timeout_ms` from now. */
void ytops_job_limits_init(YtopsJobLimits *limits, gint64 timeout_ms, int cancel_fd);

/* Milliseconds to the deadline, rounded up; 0 where it has passed; at most `most_ms`. */
int ytops_job_limits_remaining_ms(const YtopsJobLimits *limits, int most_ms);

/* Whether cancel_fd is readable. */
gboolean ytops_job_limits_is_cancelled(const YtopsJobLimits *limits);

struct pollfd;

/*
 * Waits for any of `fds` (as poll does; negative ones are passed over), at most `most_ms`. READY
 * also where most_ms is over before the deadline: no revents is then set.
 */
YtopsJobWait ytops_job_limits_poll(const YtopsJobLimits *limits, struct pollfd *fds, guint n_fds,
                                   int most_ms);

/* Sets DRAINING for a cancelled wait and TIMEOUT for the other; `what` is what was waited for. */
void ytops_job_limits_set_error(YtopsJobWait wait, const char *what, GError **error);
