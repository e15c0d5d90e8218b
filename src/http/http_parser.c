#include "http_parser.h"

#include <llhttp.h>
#include <string.h>

typedef enum { STAGE_LINE, STAGE_HEADERS, STAGE_BODY, STAGE_DONE } Stage;

struct HttpParser {
    llhttp_t llhttp;
    HttpLimits limits;
    Stage stage;
    gsize head_bytes; /* fed before the head was complete */
    HttpRequest *request;
    GString *target;
    GString *name;
    GString *value;
    GByteArray *body;
    guint hosts;
    gboolean wants_continue;
    HttpFault fault;
};

static HttpParser *parser_of(llhttp_t *llhttp)
{
    return llhttp->data;
}

/* ---- what llhttp reports ------------------------------------------------------------------ */

static int on_url(llhttp_t *llhttp, const char *text, size_t length)
{
    g_string_append_len(parser_of(llhttp)->target, text, (gssize)length);
    return 0;
}

static int on_url_complete(llhttp_t *llhttp)
{
    parser_of(llhttp)->stage = STAGE_HEADERS;
    return 0;
}

static int on_header_field(llhttp_t *llhttp, const char *text, size_t length)
{
    HttpParser *parser = parser_of(llhttp);
    if (parser->stage == STAGE_HEADERS)
        g_string_append_len(parser->name, text, (gssize)length);
    return 0;
}

static int on_header_value(llhttp_t *llhttp, const char *text, size_t length)
{
    HttpParser *parser = parser_of(llhttp);
    if (parser->stage == STAGE_HEADERS)
        g_string_append_len(parser->value, text, (gssize)length);
    return 0;
}

static int on_header_value_complete(llhttp_t *llhttp)
{
    HttpParser *parser = parser_of(llhttp);
    if (parser->stage != STAGE_HEADERS)
        return 0;
    g_strchomp(parser->value->str);
    if (g_ascii_strcasecmp(parser->name->str, "host") == 0)
        parser->hosts++;
    http_request_add_header(parser->request, parser->name->str, parser->value->str);
    g_string_truncate(parser->name, 0);
    g_string_truncate(parser->value, 0);
    return 0;
}

static int on_body(llhttp_t *llhttp, const char *bytes, size_t length)
{
    HttpParser *parser = parser_of(llhttp);
    if (length > parser->limits.body - parser->body->len) {
        http_fault_set(&parser->fault, 413, YTOPS_ERROR_INVALID_ARGUMENT, "body",
                       "the body is longer than %" G_GSIZE_FORMAT " bytes; send less",
                       parser->limits.body);
        return -1;
    }
    g_byte_array_append(parser->body, (const guint8 *)bytes, (guint)length);
    return 0;
}

static int on_message_complete(llhttp_t *llhttp)
{
    HttpParser *parser = parser_of(llhttp);
    parser->stage = STAGE_DONE;
    parser->request->keep_alive = llhttp_should_keep_alive(llhttp) != 0;
    return HPE_PAUSED;
}

/* ---- what the head must be ---------------------------------------------------------------- */

static gboolean check_version(HttpParser *parser)
{
    guint major = llhttp_get_http_major(&parser->llhttp);
    guint minor = llhttp_get_http_minor(&parser->llhttp);
    parser->request->minor = minor;
    if (major == 1 && minor <= 1)
        return TRUE;
    return http_fault_set(&parser->fault, 505, YTOPS_ERROR_INVALID_ARGUMENT, "version",
                          "HTTP/%u.%u is not served; use HTTP/1.1", major, minor);
}

static gboolean check_method(HttpParser *parser)
{
    guint8 method = llhttp_get_method(&parser->llhttp);
    parser->request->method = llhttp_method_name((llhttp_method_t)method);
    if (method != HTTP_CONNECT)
        return TRUE;
    return http_fault_set(&parser->fault, 501, YTOPS_ERROR_INVALID_ARGUMENT, "method",
                          "CONNECT is not served: this is no proxy of that kind");
}

static gboolean check_host(HttpParser *parser)
{
    if (parser->hosts == 1 || (parser->hosts == 0 && parser->request->minor == 0))
        return TRUE;
    return http_fault_set(&parser->fault, 400, YTOPS_ERROR_INVALID_ARGUMENT, "Host",
                          "there are %u Host headers; send exactly one", parser->hosts);
}

static gboolean check_expectation(HttpParser *parser)
{
    const char *expected = http_request_get_header(parser->request, "expect");
    if (expected == NULL || parser->request->minor == 0)
        return TRUE;
    parser->wants_continue = g_ascii_strcasecmp(expected, "100-continue") == 0;
    if (parser->wants_continue)
        return TRUE;
    return http_fault_set(&parser->fault, 417, YTOPS_ERROR_INVALID_ARGUMENT, "Expect",
                          "only 100-continue can be expected");
}

static gboolean check_body(HttpParser *parser)
{
    const llhttp_t *llhttp = &parser->llhttp;
    const char *coding = http_request_get_header(parser->request, "transfer-encoding");
    if (coding != NULL && parser->request->minor == 0)
        return http_fault_set(&parser->fault, 400, YTOPS_ERROR_INVALID_ARGUMENT,
                              "Transfer-Encoding",
                              "HTTP/1.0 has no Transfer-Encoding; send Content-Length");
    if (coding != NULL && g_ascii_strcasecmp(coding, "chunked") != 0)
        return http_fault_set(&parser->fault, 501, YTOPS_ERROR_INVALID_ARGUMENT,
                              "Transfer-Encoding", "no transfer coding but chunked is understood");
    if ((llhttp->flags & F_CONTENT_LENGTH) != 0 && llhttp->content_length > parser->limits.body)
        return http_fault_set(&parser->fault, 413, YTOPS_ERROR_INVALID_ARGUMENT, "body",
                              "the body of %" G_GUINT64_FORMAT
                              " bytes is longer than %" G_GSIZE_FORMAT "; send less",
                              llhttp->content_length, parser->limits.body);
    if (coding == NULL && llhttp->content_length == 0)
        parser->wants_continue = FALSE;
    return TRUE;
}

