/* What attempt.c (connecting, and what comes) and attempt_outcome.c (after an error) share. */
#pragma once

#include "attempt.h"
#include "attempt_error.h"
#include "relay_core.h"

/* What a fetch reports to: outlives the attempt where libcurl is slower to let go. */
typedef struct {
    Attempt *attempt; /* NULL: given up */
    UpstreamFetch *fetch;
} AttemptFetch;

struct Attempt {
    YtopsRelayStream *stream;
    char *client_id;
    char *resource; /* NULL: the stream itself */
    char *query;    /* NULL: none */
    char **urls;
    guint generation; /* of the token that they are of; 0: of none */
    const AttemptEvents *events;
    gpointer data;
    YtopsRelayState state;
    RelayProgress progress;
    AttemptFetch *fetch; /* NULL: none in progress */
    RelayTimer *timer;
    gint64 retry_after_ms;
    char *effective_url; /* of a redirected response whose data may make it sticky */
    gboolean is_own;     /* the URLs are the stream's, perhaps with a player's directives */
    gboolean has_directives;
    gboolean is_part;    /* of what a playlist names: without it the stream goes on */
    gboolean is_fixed;   /* the one URL, whatever token the stream has */
    gboolean is_waiting; /* for a token */
    gboolean on_sticky;
    gboolean is_closed;
};

gint64 attempt_now_ms(void);
gint64 attempt_chunk_timeout(const Attempt *self);
void attempt_set_state(Attempt *self, YtopsRelayState state);

/*
 * Where the URL in use redirected to, as the stream keeps it. NULL: not for this one, which is not of
 * the stream's own URLs of today.
 */
char **attempt_sticky_slot(Attempt *self);

/* Whether the stream has had another token since the URLs were taken. */
gboolean attempt_is_outdated(const Attempt *self);

/* Begins a fetch of the URL in use. data: the attempt, for it is what the timer calls. */
void attempt_connect(gpointer data);
void attempt_drop_fetch(Attempt *self);

void attempt_leave_token(Attempt *self); /* waits for none any longer */

/* The fetch in progress is of no use: another token, retry, failover or the end. */
void attempt_fail(Attempt *self, const AttemptError *failure);
