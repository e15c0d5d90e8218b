#include <string.h>

#include "upstream_bed.h"

#define OPEN .allow_private = TRUE, .chunk_timeout_ms = 10 * 1000

static void assert_failed(const Story *story, RelayError error, const char *words)
{
    g_assert_false(story->end.ok);
    g_assert_false(story->end.cancelled);
    g_assert_cmpint(story->end.error, ==, error);
    if (strstr(story->end.message, words) == NULL)
        g_error("no '%s' in '%s'", words, story->end.message);
}

static void assert_whole(const Story *story, guint64 length)
{
    g_assert_cmpstr(story->end.message, ==, "complete");
    g_assert_true(story->end.ok);
    g_assert_cmpuint(story->length, ==, length);
    g_assert_cmpuint(story->end.body_bytes, ==, length);
    g_assert_true(story->matches);
    g_assert_cmpuint(story->n_heads, ==, 1);
}

static void a_response_comes_as_head_data_and_end(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *story = upstream_bed_get(bed, "/bytes/100000");

    assert_whole(story, 100000);
    g_assert_cmpuint(story->head.status, ==, 200);
    g_assert_cmpuint(story->end.status, ==, 200);
    g_assert_cmpint(story->head.content_length, ==, 100000);
    g_assert_cmpstr(story->head.content_type, ==, "video/mp2t");
    g_assert_cmpstr(story->head.etag, ==, "\"one\"");
    g_assert_true(g_str_has_suffix(story->head.effective_url, "/bytes/100000"));
}

static void chunks_and_an_open_end_are_bodies_too(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *chunked = upstream_bed_get(bed, "/chunked/70000");
    Story *open = upstream_bed_get(bed, "/close/70000");

    assert_whole(chunked, 70000);
    g_assert_cmpint(chunked->head.content_length, ==, -1);
    assert_whole(open, 70000);
    g_assert_cmpint(open->head.content_length, ==, -1);
    assert_whole(upstream_bed_get(bed, "/bytes/0"), 0);
}

static void interim_responses_are_no_head(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *story = upstream_bed_get(bed, "/interim");

    assert_whole(story, 5);
    g_assert_cmpstr(story->head.etag, ==, "\"one\"");
}

static void a_range_is_asked_for_and_told(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *story = upstream_bed_begin(
        bed, "/bytes/1000", &(UpstreamRequest){OPEN, .range = "bytes=990-", .if_range = "\"one\""});
    g_autofree char *request = NULL;

    upstream_bed_finish(story);
    g_assert_true(story->end.ok);
    g_assert_cmpuint(story->head.status, ==, 206);
    g_assert_cmpint(story->head.content_length, ==, 10);
    g_assert_cmpstr(story->head.content_range, ==, "bytes 990-999/1000");
    g_assert_cmpuint(story->body->data[0], ==, script_server_byte(990));
    request = script_server_last_request(bed->server);
    g_assert_nonnull(strstr(request, "\r\nIf-Range: \"one\"\r\n"));
}

static void head_has_a_length_and_no_body(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *story =
        upstream_bed_begin(bed, "/bytes/1000", &(UpstreamRequest){OPEN, .method = "HEAD"});

    upstream_bed_finish(story);
    g_assert_true(story->end.ok);
    g_assert_cmpint(story->head.content_length, ==, 1000);
    g_assert_cmpuint(story->length, ==, 0);
}

