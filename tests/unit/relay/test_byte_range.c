#include "relay/byte_range.h"

#define LARGEST G_MAXINT64

typedef struct {
    const char *header;
    ByteRange expected;
    const char *text; /* as it is asked of an upstream */
} ParseRow;

static const ParseRow parse_rows[] = {
    {NULL, {BYTE_RANGE_WHOLE, 0, 0, 0}, NULL},
    {"", {BYTE_RANGE_WHOLE, 0, 0, 0}, NULL},
    {"bytes=0-0", {BYTE_RANGE_CLOSED, 0, 0, 0}, "bytes=0-0"},
    {"bytes=5-9", {BYTE_RANGE_CLOSED, 5, 9, 0}, "bytes=5-9"},
    {" Bytes= 5-9 ", {BYTE_RANGE_CLOSED, 5, 9, 0}, "bytes=5-9"},
    {"bytes=5-", {BYTE_RANGE_OPEN, 5, 0, 0}, "bytes=5-"},
    {"bytes=-7", {BYTE_RANGE_SUFFIX, 0, 0, 7}, "bytes=-7"},
    {"bytes=-0", {BYTE_RANGE_SUFFIX, 0, 0, 0}, "bytes=-0"},
    {"bytes=9-5", {BYTE_RANGE_WHOLE, 0, 0, 0}, NULL},
    {"bytes=0-1,5-6", {BYTE_RANGE_WHOLE, 0, 0, 0}, NULL},
    {"bytes=0-1,", {BYTE_RANGE_WHOLE, 0, 0, 0}, NULL},
    {"bytes=", {BYTE_RANGE_WHOLE, 0, 0, 0}, NULL},
    {"bytes=-", {BYTE_RANGE_WHOLE, 0, 0, 0}, NULL},
    {"bytes=a-b", {BYTE_RANGE_WHOLE, 0, 0, 0}, NULL},
    {"bytes=+1-2", {BYTE_RANGE_WHOLE, 0, 0, 0}, NULL},
    {"bytes=1 -2", {BYTE_RANGE_WHOLE, 0, 0, 0}, NULL},
    {"bytes=1-2x", {BYTE_RANGE_WHOLE, 0, 0, 0}, NULL},
    {"bytes 1-2", {BYTE_RANGE_WHOLE, 0, 0, 0}, NULL},
    {"items=1-2", {BYTE_RANGE_WHOLE, 0, 0, 0}, NULL},
    {"bytes=0-99999999999999999999",
     {BYTE_RANGE_CLOSED, 0, LARGEST, 0},
     "bytes=0-9223372036854775807"},
    {"bytes=99999999999999999999-", {BYTE_RANGE_OPEN, LARGEST, 0, 0}, "bytes=9223372036854775807-"},
};

static void a_clients_range_is_one_range_of_bytes_or_the_whole(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(parse_rows); i++) {
        const ParseRow *row = &parse_rows[i];
        ByteRange range = byte_range_parse(row->header);
        g_autofree char *text = byte_range_to_string(&range);

        g_test_message("%s", row->header);
        g_assert_cmpint(range.kind, ==, row->expected.kind);
        g_assert_cmpstr(text, ==, row->text);
        if (range.kind == BYTE_RANGE_WHOLE)
            continue;
        g_assert_cmpint(range.first, ==, row->expected.first);
        g_assert_cmpint(range.last, ==, row->expected.last);
        g_assert_cmpint(range.length, ==, row->expected.length);
    }
}

typedef struct {
    const char *header;
    gint64 total;
    gboolean satisfiable;
    ByteSpan expected;
} ResolveRow;

static const ResolveRow resolve_rows[] = {
    {NULL, 20, TRUE, {0, 19, 20}},           {NULL, 0, TRUE, {0, -1, 0}},
    {"bytes=5-9", 20, TRUE, {5, 9, 20}},     {"bytes=5-99", 20, TRUE, {5, 19, 20}},
    {"bytes=19-19", 20, TRUE, {19, 19, 20}}, {"bytes=20-20", 20, FALSE, {0, 0, 0}},
    {"bytes=5-", 20, TRUE, {5, 19, 20}},     {"bytes=20-", 20, FALSE, {0, 0, 0}},
    {"bytes=-5", 20, TRUE, {15, 19, 20}},    {"bytes=-99", 20, TRUE, {0, 19, 20}},
    {"bytes=-0", 20, FALSE, {0, 0, 0}},      {"bytes=-5", 0, FALSE, {0, 0, 0}},
    {"bytes=0-", 0, FALSE, {0, 0, 0}},
};

