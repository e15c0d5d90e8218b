#include "http_head.h"

#include <string.h>
#include <time.h>

typedef struct {
    char *name;
    char *value;
} Header;

struct HttpHead {
    GArray *headers; /* Header */
};

static const struct {
    guint status;
    const char *reason;
} reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

static const char *reason_of(guint status)
{
    for (gsize i = 0; i < G_N_ELEMENTS(reasons); i++) {
        if (reasons[i].status == status)
            return reasons[i].reason;
    }
    return "Unknown";
}

HttpFraming http_head_choose_framing(guint status, gint64 length, guint minor)
{
    if (status < 200 || status == 204 || status == 304)
        return HTTP_FRAMING_NONE;
    if (length >= 0)
        return HTTP_FRAMING_LENGTH;
    return minor > 0 ? HTTP_FRAMING_CHUNKED : HTTP_FRAMING_CLOSE;
}

static void header_clear(gpointer data)
{
    Header *header = data;
    g_free(header->name);
    g_free(header->value);
}

HttpHead *http_head_new(void)
{
    HttpHead *head = g_new0(HttpHead, 1);
    head->headers = g_array_new(FALSE, FALSE, sizeof(Header));
    g_array_set_clear_func(head->headers, header_clear);
    return head;
}

void http_head_free(HttpHead *head)
{
    g_array_unref(head->headers);
    g_free(head);
}

static gboolean is_token(const char *name)
{
    for (const char *at = name; *at != '\0'; at++) {
        if (!g_ascii_isalnum(*at) && strchr("!#$%&'*+-.^_`|~", *at) == NULL)
            return FALSE;
    }
    return *name != '\0';
}

static gboolean is_ours(const char *name)
{
    static const char *const ours[] = {"Connection", "Content-Length", "Date", "Keep-Alive",
                                       "Transfer-Encoding"};
    for (gsize i = 0; i < G_N_ELEMENTS(ours); i++) {
        if (g_ascii_strcasecmp(ours[i], name) == 0)
            return TRUE;
    }
    return FALSE;
}

static char *without_controls(const char *value)
{
    GString *clean = g_string_sized_new(strlen(value) + 1);
    for (const char *at = value; *at != '\0'; at++) {
        if (!g_ascii_iscntrl(*at) || *at == '\t')
            g_string_append_c(clean, *at);
    }
    return g_strstrip(g_string_free(clean, FALSE));
}

void http_head_set(HttpHead *head, const char *name, const char *value)
{
    Header header;
    if (!is_token(name) || is_ours(name))
        return;
    for (guint i = 0; i < head->headers->len; i++) {
        Header *known = &g_array_index(head->headers, Header, i);
        if (g_ascii_strcasecmp(known->name, name) != 0)
            continue;
        g_free(known->value);
        known->value = without_controls(value);
        return;
    }
    header = (Header){.name = g_strdup(name), .value = without_controls(value)};
    g_array_append_val(head->headers, header);
}

/* Not by strftime, whose names follow the locale. */
static void append_date(GString *text, gint64 now_s)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)now_s;
    struct tm at;
    gmtime_r(&seconds, &at);
    g_string_append_printf(text, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n", days[at.tm_wday],
                           at.tm_mday, months[at.tm_mon], at.tm_year + 1900, at.tm_hour, at.tm_min,
                           at.tm_sec);
}

GBytes *http_head_format(const HttpHead *head, const HttpHeadFacts *facts)
{
    GString *text = g_string_sized_new(256);
    g_string_append_printf(text, "HTTP/1.1 %u %s\r\n", facts->status, reason_of(facts->status));
    append_date(text, facts->now_s);
    if (facts->framing == HTTP_FRAMING_LENGTH)
        g_string_append_printf(text, "Content-Length: %" G_GINT64_FORMAT "\r\n", facts->length);
    if (facts->framing == HTTP_FRAMING_CHUNKED)
        g_string_append(text, "Transfer-Encoding: chunked\r\n");
    if (!facts->keep_alive)
        g_string_append(text, "Connection: close\r\n");
    else if (facts->minor == 0)
        g_string_append(text, "Connection: keep-alive\r\n");
    for (guint i = 0; i < head->headers->len; i++) {
        const Header *header = &g_array_index(head->headers, Header, i);
        g_string_append_printf(text, "%s: %s\r\n", header->name, header->value);
    }
    g_string_append(text, "\r\n");
    return g_string_free_to_bytes(text);
}
