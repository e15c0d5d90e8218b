/*
 * What upstream.c (multi handle and loop) and upstream_fetch.c (one request) share.
 *
 * libcurl's callbacks only note what came; the listeners are told afterwards, from the pump. So a
 * listener is never called from within libcurl and may start, cancel, pause and resume any fetch.
 */
#pragma once

#include <curl/curl.h>

#include "upstream.h"
#include "upstream_head.h"

struct Upstream {
    uv_loop_t *loop;
    CURLM *multi;     /* NULL: cleaned up */
    uv_timer_t timer; /* libcurl's */
    uv_idle_t idle;   /* runs while `ready` holds something */
    GQueue fetches;   /* not ended; by live_link */
    GQueue ready;     /* have something to tell; by ready_link */
    guint n_handles;  /* open libuv handles; with the last one it is freed */
    gboolean closing; /* asked for */
};

struct UpstreamFetch {
    Upstream *upstream;
    GList live_link;
    GList ready_link;
    gboolean is_ready; /* it stands in `ready` */

    UpstreamEvents events;
    gpointer data;
    char *url;
    struct curl_slist *headers;
    GBytes *body;
    gint64 chunk_timeout_ms;
    gboolean allow_private;
    gboolean has_proxy;
    gboolean has_socks; /* and it is a SOCKS one */

    CURL *easy;
    gboolean in_multi;
    gboolean is_complete; /* libcurl is done with it, or never began */
    CURLcode code;        /* where complete */
    char cause[CURL_ERROR_SIZE];
    char *refusal; /* why we, not libcurl, ended it; NULL: we did not */

    ResponseHead head;
    gboolean head_told;
    GQueue pieces;    /* GByteArray that came and were not told */
    gsize held;       /* bytes in them */
    gboolean is_full; /* libcurl was told to wait until they are told */
    gboolean paused;
    gboolean cancelled;
    gboolean timed_out;
    gboolean ended; /* on_done was called */
    guint64 body_bytes;

    uv_timer_t timer;     /* of the chunk timeout; the fetch is freed when it has closed */
    gint64 last_byte_ms;  /* of fetch_now_ms */
    gboolean timer_grace; /* the timer has expired once without a look at the sockets */
};

/* The fetch has something to tell: it is delivered soon. */
void upstream_mark_ready(Upstream *upstream, UpstreamFetch *fetch);

/* A libuv handle that needs the upstream was opened; it has closed. */
void upstream_hold(Upstream *upstream);
void upstream_release(Upstream *upstream);

/* The fetch has told its end. */
void upstream_forget(Upstream *upstream, UpstreamFetch *fetch);

/* libcurl is done with the transfer, which has left the multi handle. */
void fetch_complete(UpstreamFetch *fetch, CURLcode code);

/* Tells the listener what has come. */
void fetch_deliver(UpstreamFetch *fetch);
