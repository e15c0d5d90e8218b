/*
 * A stream: what it is made from, what it counts, its clients, its attempts, its state and events.
 *
 *                    +------------------------------------------+
 *                    v                                          |
 *     IDLE ----> CONNECTING ----> STREAMING ----> WAITING_RETRY +
 *       ^            |                |                |
 *       |            +----------------+----------------+----> FAILED ---> CONNECTING (next client)
 *       +---- no attempt is left -----+----------------+
 *
 * A live stream has one attempt for all clients, others have one for each client. The state is that
 * of the attempt that is furthest: STREAMING before CONNECTING before WAITING_RETRY.
 *
 *   started --- once when data first flows after IDLE or FAILED
 *   stopped --- once when a started stream has been without clients for linger_ms, or is deleted
 *   failed ---- once when the last attempt gave up
 */
#pragma once

#include "attempt.h"
#include "proxy_verdict.h"
#include "relay_timer.h"
#include "ytops/relay.h"

typedef struct LiveStream LiveStream;
typedef struct KindProbe KindProbe;
typedef struct StreamToken StreamToken;

struct YtopsRelayStream {
    YtopsRelay *relay;
    char *id;
    StreamToken *token; /* NULL: a stream of media URLs */
    char **urls;        /* the first and its failovers; before the first token the page's alone */
    guint n_urls;
    char **sticky_urls; /* by URL: where it redirected to; NULL: nowhere, or not kept */
    char *user_agent;
    GHashTable *headers;     /* to ask the upstream with */
    GHashTable *own_headers; /* those that the stream was made with */
    char **cookies;          /* of the media, for their hosts; NULL: none */
    GHashTable *metadata;
    char *proxy_url;
    ProxyVerdict proxy_verdict; /* what was told of that proxy last */
    YtopsRelayKind kind;        /* AUTO until known */
    YtopsRelaySettings settings;
    YtopsRelayState state;
    gboolean is_started;
    gboolean is_over; /* deleted */
    guint url_index;
    guint64 bytes_from_upstream;
    guint64 bytes_to_clients;
    guint retry_count;
    guint failover_count;
    char *last_error;
    gint64 created_at;
    GPtrArray *clients;  /* borrowed YtopsRelayClient */
    GPtrArray *attempts; /* borrowed Attempt */
    RelayTimer *linger;
    LiveStream *live; /* NULL: not begun */
    KindProbe *probe; /* NULL: none in progress */
};

/* The spec must have been checked. */
YtopsRelayStream *relay_stream_new(YtopsRelay *relay, const YtopsRelaySpec *spec,
                                   const YtopsRelaySettings *settings);
YtopsRelayStream *relay_stream_ref(YtopsRelayStream *stream);
void relay_stream_unref(YtopsRelayStream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsRelayStream, relay_stream_unref)

/* Ends every client with `error`, stops the upstreams and says so. Memory goes with the last unref. */
void relay_stream_end(YtopsRelayStream *stream, const GError *error);

void relay_stream_add_client(YtopsRelayStream *stream, YtopsRelayClient *client);
void relay_stream_remove_client(YtopsRelayStream *stream, YtopsRelayClient *client);

/* The clients of this moment, each with a reference of its own. */
GPtrArray *relay_stream_copy_clients(YtopsRelayStream *stream);

/* Has the client served as the stream's kind asks; AUTO begins to find out. */
void relay_stream_serve(YtopsRelayStream *stream, YtopsRelayClient *client);

/* ---- told by attempts -------------------------------------------------------------------------- */

void relay_stream_add_attempt(YtopsRelayStream *stream, Attempt *attempt);
void relay_stream_remove_attempt(YtopsRelayStream *stream, Attempt *attempt);

/* A token brought media: their URLs, headers and proxy are those of the stream from now on. */
void relay_stream_take_media(YtopsRelayStream *stream, const YtopsRelayMedia *media);

/* An attempt moved: the stream's own state follows. */
void relay_stream_refresh_state(YtopsRelayStream *stream);

/* The attempt is the last to give up: FAILED, told once. */
void relay_stream_note_failure(YtopsRelayStream *stream, const char *reason, guint retry_count);

/* From one URL to the next: told once however many attempts make that move. */
void relay_stream_note_failover(YtopsRelayStream *stream, guint from, guint to, const char *reason,
                                guint attempt_number);

void relay_stream_set_error(YtopsRelayStream *stream, const char *message);
