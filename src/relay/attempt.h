/*
 * Attempts at a list of URLs until one of them has served what is wanted: the policy, the fetches,
 * the waiting and the switching, for whoever takes the data.
 *
 *     start -> CONNECTING --- body flows ---> STREAMING --- whole, and enough ---> closed by its owner
 *                  ^  |                           |
 *                  |  +------ an error -----------+--> relay_policy_decide
 *                  |                                      | RETRY: WAITING_RETRY, the delay, then
 *                  +--------------------------------------+ FAILOVER: the next URL
 *                                                         | FAIL: FAILED, on_failed
 *
 * A stream of a page has its URLs from a token: where there is none, or it is refused or expired, the
 * attempt is CONNECTING while it waits for another one, and goes on with the URLs of that.
 *
 * Sticky: where a URL redirected to is asked again while it works; before failing over, the URL
 * itself is tried afresh. Any event may close the attempt or hand it to another owner.
 */
#pragma once

#include "upstream.h"
#include "ytops/relay.h"

typedef struct Attempt Attempt;

typedef struct {
    gboolean is_live; /* the live chunk timeout counts, and a clean end is an error */
    /* Completes the request (method, range). NULL: a GET of the whole. */
    void (*prepare)(UpstreamRequest *request, gpointer data);
    /* Whether a status of 400 or more is an answer and no error. NULL: none is. */
    gboolean (*takes_status)(guint status, gpointer data);
    /* FALSE: this URL does not serve what is wanted, try others (`why` says it, static). */
    gboolean (*on_head)(const UpstreamHead *head, const char **why, gpointer data);
    void (*on_data)(GBytes *piece, gpointer data);
    /* The whole response came. FALSE: it will not do (`why`, static). The live never get it. */
    gboolean (*on_complete)(const char **why, gpointer data);
    /* The upstream is lost; FALSE: it is of no use to go on. NULL: it always is. */
    gboolean (*on_break)(gpointer data);
    /* The last call: nothing is left to try. The error has the context `status`. */
    void (*on_failed)(const GError *error, gpointer data);
} AttemptEvents;

/* client_id NULL: for all clients of the stream. Begins with attempt_start. */
Attempt *attempt_new(YtopsRelayStream *stream, const char *client_id, const AttemptEvents *events,
                     gpointer data);

/*
 * Before the start, of an HLS stream: not the stream's own URLs, but the resource of one of its
 * playlists (NULL: they themselves) with the directives of a query (NULL: none). hls_address.h
 * tells where that is looked for.
 */
void attempt_set_resource(Attempt *attempt, const char *resource, const char *query);

/*
 * Before the start: the resource is no playlist. Players go on without a segment that is gone, so that
 * where all has failed only this request has.
 */
void attempt_set_part(Attempt *attempt);

void attempt_start(Attempt *attempt);

/* What the attempt has waited for (stream_token_hold): there is a token now, or the error why not. */
void attempt_token_came(Attempt *attempt, const GError *error);

/* Stops at once, no event is called any more, and frees. NULL is fine. */
void attempt_close(Attempt *attempt);

/* The response under way is of no use: others are tried, as after on_head's FALSE. `why` is static. */
void attempt_refuse(Attempt *attempt, const char *why);

/* Another owner takes it over, from within on_head at the earliest. */
void attempt_set_events(Attempt *attempt, const AttemptEvents *events, gpointer data);

/*
 * Data that is wanted flows: the retries are forgotten. For the owner to say, since a body may be
 * there and be of no use (half a playlist, an error page), which must not go on for ever.
 */
void attempt_note_flow(Attempt *attempt);

void attempt_pause(Attempt *attempt);
void attempt_resume(Attempt *attempt);

/* An operator's switch to another URL, at once. The caller holds a reference (attempt_copy). */
void attempt_switch(Attempt *attempt, guint url_index);

/* For a copy of a list of attempts: a GCopyFunc that takes a reference, and what gives it back. */
gpointer attempt_copy(gconstpointer attempt, gpointer unused);
void attempt_uncopy(gpointer attempt);

YtopsRelayState attempt_get_state(const Attempt *attempt);
const char *attempt_get_url(const Attempt *attempt); /* in use, before redirects */
