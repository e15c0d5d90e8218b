/*
 * Byte ranges of HTTP (RFC 9110, section 14): what a client asks for, what an upstream answers,
 * and what to ask next after a break. Pure. Positions count from 0; -1 is "not known".
 *
 *   client: Range, as it is -> upstream: 200 or 206 -> byte_span_from_head
 *   a break after N bytes: byte_span_resume(span, N) -> byte_range_to_string -> upstream: 206
 *                          -> byte_span_continues
 *
 * The upstream's side (byte_range_parse, byte_range_resolve, byte_span_to_string) is what doubles of
 * upstreams are made with.
 */
#pragma once

#include <glib.h>

typedef enum {
    BYTE_RANGE_WHOLE,  /* no range: absent, malformed, another unit, or several ranges */
    BYTE_RANGE_CLOSED, /* bytes=first-last */
    BYTE_RANGE_OPEN,   /* bytes=first- */
    BYTE_RANGE_SUFFIX  /* bytes=-length */
} ByteRangeKind;

typedef struct {
    ByteRangeKind kind;
    gint64 first;  /* CLOSED, OPEN */
    gint64 last;   /* CLOSED; inclusive */
    gint64 length; /* SUFFIX */
} ByteRange;

/*
 * A Range header; NULL: none. What is not one valid range of bytes is BYTE_RANGE_WHOLE, so that it
 * is answered with the whole, as the RFC allows; numbers past 2^63-1 count as that.
 */
ByteRange byte_range_parse(const char *header);

/* "bytes=5-9" for an upstream; NULL for BYTE_RANGE_WHOLE. Free with g_free. */
char *byte_range_to_string(const ByteRange *range);

/* A part of a file: first to last (inclusive) of total bytes. */
typedef struct {
    gint64 first;
    gint64 last;  /* -1: not known */
    gint64 total; /* -1: not known */
} ByteSpan;

/* What of a file of total bytes a range is. FALSE: not satisfiable (416). */
gboolean byte_range_resolve(const ByteRange *range, gint64 total, ByteSpan *span);

/*
 * "bytes 5-9/20", "bytes 5-9/" followed by an asterisk (total not known). Of an unsatisfied range,
 * where an asterisk stands for the numbers, first and last are -1. FALSE: malformed.
 */
gboolean byte_span_parse(const char *content_range, ByteSpan *span);

/*
 * What a 200 or 206 response holds. FALSE: the response contradicts itself (a 206 without a valid
 * Content-Range, or with a Content-Length that is another), or is of another status.
 */
gboolean byte_span_from_head(guint status, gint64 content_length, const char *content_range,
                             ByteSpan *span);

/* "bytes 5-9/20"; NULL where last is not known. Free with g_free. */
char *byte_span_to_string(const ByteSpan *span);

/* Bytes in the span; -1: not known. */
gint64 byte_span_get_length(const ByteSpan *span);

/* Whether nothing of the span is left after `delivered` bytes; FALSE where the end is not known. */
gboolean byte_span_is_complete(const ByteSpan *span, gint64 delivered);

/* The range to ask for after `delivered` bytes of the span. FALSE: nothing is left. */
gboolean byte_span_resume(const ByteSpan *span, gint64 delivered, ByteRange *range);

/*
 * Whether `got`, the answer to that, goes on at the very byte, not past the span's end, and is of a
 * file of the same length as far as both are known. A whole file (200) does only at byte 0.
 */
gboolean byte_span_continues(const ByteSpan *span, gint64 delivered, const ByteSpan *got);
