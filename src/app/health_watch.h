/* Whether the daemon gets on, judged from samples of its loops and workers. Pure. */
#pragma once

#include <glib.h>

/* A loop that has not turned for so long, or workers that have not ended a call while others wait. */
#define HEALTH_WATCH_LOOP_US ((gint64)10 * G_USEC_PER_SEC)
#define HEALTH_WATCH_CALLS_US ((gint64)30 * G_USEC_PER_SEC)

/* Times are microseconds on one monotonic clock. */
typedef struct {
    gint64 now_us;
    gint64 rpc_turned_us;
    gint64 http_turned_us; /* as now_us where there is no HTTP */
    guint calls_queued;    /* wait for a worker */
    guint calls_ended;     /* by workers, all of them so far; may wrap around */
} HealthSample;

typedef struct {
    guint calls_ended;
    gint64 no_end_since_us; /* calls wait, and none has ended since then; 0: that is not so */
} HealthWatch;

/* NULL: it gets on. Otherwise what does not, for people; static. The watch begins zeroed. */
const char *health_watch_judge(HealthWatch *watch, const HealthSample *sample);
