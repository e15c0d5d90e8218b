/* Range and Content-Range headers: what is read is written so that it is read the same. */
#include "fuzz.h"

#include "relay/byte_range.h"

static void try_range(const char *header)
{
    ByteRange range = byte_range_parse(header);
    g_autofree char *text = byte_range_to_string(&range);
    ByteRange again = byte_range_parse(text);
    ByteSpan span;

    g_assert_cmpint(again.kind, ==, range.kind);
    g_assert_cmpint(again.first, ==, range.first);
    g_assert_cmpint(again.last, ==, range.last);
    g_assert_cmpint(again.length, ==, range.length);
    for (gint64 total = 0; total < 40; total += 13) {
        if (!byte_range_resolve(&range, total, &span))
            continue;
        g_assert_cmpint(span.first, >=, 0);
        g_assert_cmpint(span.last, <, total);
        g_assert_cmpint(byte_span_get_length(&span), >=, 0);
        g_assert_true(byte_span_is_complete(&span, byte_span_get_length(&span)));
    }
}

static void try_span(const char *header)
{
    ByteSpan span = {0};
    ByteSpan again = {0};
    ByteRange rest;
    g_autofree char *text = NULL;

    if (!byte_span_parse(header, &span) || span.first < 0)
        return;
    text = byte_span_to_string(&span);
    g_assert_true(byte_span_parse(text, &again));
    g_assert_true(span.first == again.first && span.last == again.last &&
                  span.total == again.total);
    g_assert_true(byte_span_continues(&span, 0, &again));
    g_assert_true(byte_span_resume(&span, byte_span_get_length(&span) - 1, &rest));
    g_assert_cmpint(rest.first, ==, span.last);
    g_assert_false(byte_span_resume(&span, byte_span_get_length(&span), &rest));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *header = g_strndup(size > 0 ? (const char *)data : "", size);

    try_range(header);
    try_span(header);
    return 0;
}
