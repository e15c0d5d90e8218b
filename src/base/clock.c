#include "ytops/clock.h"

static gint64 system_monotonic_us(G_GNUC_UNUSED gpointer data)
{
    return g_get_monotonic_time();
}

static gint64 system_unix_us(G_GNUC_UNUSED gpointer data)
{
    return g_get_real_time();
}

const YtopsClock *ytops_clock_system(void)
{
    static const YtopsClock clock = {system_monotonic_us, system_unix_us, NULL};

    return &clock;
}
