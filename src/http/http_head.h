/*
 * The head of a reply, as text. Pure.
 */
#pragma once

#include <glib.h>

/* How the client finds the end of the body. */
typedef enum {
    HTTP_FRAMING_NONE,    /* the status has no body */
    HTTP_FRAMING_LENGTH,  /* Content-Length */
    HTTP_FRAMING_CHUNKED, /* HTTP/1.1, length unknown */
    HTTP_FRAMING_CLOSE    /* HTTP/1.0, length unknown: the connection ends */
} HttpFraming;

/* `length` -1: not known. `minor` is of the client's HTTP/1.x. */
HttpFraming http_head_choose_framing(guint status, gint64 length, guint minor);

typedef struct HttpHead HttpHead;

HttpHead *http_head_new(void);
void http_head_free(HttpHead *head);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpHead, http_head_free)

/*
 * Replaces a header of that name. Control characters in the value are dropped; a name that is no
 * token, and those that the server itself sets (Connection, Content-Length, Date, Keep-Alive,
 * Transfer-Encoding), are ignored.
 */
void http_head_set(HttpHead *head, const char *name, const char *value);

typedef struct {
    guint status;
    guint minor; /* of the client's HTTP/1.x */
    gboolean keep_alive;
    HttpFraming framing;
    gint64 length;
    gint64 now_s; /* for Date: seconds since 1970 */
} HttpHeadFacts;

/* With the empty line that ends it. */
GBytes *http_head_format(const HttpHead *head, const HttpHeadFacts *facts);
