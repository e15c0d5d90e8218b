#include "flight.h"

struct FlightTable {
    GHashTable *by_key; /* those that can be joined; borrowed */
    GQueue queued;      /* of Flight, the oldest at the head */
    GPtrArray *running; /* of Flight, borrowed by the job threads */
    guint n_waiters;
};

static void flight_waiter_free(gpointer data)
{
    FlightWaiter *waiter = data;

    g_free(waiter->job_id);
    g_free(waiter->account_id);
    g_free(waiter);
}

FlightTable *flight_table_new(void)
{
    FlightTable *table = g_new0(FlightTable, 1);

    table->by_key = g_hash_table_new(g_str_hash, g_str_equal);
    g_queue_init(&table->queued);
    table->running = g_ptr_array_new();
    return table;
}

void flight_table_free(FlightTable *table)
{
    if (table == NULL)
        return;
    g_assert(g_queue_is_empty(&table->queued) && table->running->len == 0);
    g_hash_table_unref(table->by_key);
    g_ptr_array_unref(table->running);
    g_free(table);
}

Flight *flight_table_find(FlightTable *table, const char *key)
{
    return g_hash_table_lookup(table->by_key, key);
}

Flight *flight_table_add(FlightTable *table, char *key, YtopsTokenAsk *ask, int cancel_fd)
{
    Flight *flight = g_new0(Flight, 1);

    flight->key = key;
    flight->ask = ask;
    flight->waiters = g_ptr_array_new_with_free_func(flight_waiter_free);
    flight->limits.cancel_fd = cancel_fd;
    g_queue_push_tail(&table->queued, flight);
    if (key != NULL)
        g_hash_table_insert(table->by_key, key, flight);
    return flight;
}

void flight_free(Flight *flight)
{
    g_ptr_array_unref(flight->waiters);
    ytops_token_ask_free(flight->ask);
    g_free(flight->key);
    g_free(flight);
}

void flight_table_join(FlightTable *table, Flight *flight, YtopsTokenDone done, gpointer data,
                       const char *job_id, gint64 deadline_us)
{
    FlightWaiter *waiter = g_new0(FlightWaiter, 1);
    gint64 deadline = MAX(atomic_load(&flight->limits.deadline_us), deadline_us);

    waiter->done = done;
    waiter->data = data;
    waiter->deadline_us = deadline_us;
    waiter->job_id = g_strdup(job_id);
    waiter->account_id = g_strdup(flight->ask->account_id);
    g_ptr_array_add(flight->waiters, waiter);
    table->n_waiters++;
    if (flight->state == FLIGHT_RUNNING)
        deadline = MIN(deadline, flight->last_deadline_us);
    atomic_store(&flight->limits.deadline_us, deadline);
}

Flight *flight_table_start(FlightTable *table, gint64 now_us)
{
    Flight *flight = g_queue_pop_head(&table->queued);
    gint64 deadline_us;

    if (flight == NULL)
        return NULL;
    deadline_us = atomic_load(&flight->limits.deadline_us);
    flight->state = FLIGHT_RUNNING;
    flight->started_us = now_us;
    flight->last_deadline_us = deadline_us + MAX(deadline_us - now_us, 0);
    g_ptr_array_add(table->running, flight);
    return flight;
}

static void forget(FlightTable *table, Flight *flight)
{
    if (flight->key != NULL)
        g_hash_table_remove(table->by_key, flight->key);
    table->n_waiters -= flight->waiters->len;
}

void flight_table_finish(FlightTable *table, Flight *flight)
{
    g_ptr_array_remove_fast(table->running, flight);
    forget(table, flight);
}

static gint64 expiry_of(const Flight *flight, const FlightWaiter *waiter)
{
    gboolean ends_with_job = flight->state == FLIGHT_RUNNING &&
                             waiter->deadline_us >= atomic_load(&flight->limits.deadline_us);

    return ends_with_job ? G_MAXINT64 : waiter->deadline_us;
}

static void take_expired(FlightTable *table, Flight *flight, gint64 now_us, GPtrArray *expired)
{
    for (guint i = flight->waiters->len; i-- > 0;) {
        FlightWaiter *waiter = g_ptr_array_index(flight->waiters, i);

        if (expiry_of(flight, waiter) > now_us)
            continue;
        g_ptr_array_steal_index(flight->waiters, i);
        waiter->was_queued = flight->state == FLIGHT_QUEUED;
        g_ptr_array_add(expired, waiter);
        table->n_waiters--;
    }
}

static void drop_queued(FlightTable *table, GList *link)
{
    Flight *flight = link->data;

    g_queue_delete_link(&table->queued, link);
    forget(table, flight);
    flight_free(flight);
}

static GPtrArray *take_from_queue(FlightTable *table, gint64 now_us)
{
    GPtrArray *taken = g_ptr_array_new_with_free_func(flight_waiter_free);

    for (GList *link = table->queued.head, *next; link != NULL; link = next) {
        Flight *flight = link->data;

        next = link->next;
        take_expired(table, flight, now_us, taken);
        if (flight->waiters->len == 0)
            drop_queued(table, link);
    }
    return taken;
}

GPtrArray *flight_table_expire(FlightTable *table, gint64 now_us)
{
    GPtrArray *expired = take_from_queue(table, now_us);

    for (guint i = 0; i < table->running->len; i++)
        take_expired(table, g_ptr_array_index(table->running, i), now_us, expired);
    return expired;
}

GPtrArray *flight_table_clear_queue(FlightTable *table)
{
    return take_from_queue(table, G_MAXINT64);
}

static gint64 next_of(const Flight *flight)
{
    gint64 next = G_MAXINT64;

    for (guint i = 0; i < flight->waiters->len; i++)
        next = MIN(next, expiry_of(flight, g_ptr_array_index(flight->waiters, i)));
    return next;
}

gint64 flight_table_next_expiry(const FlightTable *table)
{
    gint64 next = G_MAXINT64;

    for (const GList *link = table->queued.head; link != NULL; link = link->next)
        next = MIN(next, next_of(link->data));
    for (guint i = 0; i < table->running->len; i++)
        next = MIN(next, next_of(g_ptr_array_index(table->running, i)));
    return next;
}

guint flight_table_count_queued(const FlightTable *table)
{
    return g_queue_get_length((GQueue *)&table->queued);
}

guint flight_table_count_running(const FlightTable *table)
{
    return table->running->len;
}

guint flight_table_count_waiters(const FlightTable *table)
{
    return table->n_waiters;
}
