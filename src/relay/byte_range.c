#include "byte_range.h"

static void skip_spaces(const char **at)
{
    while (**at == ' ' || **at == '\t')
        (*at)++;
}

/* Digits alone: no sign. FALSE where there are none; too large a number is G_MAXINT64. */
static gboolean take_number(const char **at, gint64 *number)
{
    const char *p = *at;
    gint64 value = 0;

    if (!g_ascii_isdigit(*p))
        return FALSE;
    for (; g_ascii_isdigit(*p); p++) {
        gint64 digit = *p - '0';

        value = value > (G_MAXINT64 - digit) / 10 ? G_MAXINT64 : value * 10 + digit;
    }
    *at = p;
    *number = value;
    return TRUE;
}

static gboolean take_char(const char **at, char c)
{
    if (**at != c)
        return FALSE;
    (*at)++;
    return TRUE;
}

static gboolean take_unit(const char **at)
{
    skip_spaces(at);
    if (g_ascii_strncasecmp(*at, "bytes", 5) != 0)
        return FALSE;
    *at += 5;
    return TRUE;
}

static gboolean is_at_end(const char *at)
{
    skip_spaces(&at);
    return *at == '\0';
}

static gboolean take_range(const char **at, ByteRange *range)
{
    if (take_char(at, '-')) {
        range->kind = BYTE_RANGE_SUFFIX;
        return take_number(at, &range->length);
    }
    range->kind = BYTE_RANGE_OPEN;
    if (!take_number(at, &range->first) || !take_char(at, '-'))
        return FALSE;
    if (take_number(at, &range->last)) {
        range->kind = BYTE_RANGE_CLOSED;
        return range->last >= range->first;
    }
    return TRUE;
}

ByteRange byte_range_parse(const char *header)
{
    const ByteRange whole = {.kind = BYTE_RANGE_WHOLE};
    ByteRange range = whole;
    const char *at = header;

    if (header == NULL || !take_unit(&at) || !take_char(&at, '='))
        return whole;
    skip_spaces(&at);
    if (!take_range(&at, &range) || !is_at_end(at))
        return whole;
    return range;
}

char *byte_range_to_string(const ByteRange *range)
{
    switch (range->kind) {
    case BYTE_RANGE_CLOSED:
        return g_strdup_printf("bytes=%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, range->first,
                               range->last);
    case BYTE_RANGE_OPEN:
        return g_strdup_printf("bytes=%" G_GINT64_FORMAT "-", range->first);
    case BYTE_RANGE_SUFFIX:
        return g_strdup_printf("bytes=-%" G_GINT64_FORMAT, range->length);
    case BYTE_RANGE_WHOLE:
        break;
    }
    return NULL;
}

gboolean byte_range_resolve(const ByteRange *range, gint64 total, ByteSpan *span)
{
    ByteSpan part = {.first = 0, .last = total - 1, .total = total};

    switch (range->kind) {
    case BYTE_RANGE_CLOSED:
        part.first = range->first;
        part.last = MIN(range->last, total - 1);
        break;
    case BYTE_RANGE_OPEN:
        part.first = range->first;
        break;
    case BYTE_RANGE_SUFFIX:
        part.first = MAX(0, total - range->length);
        break;
    case BYTE_RANGE_WHOLE:
        *span = part;
        return TRUE;
    }
    if (part.first >= total)
        return FALSE;
    *span = part;
    return TRUE;
}

static gboolean take_total(const char **at, gint64 *total)
{
    if (take_char(at, '*')) {
        *total = -1;
        return TRUE;
    }
    return take_number(at, total);
}

static gboolean take_span(const char **at, ByteSpan *span)
{
    if (take_char(at, '*'))
        return take_char(at, '/') && take_number(at, &span->total);
    return take_number(at, &span->first) && take_char(at, '-') && take_number(at, &span->last) &&
           span->last >= span->first && span->last < G_MAXINT64 && take_char(at, '/') &&
           take_total(at, &span->total) && (span->total < 0 || span->last < span->total);
}

gboolean byte_span_parse(const char *content_range, ByteSpan *span)
{
    ByteSpan part = {.first = -1, .last = -1, .total = -1};
    const char *at = content_range;

    if (content_range == NULL || !take_unit(&at) || (*at != ' ' && *at != '\t'))
        return FALSE;
    skip_spaces(&at);
    if (!take_span(&at, &part) || !is_at_end(at))
        return FALSE;
    *span = part;
    return TRUE;
}

gboolean byte_span_from_head(guint status, gint64 content_length, const char *content_range,
                             ByteSpan *span)
{
    ByteSpan part = {.first = 0, .last = -1, .total = -1};

    if (status == 200) {
        if (content_length >= 0) {
            part.total = content_length;
            part.last = content_length - 1;
        }
        *span = part;
        return TRUE;
    }
    if (status != 206 || !byte_span_parse(content_range, &part) || part.first < 0)
        return FALSE;
    if (content_length >= 0 && content_length != byte_span_get_length(&part))
        return FALSE;
    *span = part;
    return TRUE;
}

/* An empty file is a span whose end is known, and lies before its beginning. */
static gboolean is_empty_file(const ByteSpan *span)
{
    return span->total == 0;
}

static gboolean is_end_known(const ByteSpan *span)
{
    return span->last >= 0 || is_empty_file(span);
}

char *byte_span_to_string(const ByteSpan *span)
{
    if (span->last < 0)
        return NULL;
    if (span->total < 0)
        return g_strdup_printf("bytes %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/*", span->first,
                               span->last);
    return g_strdup_printf("bytes %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT,
                           span->first, span->last, span->total);
}

gint64 byte_span_get_length(const ByteSpan *span)
{
    if (is_empty_file(span))
        return 0;
    return span->last < 0 ? -1 : span->last - span->first + 1;
}

gboolean byte_span_is_complete(const ByteSpan *span, gint64 delivered)
{
    return is_end_known(span) && delivered >= byte_span_get_length(span);
}

gboolean byte_span_resume(const ByteSpan *span, gint64 delivered, ByteRange *range)
{
    if (byte_span_is_complete(span, delivered))
        return FALSE;
    *range = (ByteRange){
        .kind = span->last < 0 ? BYTE_RANGE_OPEN : BYTE_RANGE_CLOSED,
        .first = span->first + delivered,
        .last = MAX(span->last, 0),
    };
    return TRUE;
}

gboolean byte_span_continues(const ByteSpan *span, gint64 delivered, const ByteSpan *got)
{
    if (got->first != span->first + delivered)
        return FALSE;
    if (span->total >= 0 && got->total >= 0 && span->total != got->total)
        return FALSE;
    return span->last < 0 || got->last <= span->last;
}
