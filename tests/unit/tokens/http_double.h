/*
 * An HTTP server that answers every request with the same bytes, or never, and keeps the last
 * request: what a test needs to play a PO token provider that is well or ill.
 */
#pragma once

#include <glib.h>

typedef struct HttpDouble HttpDouble;

/* `answer`: a whole HTTP response; NULL: it accepts and stays silent. */
HttpDouble *http_double_start(const char *answer);

/* http://127.0.0.1:port. Owned by the double. */
const char *http_double_url(const HttpDouble *server);

/* The last request, headers and body; g_free. */
char *http_double_last_request(HttpDouble *server);

guint http_double_count(HttpDouble *server);

void http_double_stop(HttpDouble *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpDouble, http_double_stop)

/* A response with a JSON body; g_free. */
char *http_double_json(int status, const char *body);