static int on_headers_complete(llhttp_t *llhttp)
{
    HttpParser *parser = parser_of(llhttp);
    parser->stage = STAGE_BODY;
    if (!check_version(parser) || !check_method(parser) || !check_host(parser) ||
        !http_request_set_target(parser->request, parser->target->str, &parser->fault) ||
        !check_expectation(parser) || !check_body(parser))
        return -1;
    /* No other protocol is spoken here; whoever offers one gets its reply in this one. */
    llhttp->upgrade = 0;
    return 0;
}

static const llhttp_settings_t settings = {
    .on_url = on_url,
    .on_url_complete = on_url_complete,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_header_value_complete = on_header_value_complete,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

/* ---- for the caller ----------------------------------------------------------------------- */

static void begin(HttpParser *parser)
{
    llhttp_init(&parser->llhttp, HTTP_REQUEST, &settings);
    parser->llhttp.data = parser;
    parser->stage = STAGE_LINE;
    parser->head_bytes = 0;
    parser->hosts = 0;
    parser->wants_continue = FALSE;
    parser->request = http_request_new();
    parser->body = g_byte_array_new();
    g_string_truncate(parser->target, 0);
    g_string_truncate(parser->name, 0);
    g_string_truncate(parser->value, 0);
}

HttpParser *http_parser_new(const HttpLimits *limits)
{
    HttpParser *parser = g_new0(HttpParser, 1);
    parser->limits = *limits;
    parser->target = g_string_new(NULL);
    parser->name = g_string_new(NULL);
    parser->value = g_string_new(NULL);
    begin(parser);
    return parser;
}

void http_parser_free(HttpParser *parser)
{
    http_request_free(parser->request);
    g_byte_array_unref(parser->body);
    g_string_free(parser->target, TRUE);
    g_string_free(parser->name, TRUE);
    g_string_free(parser->value, TRUE);
    http_fault_clear(&parser->fault);
    g_free(parser);
}

static HttpParseStatus refuse_head(HttpParser *parser)
{
    if (parser->stage == STAGE_LINE)
        http_fault_set(&parser->fault, 414, YTOPS_ERROR_INVALID_ARGUMENT, "target",
                       "the request line is longer than %" G_GSIZE_FORMAT
                       " bytes; send a shorter URL",
                       parser->limits.head);
    else
        http_fault_set(&parser->fault, 431, YTOPS_ERROR_INVALID_ARGUMENT, "headers",
                       "request line and headers are longer than %" G_GSIZE_FORMAT
                       " bytes; send fewer headers",
                       parser->limits.head);
    return HTTP_PARSE_BAD;
}

/* `at`: the byte that llhttp did not like. Letters in a method's place are just another method. */
static HttpParseStatus refuse_bytes(HttpParser *parser, llhttp_errno_t code, char at)
{
    if (code == HPE_INVALID_METHOD && (g_ascii_isupper(at) || at == ' '))
        http_fault_set(&parser->fault, 501, YTOPS_ERROR_INVALID_ARGUMENT, "method",
                       "no such method is served; see the Allow header of a 405 reply");
    else
        http_fault_set(&parser->fault, 400, YTOPS_ERROR_INVALID_ARGUMENT, NULL,
                       "this is no valid HTTP request: %s",
                       llhttp_get_error_reason(&parser->llhttp));
    return HTTP_PARSE_BAD;
}

HttpParseStatus http_parser_feed(HttpParser *parser, const char *bytes, gsize length,
                                 gsize *consumed)
{
    *consumed = 0;
    while (*consumed < length) {
        const char *from = bytes + *consumed;
        gsize piece = length - *consumed;
        if (parser->stage < STAGE_BODY) {
            piece = MIN(piece, parser->limits.head - parser->head_bytes);
            if (piece == 0)
                return refuse_head(parser);
            parser->head_bytes += piece;
        }
        llhttp_errno_t code = llhttp_execute(&parser->llhttp, from, piece);
        if (code == HPE_OK) {
            *consumed += piece;
            continue;
        }
        const char *stopped = llhttp_get_error_pos(&parser->llhttp);
        if (code == HPE_PAUSED && parser->stage == STAGE_DONE) {
            *consumed += (gsize)(stopped - from);
            return HTTP_PARSE_DONE;
        }
        gboolean inside = stopped >= from && stopped < from + piece;
        return refuse_bytes(parser, code, inside ? *stopped : '\0');
    }
    return HTTP_PARSE_MORE;
}

HttpRequest *http_parser_take(HttpParser *parser)
{
    HttpRequest *request = parser->request;
    g_bytes_unref(request->body);
    request->body = g_byte_array_free_to_bytes(parser->body);
    begin(parser);
    return request;
}

const HttpFault *http_parser_get_fault(const HttpParser *parser)
{
    return &parser->fault;
}

gboolean http_parser_wants_continue(HttpParser *parser)
{
    gboolean wants = parser->wants_continue && parser->stage == STAGE_BODY;
    if (wants)
        parser->wants_continue = FALSE;
    return wants && parser->body->len == 0;
}
