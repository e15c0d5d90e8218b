#include "token_desk.h"

#include "token_cache.h"
#include "token_job.h"
#include "ytops/log.h"

enum {
    WAITERS_PER_JOB = 16,
    REAPER_STEP_US = 10 * 1000, /* deadlines this close to each other are ended together */
    FIRST_MEAN_MS = 2000,
    LONGEST_RETRY_S = 300,
};

struct TokenDesk {
    TokenDeskOptions options;
    GMutex lock;  /* guards all below; no callback and nothing that blocks runs under it */
    GCond work;   /* a flight was queued, or draining began */
    GCond expiry; /* an earlier deadline than before, or draining began */
    FlightTable *flights;
    TokenCache *cache;
    gboolean draining;
    gint64 reaper_until_us; /* when the reaper wakes up by itself */
    gint64 mean_ms;         /* of the last jobs */
};

/* ---- errors --------------------------------------------------------------------------------- */

static GError *desk_error(TokenDesk *desk, YtopsErrorCode code, const TokenUse *use, char *message)
{
    GError *error = g_error_new_literal(YTOPS_ERROR, (int)code, message);

    g_free(message);
    token_job_set_context(error, desk->options.sink, use);
    /* Nothing was tried for such a request, so trying again is always right. */
    ytops_error_set_context(error, "retryable", "true");
    return error;
}

static GError *draining_error(TokenDesk *desk, const TokenUse *use)
{
    return desk_error(desk, YTOPS_ERROR_DRAINING, use,
                      g_strdup("the server is shutting down; ask another one, or this one when "
                               "it is back"));
}

static gint64 retry_after_s(const TokenDesk *desk)
{
    gint64 queued = flight_table_count_queued(desk->flights);

    return CLAMP(queued * desk->mean_ms / desk->options.workers / 1000, 1, LONGEST_RETRY_S);
}

static GError *overloaded_error(TokenDesk *desk, const TokenUse *use)
{
    g_autofree char *retry_s = g_strdup_printf("%" G_GINT64_FORMAT, retry_after_s(desk));
    GError *error = desk_error(
        desk, YTOPS_ERROR_OVERLOADED, use,
        g_strdup_printf(
            "all %u workers are busy and %u jobs wait for them, with %u requests in all; ask again "
            "in %s s, or raise --token-workers or --token-queue-limit (%u)",
            desk->options.workers, flight_table_count_queued(desk->flights),
            flight_table_count_waiters(desk->flights), retry_s, desk->options.queue_limit));

    ytops_error_set_context(error, "retryAfterS", retry_s);
    return error;
}

static GError *timeout_error(TokenDesk *desk, const FlightWaiter *waiter)
{
    TokenUse use = {.job_id = waiter->job_id, .account_id = waiter->account_id};
    const char *message =
        waiter->was_queued
            ? "the request's time was over before a worker was free; ask again with a longer "
              "timeoutS, or raise --token-workers"
            : "the request's time was over before the job that it shares with equal requests was "
              "done; ask again with a longer timeoutS";

    return desk_error(desk, YTOPS_ERROR_TIMEOUT, &use, g_strdup(message));
}

/* ---- submit --------------------------------------------------------------------------------- */

/* Whether one more may come: those that an idle thread is about to take do not count as waiting. */
static gboolean has_room(TokenDesk *desk, gboolean joins)
{
    guint limit = desk->options.queue_limit;
    guint idle = desk->options.workers - flight_table_count_running(desk->flights);

    if (flight_table_count_waiters(desk->flights) >=
        (limit + desk->options.workers) * WAITERS_PER_JOB)
        return FALSE;
    return joins || flight_table_count_queued(desk->flights) < limit + idle;
}

/*
 * Where the reaper may sleep past a deadline that now is one. A waiter that joins a running job can
 * move its end out, and with it those that were to be told by that end get a deadline of their own.
 */
static void wake_reaper_for(TokenDesk *desk, const Flight *flight, gint64 deadline_us)
{
    if (flight->state == FLIGHT_RUNNING || deadline_us < desk->reaper_until_us)
        g_cond_signal(&desk->expiry);
}

