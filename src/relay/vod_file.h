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
    char *url; /* where it was begun, before redirects */
} VodFile;

void vod_file_clear(VodFile *file);

/* The response, by `url`, a client is going to be given. FALSE: it contradicts itself (`why`, static). */
gboolean vod_file_take(VodFile *file, const char *url, const UpstreamHead *head, const char **why);

/* What may still come of the body; -1: not known. */
gint64 vod_file_get_rest(const VodFile *file);

/* Whether enough is known of the file to recognise it. */
gboolean vod_file_is_resumable(const VodFile *file);

/*
 * The Range to go on with at `url` (free with g_free); *if_range, owned by the file, is NULL for none:
 * another URL can be of another host, which has validators of its own for the same file.
 */
char *vod_file_make_range(const VodFile *file, const char *url, const char **if_range);

/*
 * Whether a response to that goes on with this very file. At the URL where it was begun the ETag has
 * to be the same, or where there was none the Last-Modified; at another one length and Last-Modified
 * are enough where the ETags differ. FALSE: `why` (static) it does not.
 */
gboolean vod_file_continues(VodFile *file, const char *url, const UpstreamHead *head,
                            const char **why);
