/*
 * What to do after an upstream failed: the decision of the specification as one pure function.
 *
 *   an error -> retries left, and the total timeout not passed? -> RETRY the same URL after a delay
 *            -> another URL, and failovers left?                -> FAILOVER
 *            -> FAIL
 *
 * docs/relay.md has the whole drawing and the decisions on what the specification leaves open.
 */
#pragma once

#include "ytops/relay_settings.h"

typedef enum {
    RELAY_ERROR_CONNECT,       /* not reached */
    RELAY_ERROR_STATUS,        /* 400 or more */
    RELAY_ERROR_BROKEN,        /* the transfer broke */
    RELAY_ERROR_CHUNK_TIMEOUT, /* no data for the chunk timeout */
    RELAY_ERROR_CLEAN_END,     /* of a live stream */
    RELAY_ERROR_OPERATOR       /* a manual failover */
} RelayError;

/* Where an outage stands. All times are of the caller's monotonic clock, in milliseconds. */
typedef struct {
    guint n_urls;            /* the first URL and its failovers */
    guint url_index;         /* the one in use */
    guint retry_count;       /* retries of this URL since data last flowed */
    guint failover_count;    /* failovers in this outage */
    gint64 url_since_ms;     /* first attempt at this URL after data last flowed; -1: none yet */
    gint64 outage_since_ms;  /* first attempt of this outage; -1: none yet */
    gint64 flowing_since_ms; /* data flows since; -1: it does not */
} RelayProgress;

typedef enum { RELAY_RETRY, RELAY_FAILOVER, RELAY_FAIL } RelayAction;

typedef struct {
    RelayAction action;
    gint64 delay_ms; /* RETRY: wait so long; FAILOVER: 0 but where the list was gone round */
    guint url_index; /* the one to use next; FAIL: the last one */
    /*
     * RETRY, FAILOVER: the error ("chunk timeout", ...). FAIL: "total_timeout_exceeded",
     * "retries_exhausted", "failovers_exhausted", "unrecoverable_status" or
     * "retry_after_too_long". Static.
     */
    const char *reason;
    const char *cause; /* what ended the retries, for people: "Retries exhausted". RETRY: NULL */
} RelayDecision;

void relay_progress_init(RelayProgress *progress, guint n_urls);

/* An attempt begins. */
void relay_progress_attempt(RelayProgress *progress, gint64 now_ms);

/*
 * Body data came; to be called for each piece. The retries are forgotten, after stable_after_ms of
 * flow the failovers too. Returns the retries it took where the flow begins, -1 where it goes on.
 */
gint relay_progress_data(RelayProgress *progress, const YtopsRelaySettings *settings,
                         gint64 now_ms);

/*
 * Decides and moves `progress` along (counts, index). status: of RELAY_ERROR_STATUS, else 0.
 * retry_after_ms: as the upstream asked by Retry-After; 0: not asked.
 *
 * RELAY_ERROR_OPERATOR goes to the next URL whatever the limits are, and starts the outage afresh:
 * retry_count and failover_count are 0 after it. Where there is no other URL it is a RETRY at once.
 */
RelayDecision relay_policy_decide(RelayProgress *progress, const YtopsRelaySettings *settings,
                                  RelayError error, guint status, gint64 retry_after_ms,
                                  gint64 now_ms);

/* "chunk timeout", "connection failed", ...: the words of the specification's log lines. Static. */
const char *relay_error_to_string(RelayError error);