static void assert_span(const ByteSpan *got, const ByteSpan *expected)
{
    g_assert_cmpint(got->first, ==, expected->first);
    g_assert_cmpint(got->last, ==, expected->last);
    g_assert_cmpint(got->total, ==, expected->total);
}

static void a_range_of_a_file_is_a_span_or_not_satisfiable(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(resolve_rows); i++) {
        const ResolveRow *row = &resolve_rows[i];
        ByteRange range = byte_range_parse(row->header);
        ByteSpan span = {0, 0, 0};

        g_test_message("%s of %d", row->header, (int)row->total);
        g_assert_cmpint(byte_range_resolve(&range, row->total, &span), ==, row->satisfiable);
        assert_span(&span, &row->expected);
    }
}

typedef struct {
    const char *header;
    gboolean valid;
    ByteSpan expected;
} SpanRow;

static const SpanRow span_rows[] = {
    {"bytes 5-9/20", TRUE, {5, 9, 20}},
    {"bytes 0-0/1", TRUE, {0, 0, 1}},
    {"BYTES  5-9/20 ", TRUE, {5, 9, 20}},
    {"bytes 5-9/*", TRUE, {5, 9, -1}},
    {"bytes */20", TRUE, {-1, -1, 20}},
    {NULL, FALSE, {0, 0, 0}},
    {"", FALSE, {0, 0, 0}},
    {"bytes", FALSE, {0, 0, 0}},
    {"bytes 5-9", FALSE, {0, 0, 0}},
    {"bytes 5-9/", FALSE, {0, 0, 0}},
    {"bytes 9-5/20", FALSE, {0, 0, 0}},
    {"bytes 5-20/20", FALSE, {0, 0, 0}},
    {"bytes */*", FALSE, {0, 0, 0}},
    {"bytes 5-/20", FALSE, {0, 0, 0}},
    {"bytes=5-9/20", FALSE, {0, 0, 0}},
    {"bytes5-9/20", FALSE, {0, 0, 0}},
    {"bytes 5-9/20, 30", FALSE, {0, 0, 0}},
    {"bytes 5-99999999999999999999/*", FALSE, {0, 0, 0}},
};

static void an_upstreams_content_range_is_a_span_or_malformed(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(span_rows); i++) {
        const SpanRow *row = &span_rows[i];
        ByteSpan span = {0, 0, 0};

        g_test_message("%s", row->header);
        g_assert_cmpint(byte_span_parse(row->header, &span), ==, row->valid);
        assert_span(&span, &row->expected);
    }
}

typedef struct {
    guint status;
    gint64 content_length;
    const char *content_range;
    gboolean valid;
    ByteSpan expected;
    gint64 length;
} HeadRow;

static const HeadRow head_rows[] = {
    {200, 20, NULL, TRUE, {0, 19, 20}, 20},        {200, 0, NULL, TRUE, {0, -1, 0}, 0},
    {200, -1, NULL, TRUE, {0, -1, -1}, -1},        {200, 20, "bytes 5-9/20", TRUE, {0, 19, 20}, 20},
    {206, 5, "bytes 5-9/20", TRUE, {5, 9, 20}, 5}, {206, -1, "bytes 5-9/*", TRUE, {5, 9, -1}, 5},
    {206, 6, "bytes 5-9/20", FALSE, {0, 0, 0}, 0}, {206, 5, NULL, FALSE, {0, 0, 0}, 0},
    {206, 5, "bytes */20", FALSE, {0, 0, 0}, 0},   {204, 0, NULL, FALSE, {0, 0, 0}, 0},
    {416, 0, "bytes */20", FALSE, {0, 0, 0}, 0},
};

static void a_response_tells_its_span_or_contradicts_itself(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(head_rows); i++) {
        const HeadRow *row = &head_rows[i];
        ByteSpan span = {0, 0, 0};

        g_test_message("%u %d %s", row->status, (int)row->content_length, row->content_range);
        g_assert_cmpint(
            byte_span_from_head(row->status, row->content_length, row->content_range, &span), ==,
            row->valid);
        assert_span(&span, &row->expected);
        if (row->valid)
            g_assert_cmpint(byte_span_get_length(&span), ==, row->length);
    }
}

static void assert_header(ByteSpan span, const char *expected)
{
    g_autofree char *text = byte_span_to_string(&span);

    g_assert_cmpstr(text, ==, expected);
}

static void a_span_is_shown_as_a_content_range(void)
{
    assert_header((ByteSpan){5, 9, 20}, "bytes 5-9/20");
    assert_header((ByteSpan){5, 9, -1}, "bytes 5-9/*");
    assert_header((ByteSpan){0, -1, -1}, NULL);
    assert_header((ByteSpan){0, -1, 0}, NULL);
}

