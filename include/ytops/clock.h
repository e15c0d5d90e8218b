/* Time, handed in so that tests can run on a clock of their own. */
#pragma once

#include <glib.h>

typedef struct {
    /* Microseconds since an arbitrary start; never goes back. For deadlines and durations. */
    gint64 (*monotonic_us)(gpointer data);
    /* Microseconds since 1970 (UTC). For what is stored or shown. */
    gint64 (*unix_us)(gpointer data);
    gpointer data;
} YtopsClock;

/* The machine's clock. Static, thread-safe. */
const YtopsClock *ytops_clock_system(void);

static inline gint64 ytops_clock_monotonic_us(const YtopsClock *clock)
{
    return clock->monotonic_us(clock->data);
}

static inline gint64 ytops_clock_unix_us(const YtopsClock *clock)
{
    return clock->unix_us(clock->data);
}
