/*
 * What is a request, what is refused and how, and that it never matters how the bytes arrive.
 */
#include <string.h>

#include "http/http_parser.h"

#define HEAD_LIMIT 256
#define BODY_LIMIT 32

static const HttpLimits limits = {.head = HEAD_LIMIT, .body = BODY_LIMIT};

/* The request that ends the bytes, or NULL and the status of the fault (0: it is incomplete). */
static HttpRequest *parse(const char *bytes, gsize length, gsize piece, guint *status)
{
    g_autoptr(HttpParser) parser = http_parser_new(&limits);
    *status = 0;
    for (gsize at = 0; at < length;) {
        gsize consumed = 0;
        HttpParseStatus result =
            http_parser_feed(parser, bytes + at, MIN(piece, length - at), &consumed);
        at += consumed;
        if (result == HTTP_PARSE_DONE) {
            g_assert_cmpuint(at, ==, length);
            return http_parser_take(parser);
        }
        if (result == HTTP_PARSE_BAD) {
            const HttpFault *fault = http_parser_get_fault(parser);
            g_assert_nonnull(fault->message);
            g_assert_null(strstr(fault->message, "(null)"));
            *status = fault->status;
            return NULL;
        }
    }
    return NULL;
}

#define HOST "Host: h\r\n"

