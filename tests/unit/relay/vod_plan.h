/* An origin's plan that serves one file, with what the test wants it to do wrong. */
#pragma once

#include "origin.h"

typedef struct {
    GBytes *file;
    const char *etag;          /* NULL: none */
    const char *last_modified; /* NULL: none */
    gboolean no_ranges;        /* answers 200 whatever is asked */
    gboolean no_length;        /* the end of the connection is the end */
    gboolean ignores_if_range;
    gsize part_size;     /* of a 206, without the total; 0: all that is asked for, with it */
    guint breaks_left;   /* so many bodies break */
    gsize break_after;   /* bytes of the body; 0: at random places */
    OriginEnd break_end; /* how */
    gboolean is_dead;    /* resets without an answer */
    GRand *rand;
    guint n_head; /* HEAD requests seen */
} VodPlan;

void vod_plan(const OriginRequest *request, OriginAnswer *answer, gpointer data);

GBytes *vod_plan_file(gsize size, guint seed);