static void a_request_carries_what_was_given_and_asks_for_no_compression(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    g_autoptr(GHashTable) headers = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GBytes) body = g_bytes_new_static("{\"a\":1}", 7);
    g_autofree char *request = NULL;
    Story *story;

    g_hash_table_insert(headers, (char *)"X-One", (char *)"1");
    g_hash_table_insert(headers, (char *)"Accept-Encoding", (char *)"gzip");
    g_hash_table_insert(headers, (char *)"Content-Type", (char *)"application/json");
    story = upstream_bed_begin(bed, "/echo",
                               &(UpstreamRequest){OPEN, .method = "POST", .body = body,
                                                  .headers = headers, .user_agent = "player/2"});
    upstream_bed_finish(story);
    g_assert_true(story->end.ok);
    request = g_strndup((const char *)story->body->data, story->body->len);
    g_assert_true(g_str_has_prefix(request, "POST /echo HTTP/1.1\r\n"));
    g_assert_nonnull(strstr(request, "\r\nX-One: 1\r\n"));
    g_assert_nonnull(strstr(request, "\r\nUser-Agent: player/2\r\n"));
    g_assert_nonnull(strstr(request, "\r\nContent-Type: application/json\r\n"));
    g_assert_null(strcasestr(request, "accept-encoding"));
    g_assert_null(strcasestr(request, "expect"));
    g_assert_true(g_str_has_suffix(request, "\r\n\r\n{\"a\":1}"));
}

static void a_header_cannot_smuggle_another_one(void)
{
    static const char *const bad[][2] = {{"X-One", "1\r\nX-Two: 2"}, {"X: y\r\nZ", "1"}, {"", "1"}};
    g_autoptr(UpstreamBed) bed = upstream_bed_new();

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GHashTable) headers = g_hash_table_new(g_str_hash, g_str_equal);
        Story *story;

        g_hash_table_insert(headers, (char *)bad[i][0], (char *)bad[i][1]);
        story = upstream_bed_begin(bed, "/echo", &(UpstreamRequest){OPEN, .headers = headers});
        upstream_bed_finish(story);
        assert_failed(story, RELAY_ERROR_CONNECT, "header");
    }
    g_assert_cmpuint(script_server_count_requests(bed->server), ==, 0);
}

/* ---- failures ------------------------------------------------------------------------------ */

static void each_failure_has_its_kind_and_its_words(void)
{
    static const struct {
        const char *path;
        RelayError error;
        const char *words;
        guint64 bytes;
    } cases[] = {
        {"/nothing", RELAY_ERROR_BROKEN, "closed the connection without an answer", 0},
        {"/abort", RELAY_ERROR_BROKEN, "the connection broke", 0},
        {"/garbage", RELAY_ERROR_BROKEN, "its answer is not HTTP", 0},
        {"/short/500", RELAY_ERROR_BROKEN, "before its length was reached", 500},
        {"/reset/0", RELAY_ERROR_BROKEN, "the connection broke", 0},
        {"/reset/70000", RELAY_ERROR_BROKEN, "after 70000 bytes", 70000},
        {"/status/404", RELAY_ERROR_STATUS, "status 404", 0},
        {"/status/503", RELAY_ERROR_STATUS, "status 503", 0},
    };
    g_autoptr(UpstreamBed) bed = upstream_bed_new();

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Story *story = upstream_bed_get(bed, cases[i].path);

        assert_failed(story, cases[i].error, cases[i].words);
        g_assert_cmpuint(story->length, ==, cases[i].bytes);
        g_assert_true(story->matches);
    }
}

static void what_cannot_be_reached_says_why(void)
{
    static const struct {
        const char *url;
        const char *words;
    } cases[] = {
        {"http://127.0.0.1:1/", "no connection"},
        {"http://nowhere.invalid/", "cannot be looked up"},
        {"ftp://127.0.0.1/", "neither http nor https"},
        {"file:///etc/passwd", "neither http nor https"},
        {"nonsense://", "no URL"},
        {"", "no URL"},
    };
    g_autoptr(UpstreamBed) bed = upstream_bed_new();

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Story *story = upstream_bed_begin(bed, NULL, &(UpstreamRequest){OPEN, .url = cases[i].url});

        upstream_bed_finish(story);
        assert_failed(story, RELAY_ERROR_CONNECT, cases[i].words);
        g_assert_cmpuint(story->n_heads, ==, 0);
        g_assert_cmpuint(story->end.status, ==, 0);
    }
}

