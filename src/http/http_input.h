/*
 * What a client has sent and is not yet parsed, and the parser over it.
 */
#pragma once

#include "http_parser.h"

typedef struct {
    HttpParser *parser;
    GByteArray *bytes;
    gsize consumed; /* of the bytes: done with */
} HttpInput;

void http_input_init(HttpInput *input, const HttpLimits *limits);
void http_input_clear(HttpInput *input);

gsize http_input_count_unread(const HttpInput *input);

/* Between requests: some clients send a line end too many after a body. FALSE: nothing is left. */
gboolean http_input_skip_line_ends(HttpInput *input);

/* As http_parser_feed. */
HttpParseStatus http_input_parse(HttpInput *input);

/* Gives the memory of what is done with back: an idle connection holds no buffer. */
void http_input_compact(HttpInput *input);

/* Forgets what is unread. */
void http_input_drop(HttpInput *input);
