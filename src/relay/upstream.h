/*
 * Fetches over libcurl's multi interface on a libuv loop: one request each, with pauses, timeouts,
 * redirects that are checked, and a guard on the addresses that may be connected to.
 *
 * A fetch reports to its events until on_done, which is the last call and comes exactly once, also
 * after upstream_fetch_cancel (then with `cancelled`). Never from within the call that started it.
 */
#pragma once

#include <uv.h>

#include "relay_policy.h"
#include "ytops/error.h"

typedef struct Upstream Upstream; /* the curl multi handle of a loop */
typedef struct UpstreamFetch UpstreamFetch;

Upstream *upstream_new(uv_loop_t *loop);

/* Cancels what still runs; frees once libuv is done with it. */
void upstream_close(Upstream *upstream);

/* Borrowed for the call. NULL: not given. */
typedef struct {
    const char *url;
    const char *method; /* NULL: GET; "HEAD", "POST" */
    const char *user_agent;
    GHashTable *headers;   /* char * -> char * */
    char **cookies;        /* lines of a Netscape cookie file: each goes to its hosts only */
    const char *proxy_url; /* http, https, socks4, socks4a, socks5, socks5h */
    const char *range;     /* "bytes=5-" */
    const char *if_range;
    GBytes *body;            /* of a POST */
    gint64 chunk_timeout_ms; /* no byte for so long, headers included: RELAY_ERROR_CHUNK_TIMEOUT */
    gboolean allow_private;  /* loopback, private, link-local ... addresses may be connected to */
    guint max_redirects;     /* 0: 10 */
} UpstreamRequest;

/* Of the last response, after redirects. Owned by the fetch. */
typedef struct {
    guint status;
    const char *effective_url;
    gint64 content_length; /* -1: not told */
    const char *content_type;
    const char *content_range;
    const char *accept_ranges;
    const char *etag;
    const char *last_modified;
    gint64 retry_after_ms; /* 0: not told */
} UpstreamHead;

typedef struct {
    gboolean ok; /* the whole response came */
    gboolean cancelled;
    RelayError error;    /* where not ok */
    guint status;        /* 0: no response */
    const char *message; /* for people: what happened, with which value */
    YtopsErrorCode code; /* as docs/errors.md has it; INTERNAL: not the way there is to blame */
    guint64 body_bytes;
} UpstreamEnd;

typedef struct {
    void (*on_head)(const UpstreamHead *head, gpointer data);
    void (*on_data)(GBytes *piece, gpointer data);
    void (*on_done)(const UpstreamEnd *end, gpointer data);
} UpstreamEvents;

UpstreamFetch *upstream_fetch(Upstream *upstream, const UpstreamRequest *request,
                              const UpstreamEvents *events, gpointer data);

/* No data until resumed; may be called from within on_data. The chunk timeout rests meanwhile. */
void upstream_fetch_pause(UpstreamFetch *fetch);
void upstream_fetch_resume(UpstreamFetch *fetch);
void upstream_fetch_cancel(UpstreamFetch *fetch);

/* Another one than it was begun with, counted from the last byte. */
void upstream_fetch_set_chunk_timeout(UpstreamFetch *fetch, gint64 chunk_timeout_ms);

/* Whether the URL is http or https with a host, and not an address literal that is not allowed. */
gboolean upstream_url_check(const char *url, gboolean allow_private, GError **error);
