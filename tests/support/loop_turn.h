/* One turn of a loop in a test. */
#pragma once

#include <glib.h>
#include <poll.h>
#include <uv.h>

enum { LOOP_TURN_MS = 20 };

/*
 * Waits for the loop's next event, at most LOOP_TURN_MS, and handles what there is. UV_RUN_ONCE would
 * not do: where a timer that was due brings what the test waits for, it goes on to wait for yet
 * another event, however long that takes.
 */
static inline void loop_turn(uv_loop_t *loop)
{
    int timeout = uv_backend_timeout(loop);
    struct pollfd backend = {.fd = uv_backend_fd(loop), .events = POLLIN};

    poll(&backend, 1, timeout < 0 ? LOOP_TURN_MS : MIN(timeout, LOOP_TURN_MS));
    uv_run(loop, UV_RUN_NOWAIT);
}
