/*
 * Where requests are handed in, wait, and get their answer: cache, flights, queue limits, deadlines.
 *
 *   submit --> cache hit, OVERLOADED, DRAINING ----------------------> callback
 *          --> flight --take--> a job thread --finish----------------> callbacks
 *                 +-- its time was over (reap), the desk is closed --> callback
 *
 * Thread-safe. Callbacks run on the thread that ends the request, never under the lock.
 */
#pragma once

#include "flight.h"
#include "token_metrics.h"
#include "token_outcome.h"

typedef struct TokenDesk TokenDesk;

typedef struct {
    const TokenOutcomeSink *sink; /* for the contexts of errors; outlives the desk */
    guint workers;
    guint
        queue_limit; /* jobs that may wait, those that an idle worker is about to take not counted */
    gint64 cache_ttl_s;
    int cancel_fd;               /* for the limits of every job */
    const TokenMetrics *metrics; /* outlives the desk */
} TokenDeskOptions;

TokenDesk *token_desk_new(const TokenDeskOptions *options);

/* Closed, and every flight that was taken is finished. NULL is fine. */
void token_desk_free(TokenDesk *desk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TokenDesk, token_desk_free)

/* As ytops_token_service_submit. Takes over ask. */
void token_desk_submit(TokenDesk *desk, YtopsTokenAsk *ask, YtopsTokenDone done, gpointer data);

/*
 * Waits for a job until the time (G_MAXINT64: for ever) and takes it. NULL where the time is over or
 * the desk was closed.
 */
Flight *token_desk_take(TokenDesk *desk, gint64 until_us);

/*
 * The end of a job that was taken. Its waiters get the error or, where that is NULL, the result. A
 * result is kept in the cache in both cases. Takes over flight; borrows the rest, but sets the
 * error's jobId to that of each waiter.
 */
void token_desk_finish(TokenDesk *desk, Flight *flight, YtopsTokenResult *result, GError *error);

/* Ends requests whose time is over, until the desk is closed: the body of a thread. */
void token_desk_reap(TokenDesk *desk);

/* Ends what waits with DRAINING, refuses what comes, and lets take and reap return. */
void token_desk_close(TokenDesk *desk);

gboolean token_desk_is_closed(TokenDesk *desk);
guint token_desk_count_running(TokenDesk *desk);
guint token_desk_count_queued(TokenDesk *desk);
