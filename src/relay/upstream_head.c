#include "upstream_head.h"

#include <curl/curl.h>
#include <string.h>

enum { RETRY_AFTER_LIMIT_S = 24 * 60 * 60 };

void response_head_init(ResponseHead *head)
{
    *head = (ResponseHead){
        .view = {.content_length = -1},
        .fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
    };
}

void response_head_clear(ResponseHead *head)
{
    g_hash_table_unref(head->fields);
    g_free(head->effective_url);
}

const char *response_head_get(const ResponseHead *head, const char *name)
{
    return g_hash_table_lookup(head->fields, name);
}

/*
 * Seconds, or an HTTP date seen from now_s (Unix seconds), as milliseconds, a day at most; 0 where
 * it is absent, past or neither of them.
 */
static gint64 parse_retry_after(const char *value, gint64 now_s)
{
    guint64 seconds;
    time_t date;

    if (value == NULL)
        return 0;
    if (g_ascii_string_to_unsigned(value, 10, 0, G_MAXUINT64, &seconds, NULL))
        return (gint64)MIN(seconds, (guint64)RETRY_AFTER_LIMIT_S) * 1000;
    date = curl_getdate(value, NULL);
    if (date == -1 || date <= now_s)
        return 0;
    return MIN((gint64)date - now_s, (gint64)RETRY_AFTER_LIMIT_S) * 1000;
}

static gint64 parse_length(const ResponseHead *head)
{
    const char *value = response_head_get(head, "content-length");
    guint64 length;

    /* A chunked body has the length that its chunks say. */
    if (value == NULL || response_head_get(head, "transfer-encoding") != NULL ||
        !g_ascii_string_to_unsigned(value, 10, 0, G_MAXINT64, &length, NULL))
        return -1;
    return (gint64)length;
}

static void fill_view(ResponseHead *head)
{
    head->view = (UpstreamHead){
        .status = head->status,
        .content_length = parse_length(head),
        .content_type = response_head_get(head, "content-type"),
        .content_range = response_head_get(head, "content-range"),
        .accept_ranges = response_head_get(head, "accept-ranges"),
        .etag = response_head_get(head, "etag"),
        .last_modified = response_head_get(head, "last-modified"),
        .retry_after_ms = parse_retry_after(response_head_get(head, "retry-after"),
                                            g_get_real_time() / G_USEC_PER_SEC),
    };
}

static void take_status(ResponseHead *head, const char *line)
{
    const char *space = strchr(line, ' ');

    g_hash_table_remove_all(head->fields);
    head->status = space != NULL ? (guint)g_ascii_strtoull(space + 1, NULL, 10) : 0;
}

static void take_field(ResponseHead *head, const char *line)
{
    const char *colon = strchr(line, ':');
    char *name;

    if (colon == NULL)
        return;
    name = g_ascii_strdown(line, colon - line);
    g_hash_table_replace(head->fields, g_strstrip(name), g_strstrip(g_strdup(colon + 1)));
}

static HeadProgress take_end(ResponseHead *head)
{
    const char *location = response_head_get(head, "location");

    if (head->status < 200)
        return HEAD_MORE;
    /* The same rule as libcurl's, which goes on by itself. */
    if (head->status >= 300 && head->status < 400 && location != NULL && *location != '\0')
        return HEAD_REDIRECT;
    head->is_final = TRUE;
    fill_view(head);
    return HEAD_FINAL;
}

HeadProgress response_head_take_line(ResponseHead *head, const char *line, gsize length)
{
    g_autofree char *text = g_strchomp(g_strndup(line, length));

    if (head->is_final)
        return HEAD_MORE;
    if (*text == '\0')
        return take_end(head);
    if (g_str_has_prefix(text, "HTTP/"))
        take_status(head, text);
    else
        take_field(head, text);
    return HEAD_MORE;
}