static void queue_locked(TokenDesk *desk, Flight *flight, char *key, YtopsTokenAsk *ask,
                         YtopsTokenDone done, gpointer data)
{
    gint64 deadline_us = g_get_monotonic_time() + ask->timeout_s * G_USEC_PER_SEC;

    if (flight != NULL) {
        flight_table_join(desk->flights, flight, done, data, ask->job_id, deadline_us);
        ytops_token_ask_free(ask);
        g_free(key);
    } else {
        flight = flight_table_add(desk->flights, key, ask, desk->options.cancel_fd);
        flight_table_join(desk->flights, flight, done, data, ask->job_id, deadline_us);
        g_cond_signal(&desk->work);
    }
    wake_reaper_for(desk, flight, deadline_us);
}

/* A result or an error where the request ends at once; neither where it waits, ask then taken over. */
static void admit_locked(TokenDesk *desk, YtopsTokenAsk *ask, YtopsTokenDone done, gpointer data,
                         YtopsTokenResult **result, GError **error)
{
    TokenUse use = {.job_id = ask->job_id, .account_id = ask->account_id};
    g_autofree char *key = ask->no_cache ? NULL : ytops_token_ask_key(ask);
    Flight *flight = key != NULL ? flight_table_find(desk->flights, key) : NULL;

    if (desk->draining) {
        *error = draining_error(desk, &use);
        return;
    }
    if (key != NULL && (*result = token_cache_get(desk->cache, key)) != NULL)
        return;
    if (!has_room(desk, flight != NULL)) {
        *error = overloaded_error(desk, &use);
        return;
    }
    token_metrics_count_request(desk->options.metrics,
                                flight != NULL ? TOKEN_MET_BY_SHARED : TOKEN_MET_BY_JOB);
    queue_locked(desk, flight, g_steal_pointer(&key), ask, done, data);
}

void token_desk_submit(TokenDesk *desk, YtopsTokenAsk *ask, YtopsTokenDone done, gpointer data)
{
    g_autoptr(YtopsTokenResult) result = NULL;
    g_autoptr(GError) error = NULL;

    g_mutex_lock(&desk->lock);
    admit_locked(desk, ask, done, data, &result, &error);
    g_mutex_unlock(&desk->lock);
    if (result == NULL && error == NULL)
        return;
    token_metrics_count_request(desk->options.metrics,
                                result != NULL ? TOKEN_MET_BY_CACHE : TOKEN_MET_BY_REFUSAL);
    if (result != NULL)
        ytops_log_info("tokens", "token from the cache", "job_id", ask->job_id, "account_id",
                       ask->account_id, "made_by_job", result->job_id, "caller_id", ask->caller_id,
                       NULL);
    ytops_token_ask_free(ask);
    done(result, error, data);
}

/* ---- the end of requests -------------------------------------------------------------------- */

static void end_with_draining(TokenDesk *desk, GPtrArray *waiters)
{
    for (guint i = 0; i < waiters->len; i++) {
        FlightWaiter *waiter = g_ptr_array_index(waiters, i);
        TokenUse use = {.job_id = waiter->job_id, .account_id = waiter->account_id};
        g_autoptr(GError) error = draining_error(desk, &use);

        waiter->done(NULL, error, waiter->data);
    }
}

static void end_with_timeout(TokenDesk *desk, GPtrArray *waiters)
{
    for (guint i = 0; i < waiters->len; i++) {
        FlightWaiter *waiter = g_ptr_array_index(waiters, i);
        g_autoptr(GError) error = timeout_error(desk, waiter);

        ytops_log_info("tokens", "token request ran out of time", "job_id", waiter->job_id,
                       "account_id", waiter->account_id, "outcome", "TIMEOUT", "job",
                       waiter->was_queued ? "queued" : "running", NULL);
        waiter->done(NULL, error, waiter->data);
    }
}

