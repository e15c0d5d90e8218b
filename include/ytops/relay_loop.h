/*
 * A thread with a libuv loop, and a way to run functions on it from other threads.
 */
#pragma once

#include <glib.h>
#include <uv.h>

typedef struct YtopsRelayLoop YtopsRelayLoop;

typedef void (*YtopsRelayLoopFunc)(gpointer data);

/* Starts the thread, which blocks all signals. */
YtopsRelayLoop *ytops_relay_loop_new(void);

/* For use on the loop's thread, in functions that were given to invoke or call. */
uv_loop_t *ytops_relay_loop_get_uv(YtopsRelayLoop *loop);

/*
 * Runs `func` on the loop's thread and returns at once. From any thread, also the loop's own;
 * functions run in the order in which they were given. Not after stop.
 */
void ytops_relay_loop_invoke(YtopsRelayLoop *loop, YtopsRelayLoopFunc func, gpointer data);

/* The same, but waits until `func` has returned. Never from the loop's own thread. */
void ytops_relay_loop_call(YtopsRelayLoop *loop, YtopsRelayLoopFunc func, gpointer data);

/*
 * Runs what was invoked, waits until every handle on the loop is closed (whoever opened one closes
 * it), joins the thread and frees the loop. Never from the loop's own thread. NULL is fine.
 */
void ytops_relay_loop_stop(YtopsRelayLoop *loop);
