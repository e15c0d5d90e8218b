/*
 * A timer on a libuv loop that can be freed at any moment, also from within its own call: libuv's
 * handle lives on until it is closed.
 */
#pragma once

#include <uv.h>

#include <glib.h>

typedef struct RelayTimer RelayTimer;

typedef void (*RelayTimerFunc)(gpointer data);

RelayTimer *relay_timer_new(uv_loop_t *loop, RelayTimerFunc fired, gpointer data);

/* Fires once, after delay_ms from now; started again, it forgets the former start. */
void relay_timer_start(RelayTimer *timer, gint64 delay_ms);
void relay_timer_stop(RelayTimer *timer);

/* Never fires again. NULL is fine. */
void relay_timer_free(RelayTimer *timer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RelayTimer, relay_timer_free)