/* Equal requests share the error, each with its own job id. */
static void end_flight(Flight *flight, YtopsTokenResult *result, GError *error)
{
    for (guint i = 0; i < flight->waiters->len; i++) {
        FlightWaiter *waiter = g_ptr_array_index(flight->waiters, i);

        ytops_error_set_context(error, "jobId", waiter->job_id);
        waiter->done(error == NULL ? result : NULL, error, waiter->data);
    }
}

/* ---- the threads' side ---------------------------------------------------------------------- */

TokenDesk *token_desk_new(const TokenDeskOptions *options)
{
    TokenDesk *desk = g_new0(TokenDesk, 1);
    TokenCacheLimits limits = {.ttl_s = options->cache_ttl_s};

    desk->options = *options;
    desk->mean_ms = FIRST_MEAN_MS;
    g_mutex_init(&desk->lock);
    g_cond_init(&desk->work);
    g_cond_init(&desk->expiry);
    desk->flights = flight_table_new();
    desk->cache = token_cache_new(&limits, ytops_clock_system());
    return desk;
}

void token_desk_free(TokenDesk *desk)
{
    if (desk == NULL)
        return;
    flight_table_free(desk->flights);
    token_cache_free(desk->cache);
    g_cond_clear(&desk->work);
    g_cond_clear(&desk->expiry);
    g_mutex_clear(&desk->lock);
    g_free(desk);
}

Flight *token_desk_take(TokenDesk *desk, gint64 until_us)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&desk->lock);
    Flight *flight = NULL;

    while (!desk->draining) {
        flight = flight_table_start(desk->flights, g_get_monotonic_time());
        if (flight != NULL)
            break;
        if (until_us == G_MAXINT64)
            g_cond_wait(&desk->work, &desk->lock);
        else if (!g_cond_wait_until(&desk->work, &desk->lock, until_us))
            break;
    }
    return flight;
}

void token_desk_finish(TokenDesk *desk, Flight *flight, YtopsTokenResult *result, GError *error)
{
    gint64 took_ms = (g_get_monotonic_time() - flight->started_us) / 1000;

    g_mutex_lock(&desk->lock);
    if (result != NULL && flight->key != NULL)
        token_cache_put(desk->cache, flight->key, result);
    desk->mean_ms = (desk->mean_ms * 7 + took_ms) / 8;
    flight_table_finish(desk->flights, flight);
    g_mutex_unlock(&desk->lock);
    end_flight(flight, result, error);
    flight_free(flight);
}

void token_desk_reap(TokenDesk *desk)
{
    g_mutex_lock(&desk->lock);
    while (!desk->draining) {
        gint64 now_us = g_get_monotonic_time();
        g_autoptr(GPtrArray) expired = flight_table_expire(desk->flights, now_us);

        if (expired->len > 0) {
            g_mutex_unlock(&desk->lock);
            end_with_timeout(desk, expired);
            g_mutex_lock(&desk->lock);
            continue;
        }
        desk->reaper_until_us = flight_table_next_expiry(desk->flights);
        if (desk->reaper_until_us == G_MAXINT64)
            g_cond_wait(&desk->expiry, &desk->lock);
        else
            g_cond_wait_until(&desk->expiry, &desk->lock,
                              MAX(desk->reaper_until_us, now_us + REAPER_STEP_US));
    }
    g_mutex_unlock(&desk->lock);
}

void token_desk_close(TokenDesk *desk)
{
    g_autoptr(GPtrArray) waiters = NULL;

    g_mutex_lock(&desk->lock);
    desk->draining = TRUE;
    waiters = flight_table_clear_queue(desk->flights);
    g_cond_broadcast(&desk->work);
    g_cond_broadcast(&desk->expiry);
    g_mutex_unlock(&desk->lock);
    end_with_draining(desk, waiters);
}

guint token_desk_count_running(TokenDesk *desk)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&desk->lock);

    return flight_table_count_running(desk->flights);
}

guint token_desk_count_queued(TokenDesk *desk)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&desk->lock);

    return flight_table_count_queued(desk->flights);
}

gboolean token_desk_is_closed(TokenDesk *desk)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&desk->lock);

    return desk->draining;
}
