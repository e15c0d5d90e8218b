#include "ytops/ticker.h"

struct YtopsTicker {
    YtopsTick tick;
    gpointer data;
    GThread *thread;

    GMutex mutex; /* guards what follows */
    GCond changed;
    gboolean hurried;
    gboolean stopping;
};

/* FALSE when it is time to end. */
static gboolean pause_for(YtopsTicker *ticker, gint64 pause_us)
{
    gint64 end = g_get_monotonic_time() + pause_us;
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&ticker->mutex);

    while (!ticker->hurried && !ticker->stopping &&
           g_cond_wait_until(&ticker->changed, &ticker->mutex, end))
        continue;
    ticker->hurried = FALSE;
    return !ticker->stopping;
}

static gpointer run(gpointer data)
{
    YtopsTicker *ticker = data;
    gint64 pause_us;

    do
        pause_us = ticker->tick(ticker->data);
    while (pause_for(ticker, pause_us));
    return NULL;
}

YtopsTicker *ytops_ticker_new(const char *name, YtopsTick tick, gpointer data)
{
    YtopsTicker *ticker = g_new0(YtopsTicker, 1);

    ticker->tick = tick;
    ticker->data = data;
    g_mutex_init(&ticker->mutex);
    g_cond_init(&ticker->changed);
    ticker->thread = g_thread_new(name, run, ticker);
    return ticker;
}

static void wake(YtopsTicker *ticker, gboolean *why)
{
    g_mutex_lock(&ticker->mutex);
    *why = TRUE;
    g_cond_signal(&ticker->changed);
    g_mutex_unlock(&ticker->mutex);
}

void ytops_ticker_hurry(YtopsTicker *ticker)
{
    wake(ticker, &ticker->hurried);
}

void ytops_ticker_free(YtopsTicker *ticker)
{
    if (ticker == NULL)
        return;
    wake(ticker, &ticker->stopping);
    g_thread_join(ticker->thread);
    g_mutex_clear(&ticker->mutex);
    g_cond_clear(&ticker->changed);
    g_free(ticker);
}
