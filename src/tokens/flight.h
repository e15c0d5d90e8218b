/*
 * Jobs that wait or run, and who waits for each: equal requests share one flight.
 *
 *   add -> QUEUED --start--> RUNNING --finish--> gone
 *            |
 *            +-- its last waiter's time was over, or the queue is cleared --> gone
 *
 * Pure bookkeeping: times are handed in, and the owner locks. Times are microseconds on the
 * monotonic clock.
 */
#pragma once

#include "ytops/job_limits.h"
#include "ytops/token_service.h"

typedef struct {
    YtopsTokenDone done;
    gpointer data;
    gint64 deadline_us;
    char *job_id;
    char *account_id;
    gboolean was_queued; /* of one that was taken out: its job had not begun */
} FlightWaiter;

typedef enum { FLIGHT_QUEUED, FLIGHT_RUNNING } FlightState;

typedef struct {
    FlightState state;
    char *key;             /* NULL: nobody may join */
    YtopsTokenAsk *ask;    /* of the request that opened it */
    GPtrArray *waiters;    /* of FlightWaiter */
    YtopsJobLimits limits; /* its deadline is that of its most patient waiter */
    gint64 started_us;
    gint64 last_deadline_us; /* joins move the deadline of a running flight at most to here */
} Flight;

typedef struct FlightTable FlightTable;

FlightTable *flight_table_new(void);

/* Every flight must be gone. */
void flight_table_free(FlightTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FlightTable, flight_table_free)

/* The flight with that key, waiting or running; NULL where there is none. */
Flight *flight_table_find(FlightTable *table, const char *key);

/* A new flight at the end of the queue, without waiters. Takes over key (NULL: nobody may join) and ask. */
Flight *flight_table_add(FlightTable *table, char *key, YtopsTokenAsk *ask, int cancel_fd);

/*
 * One more waiter. The flight's deadline moves out to its: freely while it is queued; once it runs, to
 * at most twice the time that it had when it began, so that a job that hangs cannot be kept alive by
 * ever new requests.
 */
void flight_table_join(FlightTable *table, Flight *flight, YtopsTokenDone done, gpointer data,
                       const char *job_id, gint64 deadline_us);

/* The flight that has waited longest, now RUNNING; NULL where none waits. */
Flight *flight_table_start(FlightTable *table, gint64 now_us);

/* Takes a running flight out of the table; the caller frees it. */
void flight_table_finish(FlightTable *table, Flight *flight);

void flight_free(Flight *flight);

/*
 * Takes out the waiters whose deadline has passed; a queued flight that loses its last one is gone.
 * The most patient waiters of a running flight stay: the end of their job, which has the same
 * deadline, tells them more. Elements are FlightWaiter.
 */
GPtrArray *flight_table_expire(FlightTable *table, gint64 now_us);

/* Takes out all that is queued. Elements are FlightWaiter. */
GPtrArray *flight_table_clear_queue(FlightTable *table);

/* When flight_table_expire has something to do next; G_MAXINT64: never. */
gint64 flight_table_next_expiry(const FlightTable *table);

guint flight_table_count_queued(const FlightTable *table);
guint flight_table_count_running(const FlightTable *table);
guint flight_table_count_waiters(const FlightTable *table);
