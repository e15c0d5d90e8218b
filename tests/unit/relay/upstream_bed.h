/* A loop, an upstream and a scripted server, and fetches whose story is kept. */
#pragma once

#include "relay/upstream.h"
#include "script_server.h"

typedef struct Story Story;

typedef struct {
    uv_loop_t loop;
    uv_timer_t deadline;
    Upstream *upstream; /* NULL: closed */
    ScriptServer *server;
    GPtrArray *stories;
} UpstreamBed;

struct Story {
    UpstreamBed *bed;
    UpstreamFetch *fetch;
    guint n_heads;
    guint n_pieces;
    guint n_ends;
    UpstreamHead head; /* strings are the story's own */
    GByteArray *body;  /* NULL: not kept, only checked against the pattern */
    guint64 length;
    gboolean matches; /* each byte was the pattern's */
    UpstreamEnd end;
    /* What a test does within the calls; NULL: nothing. */
    void (*in_head)(Story *story);
    void (*in_data)(Story *story);
    void (*in_done)(Story *story);
    guint pauses;
};

UpstreamBed *upstream_bed_new(void);
void upstream_bed_free(UpstreamBed *bed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UpstreamBed, upstream_bed_free)

/* Begins a fetch; url NULL in the request: that path of the server. */
Story *upstream_bed_begin(UpstreamBed *bed, const char *path, const UpstreamRequest *request);

/* Runs the loop until it has ended. */
void upstream_bed_finish(Story *story);

/* Both. The request's URL and permissions are the bed's: everything is allowed. */
Story *upstream_bed_get(UpstreamBed *bed, const char *path);

/* Runs the loop once. */
void upstream_bed_turn(UpstreamBed *bed);
