/*
 * The file that a client is being sent, and where in it the client is: what an upstream has to
 * answer with after a break so that not a byte is repeated, missing or of another file. Pure.
 */
#pragma once

#include "byte_range.h"
#include "upstream.h"

typedef struct {
    guint status;
    ByteSpan span;
    gboolean has_span; /* FALSE: several ranges at once, which cannot be gone on with */
    gint64 length;     /* of the body; -1: not known */
    gint64 delivered;  /* bytes of the body that the client has */
    char *content_type;
    char *content_range;
    char *accept_ranges;
    char *etag;
    char *last_modified;
} VodFile;

void vod_file_clear(VodFile *file);

/* The response a client is going to be given. FALSE: it contradicts itself (`why`, static). */
gboolean vod_file_take(VodFile *file, const UpstreamHead *head, const char **why);

/* What may still come of the body; -1: not known. */
gint64 vod_file_get_rest(const VodFile *file);

/* Whether enough is known of the file to recognise it. */
gboolean vod_file_is_resumable(const VodFile *file);

/* The Range to go on with (free with g_free); *if_range, owned by the file, is NULL for none. */
char *vod_file_make_range(const VodFile *file, const char **if_range);

/* Whether a response to that goes on with this very file. FALSE: `why` (static) it does not. */
gboolean vod_file_continues(VodFile *file, const UpstreamHead *head, const char **why);
