#include "relay/signed_url.h"

#include <string.h>

static const SignedUrlKey key = {{1, 2, 3}};

typedef struct {
    const char *url;
    const char *fallback;
    const char *ending;
} Row;

static const Row rows[] = {
    {"https://h/a/seg-1.ts", NULL, ".ts"},
    {"https://h/a/index.M3U8?token=a.b/c.d#x.y", "ts", ".M3U8"},
    {"https://h/k.key?x", NULL, ".key"},
    {"https://h/a", "m3u8", ".m3u8"},
    {"https://h.ts", "ts", ".ts"},
    {"https://h.example/", NULL, NULL},
    {"https://h.example/a.b/c", NULL, NULL},
    {"https://h/a.ts/", NULL, NULL},
    {"https://h/a.", NULL, NULL},
    {"https://h/a.t-s", NULL, NULL},
    {"https://h/a.extensions", NULL, NULL},
    {"http://[::1]:8/\xc3\xa9 \x01?\xff.ts", NULL, NULL},
};

static gboolean is_path_segment(const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (!g_ascii_isalnum(*p) && strchr("-_.", *p) == NULL)
            return FALSE;
    }
    return TRUE;
}

static guint count_dots(const char *text)
{
    guint n = 0;

    for (const char *p = text; *p != '\0'; p++)
        n += *p == '.';
    return n;
}

static void a_segment_gives_its_url_back_and_keeps_its_extension(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *segment = signed_url_make(&key, "stream", rows[i].url, rows[i].fallback);
        g_autofree char *url = signed_url_parse(&key, "stream", segment);

        g_test_message("%s", rows[i].url);
        g_assert_cmpstr(url, ==, rows[i].url);
        g_assert_true(is_path_segment(segment));
        g_assert_cmpuint(count_dots(segment), ==, rows[i].ending == NULL ? 1 : 2);
        if (rows[i].ending != NULL)
            g_assert_true(g_str_has_suffix(segment, rows[i].ending));
    }
}

static void the_same_url_has_the_same_segment(void)
{
    g_autofree char *one = signed_url_make(&key, "stream", "https://h/a.ts", NULL);
    g_autofree char *two = signed_url_make(&key, "stream", "https://h/a.ts", NULL);

    g_assert_cmpstr(one, ==, two);
}

static void assert_refused(const SignedUrlKey *with, const char *stream_id, const char *segment)
{
    g_autofree char *url = signed_url_parse(with, stream_id, segment);

    g_test_message("%s", segment);
    g_assert_null(url);
}

static void another_stream_and_another_key_are_refused(void)
{
    const SignedUrlKey other = {{1, 2, 4}};
    g_autofree char *segment = signed_url_make(&key, "stream", "https://h/a.ts", NULL);

    assert_refused(&key, "strea", segment);
    assert_refused(&key, "stream2", segment);
    assert_refused(&key, "", segment);
    assert_refused(&other, "stream", segment);
}

static void the_stream_id_cannot_lend_characters_to_the_url(void)
{
    g_autofree char *segment = signed_url_make(&key, "ab", "chttp://h/", NULL);
    g_autofree char *forged = signed_url_make(&key, "abc", "http://h/", NULL);
    const char *signature = strchr(segment, '.');
    g_auto(GStrv) parts = g_strsplit(forged, ".", 2);
    g_autofree char *mixed = g_strconcat(parts[0], signature, NULL);

    assert_refused(&key, "abc", mixed);
}

static void a_changed_character_anywhere_is_refused(void)
{
    g_autofree char *segment = signed_url_make(&key, "stream", "https://h/a", NULL);

    for (gsize i = 0; segment[i] != '\0'; i++) {
        char was = segment[i];

        for (const char *c = "Aaz09-_.=/+"; *c != '\0'; c++) {
            segment[i] = *c;
            if (*c != was)
                assert_refused(&key, "stream", segment);
        }
        segment[i] = was;
    }
    segment[strlen(segment) - 1] = '\0';
    assert_refused(&key, "stream", segment);
}

static void what_is_no_segment_is_refused(void)
{
    g_autofree char *segment = signed_url_make(&key, "stream", "https://h/a.ts", NULL);
    g_autofree char *slash = g_strconcat(segment, "/x", NULL);
    g_autofree char *dots = g_strconcat(segment, ".ts", NULL);
    g_autofree char *dot = g_strconcat(segment, "x.", NULL);

    assert_refused(&key, "stream", "");
    assert_refused(&key, "stream", ".");
    assert_refused(&key, "stream", "..");
    assert_refused(&key, "stream", "...");
    assert_refused(&key, "stream", "aHR0cA");
    assert_refused(&key, "stream", "aHR0cA.");
    assert_refused(&key, "stream", "aHR0cA..ts");
    assert_refused(&key, "stream", slash);
    assert_refused(&key, "stream", dots);
    assert_refused(&key, "stream", dot);
}

static void a_url_too_long_has_no_segment(void)
{
    g_autofree char *most = g_strnfill(SIGNED_URL_LIMIT, 'u');
    g_autofree char *more = g_strnfill(SIGNED_URL_LIMIT + 1, 'u');
    g_autofree char *segment = signed_url_make(&key, "stream", most, NULL);
    g_autofree char *url = signed_url_parse(&key, "stream", segment);

    g_assert_cmpstr(url, ==, most);
    g_assert_null(signed_url_make(&key, "stream", more, NULL));
    g_assert_null(signed_url_make(&key, "stream", "", NULL));
}

static void each_process_has_a_key_of_its_own(void)
{
    SignedUrlKey one = {{0}};
    SignedUrlKey two = {{0}};

    signed_url_key_init(&one);
    signed_url_key_init(&two);
    g_assert_cmpint(memcmp(one.bytes, two.bytes, sizeof one.bytes), !=, 0);
}

/* The value is of another implementation: Python's hmac over "stream\0https://h/a.ts". */
static void the_signature_is_hmac_sha256(void)
{
    g_autofree char *segment = signed_url_make(&key, "stream", "https://h/a.ts", NULL);

    g_assert_cmpstr(segment, ==,
                    "aHR0cHM6Ly9oL2EudHM.URZYqjS6W3q7XVc1Zn4zu0XqiPjin9YqZm0Avr1rt2A.ts");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signed-url/round", a_segment_gives_its_url_back_and_keeps_its_extension);
    g_test_add_func("/signed-url/same", the_same_url_has_the_same_segment);
    g_test_add_func("/signed-url/other", another_stream_and_another_key_are_refused);
    g_test_add_func("/signed-url/boundary", the_stream_id_cannot_lend_characters_to_the_url);
    g_test_add_func("/signed-url/changed", a_changed_character_anywhere_is_refused);
    g_test_add_func("/signed-url/malformed", what_is_no_segment_is_refused);
    g_test_add_func("/signed-url/long", a_url_too_long_has_no_segment);
    g_test_add_func("/signed-url/key", each_process_has_a_key_of_its_own);
    g_test_add_func("/signed-url/hmac", the_signature_is_hmac_sha256);
    return g_test_run();
}
