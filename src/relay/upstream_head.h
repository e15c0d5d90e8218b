/*
 * The head of a response, taken line by line as libcurl gives it. Interim responses (1xx) are
 * skipped, a redirect is told apart from the head that counts.
 */
#pragma once

#include "upstream.h"

typedef struct {
    UpstreamHead view; /* points into the fields below; after HEAD_FINAL */
    char *effective_url;
    GHashTable *fields; /* lower-case name -> value of the response being read */
    guint status;       /* of it */
    gboolean is_final;  /* HEAD_FINAL was given: later lines are trailers */
} ResponseHead;

typedef enum { HEAD_MORE, HEAD_REDIRECT, HEAD_FINAL } HeadProgress;

void response_head_init(ResponseHead *head);
void response_head_clear(ResponseHead *head);

/* Takes one line with its end. The first final response fills `view` but for effective_url. */
HeadProgress response_head_take_line(ResponseHead *head, const char *line, gsize length);

/* A header of the response being read; NULL: absent. `name` in lower case. */
const char *response_head_get(const ResponseHead *head, const char *name);
