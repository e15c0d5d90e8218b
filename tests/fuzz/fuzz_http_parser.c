/*
 * The request parser over any bytes. The first byte says how large the pieces are in which the rest
 * arrives: it must make no difference.
 */
#include "http/http_parser.h"

#include <string.h>

#include "fuzz.h"

static const HttpLimits limits = {.head = 512, .body = 256};

static void describe(const HttpRequest *request, GString *seen)
{
    g_assert_true(g_utf8_validate(request->path, -1, NULL));
    g_assert_cmpuint(g_bytes_get_size(request->body), <=, limits.body);
    g_string_append_printf(seen, "%s %s %u %d %u %u %u %u;", request->method, request->path,
                           request->minor, request->keep_alive, request->segments->len,
                           g_hash_table_size(request->query), g_hash_table_size(request->headers),
                           g_bytes_hash(request->body));
}

/* All requests, and the status that ended them, as text. */
static char *parse(const uint8_t *bytes, size_t length, size_t piece)
{
    g_autoptr(HttpParser) parser = http_parser_new(&limits);
    GString *seen = g_string_new(NULL);
    for (size_t at = 0; at < length;) {
        size_t size = MIN(piece, length - at);
        g_autofree char *copy = g_memdup2(bytes + at, size);
        gsize consumed = 0;
        HttpParseStatus status = http_parser_feed(parser, copy, size, &consumed);
        g_assert_cmpuint(consumed, <=, size);
        at += consumed;
        if (status == HTTP_PARSE_BAD) {
            g_assert_cmpuint(http_parser_get_fault(parser)->status, >=, 400);
            g_string_append_printf(seen, "%u", http_parser_get_fault(parser)->status);
            break;
        }
        if (status == HTTP_PARSE_MORE) {
            g_assert_cmpuint(consumed, ==, size);
            continue;
        }
        g_assert_cmpuint(consumed, >, 0);
        g_autoptr(HttpRequest) request = http_parser_take(parser);
        describe(request, seen);
    }
    return g_string_free(seen, FALSE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    g_autofree char *whole = parse(data + 1, size - 1, size);
    g_autofree char *pieces = parse(data + 1, size - 1, 1U + data[0]);
    g_assert_cmpstr(whole, ==, pieces);
    return 0;
}