static void tls_with_a_server_that_speaks_none_says_so(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    g_autofree char *url =
        g_strdup_printf("https://u:secret@127.0.0.1:%u/garbage", script_server_port(bed->server));
    Story *story = upstream_bed_begin(
        bed, NULL, &(UpstreamRequest){.allow_private = TRUE, .chunk_timeout_ms = 300, .url = url});

    upstream_bed_finish(story);
    g_assert_false(story->end.ok);
    g_assert_null(strstr(story->end.message, "secret"));
}

static void silence_ends_at_the_chunk_timeout(void)
{
    static const struct {
        const char *path;
        guint64 bytes;
    } cases[] = {{"/silent", 0}, {"/head-silent", 0}, {"/stall/70000", 70000}, {"/headdrip", 0}};
    g_autoptr(UpstreamBed) bed = upstream_bed_new();

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gint64 begin = g_get_monotonic_time();
        Story *story = upstream_bed_begin(
            bed, cases[i].path, &(UpstreamRequest){.allow_private = TRUE, .chunk_timeout_ms = 150});

        upstream_bed_finish(story);
        assert_failed(story, RELAY_ERROR_CHUNK_TIMEOUT, "no data for 0.1");
        g_assert_cmpuint(story->length, ==, cases[i].bytes);
        g_assert_cmpint(g_get_monotonic_time() - begin, >=, 150 * 1000);
    }
}

static void a_slow_drip_is_no_silence(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    gint64 begin = g_get_monotonic_time();
    Story *story = upstream_bed_begin(
        bed, "/drip/20", &(UpstreamRequest){.allow_private = TRUE, .chunk_timeout_ms = 400});

    upstream_bed_finish(story);
    assert_whole(story, 20);
    g_assert_cmpint(g_get_monotonic_time() - begin, >, 400 * 1000);
}

static void retry_after_is_told_in_milliseconds(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autoptr(GDateTime) later = g_date_time_add_seconds(now, 100);
    g_autofree char *date = g_date_time_format(later, "%a, %d %b %Y %H:%M:%S GMT");
    Story *story;

    script_server_set_retry_after(bed->server, "7");
    g_assert_cmpint(upstream_bed_get(bed, "/status/503")->head.retry_after_ms, ==, 7000);
    script_server_set_retry_after(bed->server, date);
    story = upstream_bed_get(bed, "/status/429");
    g_assert_cmpint(story->head.retry_after_ms, >, 80 * 1000);
    g_assert_cmpint(story->head.retry_after_ms, <=, 100 * 1000);
    script_server_set_retry_after(bed->server, "99999999999999999999");
    g_assert_cmpint(upstream_bed_get(bed, "/status/503")->head.retry_after_ms, ==, 0);
    script_server_set_retry_after(bed->server, "Sat, 01 Jan 2000 00:00:00 GMT");
    g_assert_cmpint(upstream_bed_get(bed, "/status/503")->head.retry_after_ms, ==, 0);
    g_assert_cmpint(upstream_bed_get(bed, "/bytes/1")->head.retry_after_ms, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/upstream/" #name, name)
    ADD(a_response_comes_as_head_data_and_end);
    ADD(chunks_and_an_open_end_are_bodies_too);
    ADD(interim_responses_are_no_head);
    ADD(a_range_is_asked_for_and_told);
    ADD(head_has_a_length_and_no_body);
    ADD(a_request_carries_what_was_given_and_asks_for_no_compression);
    ADD(a_header_cannot_smuggle_another_one);
    ADD(each_failure_has_its_kind_and_its_words);
    ADD(what_cannot_be_reached_says_why);
    ADD(tls_with_a_server_that_speaks_none_says_so);
    ADD(silence_ends_at_the_chunk_timeout);
    ADD(a_slow_drip_is_no_silence);
    ADD(retry_after_is_told_in_milliseconds);
    return g_test_run();
}
