/*
 * The signals that steer the daemon, taken one at a time by the main thread.
 *
 * They are blocked in every thread, so nothing runs in a handler; child processes start with none
 * blocked (ytops/process.h).
 */
#pragma once

#include <glib.h>

typedef enum {
    SIGNALS_NONE,  /* the time passed */
    SIGNALS_STOP,  /* SIGTERM or SIGINT */
    SIGNALS_RELOAD /* SIGHUP */
} SignalsEvent;

/*
 * Blocks the signals, ignores SIGPIPE, and sees that the ends of children can be waited for; call it
 * before the first thread starts.
 */
void signals_block(void);

/* Waits up to timeout_ms for the next one. */
SignalsEvent signals_wait(gint64 timeout_ms);
