/*
 * The stream relay: one upstream for many clients, retried and failed over while they stay.
 *
 * Everything here happens on one libuv loop's thread and never blocks, except where said. Clients
 * are handed in as a small vtable, so the relay knows nothing of HTTP servers.
 */
#pragma once

#include <uv.h>

#include "ytops/error.h"
#include "ytops/metrics.h"
#include "ytops/relay_settings.h"
#include "ytops/relay_source.h"

typedef enum {
    YTOPS_RELAY_AUTO,
    YTOPS_RELAY_LIVE,
    YTOPS_RELAY_VOD,
    YTOPS_RELAY_HLS
} YtopsRelayKind;

/*
 *   IDLE -> CONNECTING -> STREAMING -> WAITING_RETRY -> CONNECTING ...
 *                 any of them -> FAILED (until the next client comes, which starts afresh)
 */
typedef enum {
    YTOPS_RELAY_IDLE,
    YTOPS_RELAY_CONNECTING,
    YTOPS_RELAY_STREAMING,
    YTOPS_RELAY_WAITING_RETRY,
    YTOPS_RELAY_FAILED
} YtopsRelayState;

const char *ytops_relay_kind_to_string(YtopsRelayKind kind);    /* "AUTO", ... */
const char *ytops_relay_state_to_string(YtopsRelayState state); /* "IDLE", ... */

/* What a stream is made from. Borrowed for the call; NULL and "" mean not given. */
typedef struct {
    const char *id;  /* a UUID that a load balancer chose; NULL: the relay makes one */
    const char *url; /* of the media; with account_id, of a page */
    const char *const *failover_urls; /* NULL-terminated; not with account_id */
    const char *account_id;           /* whose token gives the media of the page */
    const char *format;               /* of the page, as yt-dlp takes it; only with account_id */
    const char *user_agent;
    GHashTable *headers;  /* char * -> char *; NULL: none */
    GHashTable *metadata; /* char * -> char *; NULL: none */
    const char *proxy_url;
    YtopsRelayKind kind;
    const YtopsRelaySettings *settings; /* NULL: the relay's own */
} YtopsRelaySpec;

typedef struct YtopsRelay YtopsRelay;
typedef struct YtopsRelayStream YtopsRelayStream;

/* ---- events ------------------------------------------------------------------------------------ */

typedef enum {
    YTOPS_RELAY_STREAM_STARTED,
    YTOPS_RELAY_STREAM_STOPPED,
    YTOPS_RELAY_STREAM_FAILED,      /* reason, retry_count */
    YTOPS_RELAY_FAILOVER_TRIGGERED, /* old_url, new_url, attempt_number, reason */
    YTOPS_RELAY_CLIENT_CONNECTED,   /* client_id */
    YTOPS_RELAY_CLIENT_DISCONNECTED /* client_id, bytes_served */
} YtopsRelayEventType;

/* Borrowed for the call. Fields that do not apply are NULL or 0. */
typedef struct {
    YtopsRelayEventType type;
    const char *stream_id;
    const char *client_id;
    const char *reason;
    const char *old_url;
    const char *new_url;
    guint retry_count;
    guint attempt_number;
    guint64 bytes_served;
    gint64 at_us; /* Unix microseconds */
} YtopsRelayEvent;

const char *ytops_relay_event_type_to_string(YtopsRelayEventType type); /* "stream_started", ... */

typedef void (*YtopsRelayListener)(const YtopsRelayEvent *event, gpointer data);

/* ---- the relay --------------------------------------------------------------------------------- */

/* The listener, called for each event exactly once, may be NULL. `settings` is copied. */
YtopsRelay *ytops_relay_new(uv_loop_t *loop, const YtopsRelaySettings *settings,
                            YtopsRelayListener listener, gpointer listener_data);

/*
 * Where the media of pages come from, and who is told of proxies: `source` is copied. NULL: nowhere
 * and nobody, as it is at first. What is being asked for is not cancelled by it.
 */
void ytops_relay_set_source(YtopsRelay *relay, const YtopsRelaySource *source, gpointer data);

/*
 * Measures from now on; once. `metrics` must outlive the relay, be exposed on the loop's thread, and not
 * after the relay was closed.
 */
void ytops_relay_set_metrics(YtopsRelay *relay, YtopsMetrics *metrics);

/* Ends every stream (its clients' on_end is called) and frees once libuv and curl are done. */
void ytops_relay_close(YtopsRelay *relay);

/*
 * INVALID_ARGUMENT, with the context `field` (url, failover_urls, account_id, format, proxy_url,
 * headers, id), for a URL that is not http(s), has no host or is private where that is not allowed,
 * for an id that is no UUID or is taken, and for what the source of media refuses; ROLE_FORBIDDEN for
 * an account where there is no source. Owned by the relay.
 */