typedef struct {
    ByteSpan span;
    gint64 delivered;
    const char *ask; /* NULL: nothing is left */
} ResumeRow;

static const ResumeRow resume_rows[] = {
    {{0, 19, 20}, 0, "bytes=0-19"},
    {{0, 19, 20}, 7, "bytes=7-19"},
    {{0, 19, 20}, 19, "bytes=19-19"},
    {{0, 19, 20}, 20, NULL},
    {{5, 9, 20}, 0, "bytes=5-9"},
    {{5, 9, 20}, 4, "bytes=9-9"},
    {{5, 9, 20}, 5, NULL},
    {{5, 9, -1}, 2, "bytes=7-9"},
    {{0, -1, -1}, 7, "bytes=7-"},
    {{0, -1, 0}, 0, NULL},
};

static void after_a_break_the_rest_is_asked_for(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(resume_rows); i++) {
        const ResumeRow *row = &resume_rows[i];
        ByteRange range = {.kind = BYTE_RANGE_WHOLE};
        gboolean left = byte_span_resume(&row->span, row->delivered, &range);
        g_autofree char *ask = byte_range_to_string(&range);

        g_assert_cmpint(left, ==, row->ask != NULL);
        g_assert_cmpint(byte_span_is_complete(&row->span, row->delivered), ==, !left);
        g_assert_cmpstr(ask, ==, row->ask);
    }
}

typedef struct {
    ByteSpan span;
    gint64 delivered;
    ByteSpan got;
    gboolean continues;
} ContinueRow;

static const ContinueRow continue_rows[] = {
    {{0, 19, 20}, 7, {7, 19, 20}, TRUE},  {{0, 19, 20}, 7, {7, 12, 20}, TRUE},
    {{0, 19, 20}, 7, {7, 19, -1}, TRUE},  {{0, -1, -1}, 7, {7, 30, 31}, TRUE},
    {{5, 9, 20}, 2, {7, 9, 20}, TRUE},    {{0, 19, 20}, 0, {0, 19, 20}, TRUE},
    {{0, 19, 20}, 0, {0, -1, -1}, TRUE},  {{0, 19, 20}, 7, {6, 19, 20}, FALSE},
    {{0, 19, 20}, 7, {8, 19, 20}, FALSE}, {{0, 19, 20}, 7, {0, 19, 20}, FALSE},
    {{0, 19, 20}, 7, {7, 20, 21}, FALSE}, {{0, 19, 20}, 7, {7, 18, 19}, FALSE},
    {{5, 9, 20}, 2, {7, 19, 20}, FALSE},  {{0, 19, 20}, 7, {0, -1, -1}, FALSE},
};

static void only_an_answer_that_goes_on_at_the_very_byte_is_taken(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(continue_rows); i++) {
        const ContinueRow *row = &continue_rows[i];

        g_test_message("row %d", (int)i);
        g_assert_cmpint(byte_span_continues(&row->span, row->delivered, &row->got), ==,
                        row->continues);
    }
}

/* Breaks at any byte, any number of times: the pieces put together are the span. */
static void pieces_resumed_at_random_breaks_are_the_span(void)
{
    for (int run = 0; run < 1000; run++) {
        gint64 total = g_test_rand_int_range(1, 500);
        ByteRange range = {.kind = BYTE_RANGE_OPEN, .first = g_test_rand_int_range(0, (int)total)};
        ByteSpan span;
        gint64 delivered = 0;

        g_assert_true(byte_range_resolve(&range, total, &span));
        while (byte_span_resume(&span, delivered, &range)) {
            ByteSpan got;

            g_assert_true(byte_range_resolve(&range, total, &got));
            g_assert_true(byte_span_continues(&span, delivered, &got));
            delivered += g_test_rand_int_range(0, (int)byte_span_get_length(&got) + 1);
        }
        g_assert_cmpint(delivered, ==, byte_span_get_length(&span));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/byte-range/client", a_clients_range_is_one_range_of_bytes_or_the_whole);
    g_test_add_func("/byte-range/resolve", a_range_of_a_file_is_a_span_or_not_satisfiable);
    g_test_add_func("/byte-range/upstream", an_upstreams_content_range_is_a_span_or_malformed);
    g_test_add_func("/byte-range/head", a_response_tells_its_span_or_contradicts_itself);
    g_test_add_func("/byte-range/show", a_span_is_shown_as_a_content_range);
    g_test_add_func("/byte-range/resume", after_a_break_the_rest_is_asked_for);
    g_test_add_func("/byte-range/continue", only_an_answer_that_goes_on_at_the_very_byte_is_taken);
    g_test_add_func("/byte-range/random", pieces_resumed_at_random_breaks_are_the_span);
    return g_test_run();
}
