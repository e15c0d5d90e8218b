/*
 * A request as the parser makes it: decoded, and valid UTF-8 in path and query.
 */
#pragma once

#include "http_fault.h"

typedef struct {
    const char *method;  /* static; "GET", ... */
    guint minor;         /* of HTTP/1.x */
    gboolean keep_alive; /* what the client wants */
    char *path;          /* decoded */
    GPtrArray *segments; /* of the path, split before they were decoded: "%2F" is no border */
    char *query_text;    /* as it came, without the "?" */
    GHashTable *query;   /* name to value, decoded; the first of each name */
    GHashTable *headers; /* lower-case name to value; those of one name joined by ", " */
    GBytes *body;        /* never NULL */
} HttpRequest;

HttpRequest *http_request_new(void);
void http_request_free(HttpRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpRequest, http_request_free)

gboolean http_request_is_head(const HttpRequest *request);

/* Copies both. */
void http_request_add_header(HttpRequest *request, const char *name, const char *value);

/* Any case; NULL where there is none. */
const char *http_request_get_header(const HttpRequest *request, const char *name);

/*
 * Takes path and query from the target of a request line: "/path?query", or a whole http URL as
 * proxies send it. FALSE, with a fault, for another form, for "%" without two hexadecimal digits,
 * for "%00", and for what is not UTF-8 once decoded.
 */
gboolean http_request_set_target(HttpRequest *request, const char *target, HttpFault *fault);
