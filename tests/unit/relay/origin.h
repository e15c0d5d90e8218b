/*
 * An upstream on the test's own loop: each request is put to the test's plan, which says what to
 * answer and how to end. What is broadcast live is MPEG-TS packets whose numbers go on across
 * connections and origins, so that a repeated or misplaced one is seen.
 */
#pragma once

#include <uv.h>

#include <glib.h>

typedef struct Origin Origin;

typedef struct {
    guint number; /* of this origin, from 0 */
    const char *method;
    const char *path;
    const char *range; /* NULL: none */
    const char *if_range;
} OriginRequest;

typedef enum { ORIGIN_STALL, ORIGIN_RESET, ORIGIN_CLOSE, ORIGIN_KEEP } OriginEnd;

typedef struct {
    guint status;     /* 0: no answer at all */
    char *head;       /* further header lines, each with CR LF; owned */
    GBytes *body;     /* NULL: live packets; owned */
    gsize stop_after; /* bytes, or packets; then `end` */
    OriginEnd end;
} OriginAnswer;

typedef void (*OriginPlan)(const OriginRequest *request, OriginAnswer *answer, gpointer data);

/* packet_number: shared by the origins of a test. */
Origin *origin_new(uv_loop_t *loop, guint64 *packet_number, OriginPlan plan, gpointer data);
void origin_close(Origin *origin); /* frees when its handles are closed */

char *origin_url(const Origin *origin, const char *path); /* g_free */
guint origin_count_requests(const Origin *origin);
guint origin_count_open(const Origin *origin); /* connections */

/* A packet's number; G_MAXUINT64: it is none. */
guint64 origin_packet_number(const guint8 *packet);
