#include "relay_timer.h"

struct RelayTimer {
    uv_timer_t handle;
    RelayTimerFunc fired;
    gpointer data;
};

RelayTimer *relay_timer_new(uv_loop_t *loop, RelayTimerFunc fired, gpointer data)
{
    RelayTimer *timer = g_new0(RelayTimer, 1);

    uv_timer_init(loop, &timer->handle);
    timer->handle.data = timer;
    timer->fired = fired;
    timer->data = data;
    return timer;
}

static void timer_fired(uv_timer_t *handle)
{
    RelayTimer *timer = handle->data;

    timer->fired(timer->data);
}

void relay_timer_start(RelayTimer *timer, gint64 delay_ms)
{
    /* The loop's own time may be old after a long callback: the timer would fire too early. */
    uv_update_time(timer->handle.loop);
    uv_timer_start(&timer->handle, timer_fired, (guint64)MAX(delay_ms, 0), 0);
}

void relay_timer_stop(RelayTimer *timer)
{
    uv_timer_stop(&timer->handle);
}

static void timer_closed(uv_handle_t *handle)
{
    g_free(handle->data);
}

void relay_timer_free(RelayTimer *timer)
{
    if (timer == NULL)
        return;
    uv_timer_stop(&timer->handle);
    uv_close((uv_handle_t *)&timer->handle, timer_closed);
}