static const struct {
    const char *bytes;
    guint status; /* 0: a request */
} requests[] = {
    {"GET / HTTP/1.1\r\n" HOST "\r\n", 0},
    {"GET / HTTP/1.0\r\n\r\n", 0},
    {"GET http://example.com/a?b HTTP/1.1\r\n" HOST "\r\n", 0},
    {"GET /a HTTP/1.1\r\n" HOST "Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n", 0},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc", 0},
    {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 0},
    {"POST / HTTP/1.1\r\n" HOST
     "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nA: b\r\n\r\n",
     0},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 33\r\n\r\n", 413},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999999\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc", 400},
    {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
    {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
     "11\r\n01234567890123456\r\n11\r\n01234567890123456\r\n0\r\n\r\n",
     413},
    {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
    {"POST / HTTP/1.1\r\n" HOST "Expect: miracles\r\n\r\n", 417},
    {"GET / HTTP/1.1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400},
    {"GET / HTTP/2.0\r\n" HOST "\r\n", 505},
    {"BREW / HTTP/1.1\r\n" HOST "\r\n", 501},
    {"GETS / HTTP/1.1\r\n" HOST "\r\n", 501},
    {"CONNECT h:443 HTTP/1.1\r\n" HOST "\r\n", 501},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
    {"\x16\x03\x01\x02\x00\x01", 400},
    {"hello world\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Bad Name: x\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Name : x\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "A: x\ry\r\n\r\n", 400},
    {"GET /\xc3\xbc HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET /%zz HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET /%4 HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET /%00 HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET /%ff HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET /?a=%0 HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET /?%00=a HTTP/1.1\r\n" HOST "\r\n", 400},
    {"OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 400},
};

static void test_table(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(requests); i++) {
        const char *bytes = requests[i].bytes;
        for (gsize piece = 1; piece <= strlen(bytes); piece++) {
            guint status = 0;
            HttpRequest *request = parse(bytes, strlen(bytes), piece, &status);
            if (status != requests[i].status || (request != NULL) != (status == 0))
                g_error("pieces of %zu: status %u, not %u: %s", piece, status, requests[i].status,
                        bytes);
            g_clear_pointer(&request, http_request_free);
        }
    }
}

static void test_what_a_request_holds(void)
{
    static const char bytes[] =
        "POST /a%20b//c%2Fd?x=1+2&y=%C3%BC&x=3&flag&=none HTTP/1.1\r\nHOST:  h \r\n"
        "X-Empty:\r\nAccept: a\r\naccept: b\r\nTransfer-Encoding: Chunked\r\n\r\n"
        "3\r\nabc\r\n2\r\nde\r\n0\r\nAccept: trailer\r\n\r\n";
    for (gsize piece = 1; piece < sizeof bytes; piece++) {
        guint status = 0;
        g_autoptr(HttpRequest) request = parse(bytes, strlen(bytes), piece, &status);
        g_assert_nonnull(request);
        g_assert_cmpstr(request->method, ==, "POST");
        g_assert_cmpstr(request->path, ==, "/a b//c/d");
        g_assert_cmpuint(request->segments->len, ==, 3);
        g_assert_cmpstr(g_ptr_array_index(request->segments, 2), ==, "c/d");
        g_assert_cmpstr(g_hash_table_lookup(request->query, "x"), ==, "1 2");
        g_assert_cmpstr(g_hash_table_lookup(request->query, "y"), ==, "\xc3\xbc");
        g_assert_cmpstr(g_hash_table_lookup(request->query, "flag"), ==, "");
        g_assert_cmpuint(g_hash_table_size(request->query), ==, 3);
        g_assert_cmpstr(http_request_get_header(request, "Host"), ==, "h");
        g_assert_cmpstr(http_request_get_header(request, "x-empty"), ==, "");
        g_assert_cmpstr(http_request_get_header(request, "ACCEPT"), ==, "a, b");
        g_assert_null(http_request_get_header(request, "Accept-Encoding"));
        g_assert_cmpmem(g_bytes_get_data(request->body, NULL), g_bytes_get_size(request->body),
                        "abcde", 5);
    }
}

static void test_keep_alive(void)
{
    static const struct {
        const char *bytes;
        gboolean keep_alive;
    } cases[] = {
        {"GET / HTTP/1.1\r\n" HOST "\r\n", TRUE},
        {"GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", FALSE},
        {"GET / HTTP/1.0\r\n\r\n", FALSE},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", TRUE},
        {"POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx", TRUE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint status = 0;
        g_autoptr(HttpRequest) request = parse(cases[i].bytes, strlen(cases[i].bytes), 7, &status);
        g_assert_nonnull(request);
        g_assert_cmpint(request->keep_alive, ==, cases[i].keep_alive);
    }
}

static void test_pipelined(void)
{
    static const char bytes[] = "GET /1 HTTP/1.1\r\n" HOST "\r\n"
                                "POST /2 HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nxy"
                                "GET /3 HTTP/1.1\r\n" HOST "\r\n";
    g_autoptr(HttpParser) parser = http_parser_new(&limits);
    gsize at = 0;
    for (guint i = 1; i <= 3; i++) {
        gsize consumed = 0;
        g_autofree char *path = g_strdup_printf("/%u", i);
        g_assert_cmpint(http_parser_feed(parser, bytes + at, strlen(bytes) - at, &consumed), ==,
                        HTTP_PARSE_DONE);
        at += consumed;
        g_autoptr(HttpRequest) request = http_parser_take(parser);
        g_assert_cmpstr(request->path, ==, path);
    }
    g_assert_cmpuint(at, ==, strlen(bytes));
}

/* A request of `head` bytes up to the end of its headers, the filling in the URL or in a header. */
static char *request_of(gsize head, gboolean in_url)
{
    g_autofree char *fill = g_strnfill(head, 'x');
    gsize around = strlen("GET / HTTP/1.1\r\nHost: h\r\nA: \r\n\r\n");
    fill[head - around] = '\0';
    return in_url ? g_strdup_printf("GET /%s HTTP/1.1\r\nHost: h\r\nA: \r\n\r\n", fill)
                  : g_strdup_printf("GET / HTTP/1.1\r\nHost: h\r\nA: %s\r\n\r\n", fill);
}

static void test_head_limit(void)
{
    for (gsize piece = 1; piece <= 2 * HEAD_LIMIT; piece += 17) {
        guint status = 0;
        g_autofree char *fits = request_of(HEAD_LIMIT, FALSE);
        g_autofree char *longer = request_of(HEAD_LIMIT + 1, FALSE);
        g_autofree char *url = request_of(2 * HEAD_LIMIT, TRUE);
        HttpRequest *request = parse(fits, strlen(fits), piece, &status);
        g_assert_nonnull(request);
        http_request_free(request);
        g_assert_null(parse(longer, strlen(longer), piece, &status));
        g_assert_cmpuint(status, ==, 431);
        g_assert_null(parse(url, strlen(url), piece, &status));
        g_assert_cmpuint(status, ==, 414);
    }
}

static void test_continue(void)
{
    static const char head[] =
        "POST / HTTP/1.1\r\n" HOST "Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
    g_autoptr(HttpParser) parser = http_parser_new(&limits);
    gsize consumed = 0;
    http_parser_feed(parser, head, strlen(head) - 1, &consumed);
    g_assert_false(http_parser_wants_continue(parser));
    http_parser_feed(parser, head + strlen(head) - 1, 1, &consumed);
    g_assert_true(http_parser_wants_continue(parser));
    g_assert_false(http_parser_wants_continue(parser));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http_parser/table", test_table);
    g_test_add_func("/http_parser/what_a_request_holds", test_what_a_request_holds);
    g_test_add_func("/http_parser/keep_alive", test_keep_alive);
    g_test_add_func("/http_parser/pipelined", test_pipelined);
    g_test_add_func("/http_parser/head_limit", test_head_limit);
    g_test_add_func("/http_parser/continue", test_continue);
    return g_test_run();
}