YtopsRelayStream *ytops_relay_create(YtopsRelay *relay, const YtopsRelaySpec *spec, GError **error);
YtopsRelayStream *ytops_relay_find(YtopsRelay *relay, const char *stream_id); /* NULL: none */
GPtrArray *ytops_relay_list(YtopsRelay *relay); /* borrowed YtopsRelayStream *, oldest first */

/* What a stream without settings of its own goes by. Owned by the relay. */
const YtopsRelaySettings *ytops_relay_get_settings(const YtopsRelay *relay);

/* How a URL answers. Strings are borrowed for the call; NULL: not told. */
typedef struct {
    gboolean success; /* a status below 400 */
    guint status;     /* 0: no answer */
    const char *effective_url;
    const char *content_type;
    gint64 content_length; /* -1: not told */
    const char *message;   /* what went wrong; NULL: nothing */
    gint64 duration_ms;
} YtopsRelayTest;

typedef void (*YtopsRelayTested)(const YtopsRelayTest *test, gpointer data);

/*
 * Asks the URL and gives up after the head of the answer. Of the spec url, user_agent, headers and
 * proxy_url count. INVALID_ARGUMENT as for ytops_relay_create, and `done` is then never called;
 * otherwise it is called exactly once, later, also when the relay is closed meanwhile.
 */
gboolean ytops_relay_test(YtopsRelay *relay, const YtopsRelaySpec *spec, YtopsRelayTested done,
                          gpointer data, GError **error);

/* Ends the stream, closes its clients, and forgets it. */
void ytops_relay_delete(YtopsRelay *relay, YtopsRelayStream *stream);

/* Switches to the next URL now; clients stay. NOT_FOUND where there is no other URL. */
gboolean ytops_relay_stream_failover(YtopsRelayStream *stream, GError **error);

/* What a stream is doing. Owned by the stream, valid until the loop's next turn. */
typedef struct {
    const char *stream_id;
    const char *url; /* as the stream was made with */
    const char *current_url;
    const char *account_id; /* NULL: the URL is that of the media */
    const char *format;     /* NULL: not given */
    const char *const *failover_urls;
    YtopsRelayKind kind;
    YtopsRelayState state;
    guint client_count;
    guint64 bytes_from_upstream;
    guint64 bytes_to_clients;
    guint retry_count;
    guint failover_count;
    const char *last_error; /* NULL: none */
    gint64 created_at;      /* Unix seconds */
    GHashTable *metadata;   /* char * -> char * */
} YtopsRelayInfo;

void ytops_relay_stream_get_info(YtopsRelayStream *stream, YtopsRelayInfo *info);

/* ---- clients ----------------------------------------------------------------------------------- */

/* The head of what a client gets. Borrowed for the call; NULL: absent. */
typedef struct {
    guint status;  /* 200, 206, 416 */
    gint64 length; /* of the body; -1: not known */
    const char *content_type;
    const char *content_range;
    const char *accept_ranges;
    const char *etag;
    const char *last_modified;
} YtopsRelayHead;

typedef struct {
    /* Once, before any data. For a HEAD request on_end follows at once. */
    void (*on_head)(const YtopsRelayHead *head, gpointer data);
    /* The piece may be kept by reference. */
    void (*on_data)(GBytes *piece, gpointer data);
    /* Bytes that the client has not taken yet. */
    gsize (*get_queued)(gpointer data);
    /*
     * The last call. error NULL: complete. An error before on_head is to be answered (its context
     * `status` holds 502, 504, 404 ...); after it the connection is to be broken.
     */
    void (*on_end)(const GError *error, gpointer data);
} YtopsRelayClientEvents;

/* Borrowed for the call. */
typedef struct {
    gboolean is_head;
    const char *range;    /* the Range header; NULL: none */
    const char *if_range; /* NULL: none */
    const char
        *resource; /* of an HLS stream: the signed part of a rewritten address; NULL: the stream */
    const char *peer;
    const char *user_agent;
    const char *base_path; /* what rewritten HLS addresses begin with: "/hls/<stream id>/" */
    const char *query;     /* of an HLS request: _HLS_msn and its kin are passed on; NULL: none */
} YtopsRelayRequest;

typedef struct YtopsRelayClient YtopsRelayClient;

/* Never NULL: what is wrong is told by on_end, possibly before this returns with a client that is over. */
YtopsRelayClient *ytops_relay_stream_attach(YtopsRelayStream *stream,
                                            const YtopsRelayRequest *request,
                                            const YtopsRelayClientEvents *events, gpointer data);

/* As the events name it. Owned by the client. */
const char *ytops_relay_client_get_id(const YtopsRelayClient *client);

/* The client's queue is empty again: more may be sent. */
void ytops_relay_client_drained(YtopsRelayClient *client);

/* The client went: no event is called any more. Also to be called after on_end; frees. */
void ytops_relay_client_detach(YtopsRelayClient *client);
