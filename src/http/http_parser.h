/*
 * Bytes to requests, one after the other. Pure: it reads no socket and knows no time.
 *
 * Refused, besides what is no HTTP: versions other than 1.0 and 1.1, HTTP/1.1 without exactly one
 * Host, transfer codings other than chunked, CONNECT, and whatever makes the end of the body
 * doubtful. Trailers and chunk extensions are read and dropped.
 */
#pragma once

#include "http_request.h"

typedef struct {
    gsize head; /* bytes of request line and headers */
    gsize body; /* bytes, decoded */
} HttpLimits;

typedef enum {
    HTTP_PARSE_MORE, /* everything was consumed, the request goes on */
    HTTP_PARSE_DONE, /* take the request; what was not consumed belongs to the next one */
    HTTP_PARSE_BAD   /* see the fault; nothing more can be read from this client */
} HttpParseStatus;

typedef struct HttpParser HttpParser;

/* Copies the limits. */
HttpParser *http_parser_new(const HttpLimits *limits);
void http_parser_free(HttpParser *parser);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpParser, http_parser_free)

/* Not after BAD, and after DONE not before http_parser_take. */
HttpParseStatus http_parser_feed(HttpParser *parser, const char *bytes, gsize length,
                                 gsize *consumed);

/* After DONE: the request, now the caller's. The parser is ready for the next one. */
HttpRequest *http_parser_take(HttpParser *parser);

/* After BAD. Owned by the parser. */
const HttpFault *http_parser_get_fault(const HttpParser *parser);

/* TRUE once per request: its head is here, and its client waits for "100 Continue" with the body. */
gboolean http_parser_wants_continue(HttpParser *parser);
