#include "relay/hls_playlist.h"

#include <string.h>

#include "ytops/error.h"

#define BASE "https://up.example/live/a/index.m3u8?token=1"

/* "[part|url]" in the place of each address, with ; for a comma, which no address may have. */
static char *bracket(const char *url, HlsPlaylistPart part, gpointer data)
{
    static const char *const names[] = {"playlist", "segment", "map", "key", "data"};

    (void)data;
    return g_strdelimit(g_strdup_printf("[%s|%s]", names[part], url), ",", ';');
}

static char *rewrite_from(const char *base, const char *text, GError **error)
{
    g_autoptr(GBytes) out = hls_playlist_rewrite(text, strlen(text), base, bracket, NULL, error);

    return out == NULL ? NULL : g_strndup(g_bytes_get_data(out, NULL), g_bytes_get_size(out));
}

static void assert_rewritten(const char *text, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = rewrite_from(BASE, text, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(out, ==, expected);
}

typedef struct {
    const char *line;
    const char *expected;
} Row;

#define UP "https://up.example/live/a/"

static const Row rows[] = {
    /* references */
    {"s.ts", "[segment|" UP "s.ts]"},
    {"s.ts?x=1&y=%20a", "[segment|" UP "s.ts?x=1&y=%20a]"},
    {"../b/./s.ts", "[segment|https://up.example/live/b/s.ts]"},
    {"/s.ts", "[segment|https://up.example/s.ts]"},
    {"//cdn.example/s.ts", "[segment|https://cdn.example/s.ts]"},
    {"?part=2", "[segment|https://up.example/live/a/index.m3u8?part=2]"},
    {"http://h:8080/s.ts", "[segment|http://h:8080/s.ts]"},
    {"HTTPS://h/S.ts", "[segment|https://h/S.ts]"},
    {"http://[::1]:1/s.ts", "[segment|http://[::1]:1/s.ts]"},
    {"s.ts#t=3", "[segment|" UP "s.ts]"},
    {"  s.ts \t", "  [segment|" UP "s.ts] \t"},
    {"data:text/plain,x", "data:text/plain,x"},
    {"ftp://h/s.ts", "ftp://h/s.ts"},
    {"file:///etc/passwd", "file:///etc/passwd"},
    {"http://", "http://"},
    {"http://h:port/", "http://h:port/"},
    {"http://[::1]:;80/a", "http://[::1]:;80/a"},
    {"http:s.ts", "http:s.ts"},
    {"bad\xff.ts", "bad\xff.ts"},
    /* tags */
    {"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a,b\",URI=\"au/a.m3u8\",NAME=\"x\"",
     "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a,b\",URI=\"[playlist|" UP "au/a.m3u8]\",NAME=\"x\""},
    {"#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"no address\"", "#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"no address\""},
    {"#EXT-X-MEDIA:NAME=\",URI=\",URI=\"a.m3u8\"",
     "#EXT-X-MEDIA:NAME=\",URI=\",URI=\"[playlist|" UP "a.m3u8]\""},
    {"#EXT-X-MEDIA:X-URI=\"no\", URI=\"a.m3u8\"",
     "#EXT-X-MEDIA:X-URI=\"no\", URI=\"[playlist|" UP "a.m3u8]\""},
    {"#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"i.m3u8\"",
     "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"[playlist|" UP "i.m3u8]\""},
    {"#EXT-X-KEY:METHOD=AES-128,URI=\"k.key?a=1,2\",IV=0x1",
     "#EXT-X-KEY:METHOD=AES-128,URI=\"[key|" UP "k.key?a=1;2]\",IV=0x1"},
    {"#EXT-X-KEY:METHOD=NONE", "#EXT-X-KEY:METHOD=NONE"},
    {"#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://id\"",
     "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://id\""},
    {"#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"data:text/plain;base64,AA==\"",
     "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"data:text/plain;base64,AA==\""},
    {"#EXT-X-KEY:URI=k.key,METHOD=AES-128", "#EXT-X-KEY:URI=[key|" UP "k.key],METHOD=AES-128"},
    {"#EXT-X-KEY:URI=\"", "#EXT-X-KEY:URI=\""},
    {"#EXT-X-KEY:URI=\"k.key", "#EXT-X-KEY:URI=\"k.key"},
    {"#EXT-X-KEY:URI=\"\"", "#EXT-X-KEY:URI=\"\""},
    {"#EXT-X-KEY:", "#EXT-X-KEY:"},
    {"#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"k\"",
     "#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"[key|" UP "k]\""},
    {"#EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"8@0\"",
     "#EXT-X-MAP:URI=\"[map|" UP "init.mp4]\",BYTERANGE=\"8@0\""},
    {"#EXT-X-PART:DURATION=0.3,URI=\"p.mp4\",INDEPENDENT=YES",
     "#EXT-X-PART:DURATION=0.3,URI=\"[segment|" UP "p.mp4]\",INDEPENDENT=YES"},
    {"#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"p.mp4\"",
     "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"[segment|" UP "p.mp4]\""},
    {"#EXT-X-PRELOAD-HINT:TYPE=MAP,URI=\"i.mp4\"",
     "#EXT-X-PRELOAD-HINT:TYPE=MAP,URI=\"[map|" UP "i.mp4]\""},
    {"#EXT-X-RENDITION-REPORT:URI=\"../b/index.m3u8\",LAST-MSN=3",
     "#EXT-X-RENDITION-REPORT:URI=\"[playlist|https://up.example/live/b/index.m3u8]\",LAST-MSN=3"},
    {"#EXT-X-SESSION-DATA:DATA-ID=\"x\",URI=\"d.json\"",
     "#EXT-X-SESSION-DATA:DATA-ID=\"x\",URI=\"[data|" UP "d.json]\""},
    /* the rest */
    {"", ""},
    {" \t", " \t"},
    {"# a comment with URI=\"x\"", "# a comment with URI=\"x\""},
    {"#EXTINF:4.0,URI=\"title\"", "#EXTINF:4.0,URI=\"title\""},
    {"#EXT-X-KEYS:URI=\"k\"", "#EXT-X-KEYS:URI=\"k\""},
    {"#EXT-X-DATERANGE:ID=\"x\",URI=\"k\"", "#EXT-X-DATERANGE:ID=\"x\",URI=\"k\""},
    {"#EXT-X-BYTERANGE:100@0", "#EXT-X-BYTERANGE:100@0"},
};

static void each_kind_of_line_is_rewritten_or_left(void)
{
    static const char *const ends[] = {"\n", "\r\n", ""};

    for (gsize i = 0; i < G_N_ELEMENTS(rows) * G_N_ELEMENTS(ends); i++) {
        const Row *row = &rows[i / G_N_ELEMENTS(ends)];
        const char *end = ends[i % G_N_ELEMENTS(ends)];
        g_autofree char *text = g_strconcat("#EXTM3U\r\n", row->line, end, NULL);
        g_autofree char *expected = g_strconcat("#EXTM3U\r\n", row->expected, end, NULL);

        g_test_message("%s", row->line);
        assert_rewritten(text, expected);
    }
}

static void the_line_after_a_stream_inf_is_a_playlist(void)
{
    assert_rewritten("\xEF\xBB\xBF#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n\n# x\nlow\n"
                     "#EXT-X-STREAM-INF:BANDWIDTH=2\nhigh.m3u8\nodd\n",
                     "\xEF\xBB\xBF#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n\n# x\n"
                     "[playlist|" UP "low]\n#EXT-X-STREAM-INF:BANDWIDTH=2\n"
                     "[playlist|" UP "high.m3u8]\n[segment|" UP "odd]\n");
}

static void variables_are_put_in_before_an_address_is_resolved(void)
{
    assert_rewritten("#EXTM3U\n#EXT-X-DEFINE:NAME=\"h\",VALUE=\"http://cdn/x\"\n{$h}/{$h2}s.ts\n"
                     "#EXT-X-DEFINE:NAME=\"h2\",VALUE=\"{$h}\"\n"
                     "#EXT-X-DEFINE:QUERYPARAM=\"token\"\n{$h}/s.ts?{$token}\n{$x}s.ts\n{$h",
                     "#EXTM3U\n#EXT-X-DEFINE:NAME=\"h\",VALUE=\"http://cdn/x\"\n{$h}/{$h2}s.ts\n"
                     "#EXT-X-DEFINE:NAME=\"h2\",VALUE=\"{$h}\"\n"
                     "#EXT-X-DEFINE:QUERYPARAM=\"token\"\n[segment|http://cdn/x/s.ts?1]\n{$x}s.ts\n"
                     "{$h");
}

static void assert_refused(const char *base, const char *text, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = rewrite_from(base, text, &error);

    g_assert_null(out);
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_nonnull(strstr(error->message, words));
    g_assert_null(strstr(error->message, "secret"));
}

static void what_is_no_playlist_is_refused(void)
{
    g_autofree char *line = g_strnfill(HLS_PLAYLIST_LINE_LIMIT + 1, 'x');
    g_autofree char *long_line = g_strconcat("#EXTM3U\n", line, "\n", NULL);
    g_autofree char *most = g_strnfill(HLS_PLAYLIST_LIMIT + 1, '\n');

    assert_refused(BASE, "", "#EXTM3U");
    assert_refused(BASE, "<html>", "#EXTM3U");
    assert_refused(BASE, "\n#EXTM3U", "#EXTM3U");
    assert_refused(BASE, "#EXTM3U8", "#EXTM3U");
    assert_refused(BASE, long_line, "line 2");
    assert_refused(BASE, most, "at most");
    assert_refused("file:///etc/x", "#EXTM3U", "http or https");
    assert_refused("//h/x", "#EXTM3U", "http or https");
    assert_refused("foo://u:secret@h/x", "#EXTM3U", "http or https");
}

/* Each short reference becomes an address as long as the base, which a redirect chooses. */
static void what_grows_too_long_is_refused(void)
{
    g_autofree char *folder = g_strnfill(8000, 'y');
    g_autofree char *base = g_strconcat(UP, folder, "/l.m3u8", NULL);
    g_autoptr(GString) text = g_string_new("#EXTM3U\n");

    for (guint i = 0; i < 5000; i++)
        g_string_append(text, "a\n");
    assert_refused(base, text->str, "grows past");
}

static void a_line_of_the_limit_and_nul_bytes_pass(void)
{
    static const char text[] = "#EXTM3U\na\0b.ts\n#EXT-X-KEY:URI=\"\0\"";
    g_autofree char *line = g_strnfill(HLS_PLAYLIST_LINE_LIMIT - 1, 'x');
    g_autofree char *playlist = g_strconcat("#EXTM3U\n#", line, NULL);
    g_autoptr(GBytes) out = hls_playlist_rewrite(text, sizeof text - 1, BASE, bracket, NULL, NULL);

    assert_rewritten(playlist, playlist);
    g_assert_cmpmem(g_bytes_get_data(out, NULL), g_bytes_get_size(out), text, sizeof text - 1);
}

static char *give(const char *url, HlsPlaylistPart part, gpointer data)
{
    (void)url;
    (void)part;
    return g_strdup(data);
}

static void an_address_that_would_break_the_line_is_not_put_in(void)
{
    static const char *const bad[] = {NULL, "", "a\"b", "a\nb", "a b", "a,b", "#a"};
    static const char text[] = "#EXTM3U\ns.ts\n#EXT-X-KEY:URI=\"k\"";

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GBytes) out =
            hls_playlist_rewrite(text, sizeof text - 1, BASE, give, (gpointer)bad[i], NULL);

        g_assert_cmpmem(g_bytes_get_data(out, NULL), g_bytes_get_size(out), text, sizeof text - 1);
    }
}

static void a_playlist_is_known_by_its_type_and_its_first_line(void)
{
    g_assert_true(hls_playlist_is_content_type("application/vnd.apple.mpegurl"));
    g_assert_true(hls_playlist_is_content_type("Application/X-MPEGURL ; charset=utf-8"));
    g_assert_true(hls_playlist_is_content_type("audio/mpegurl"));
    g_assert_false(hls_playlist_is_content_type("video/mp2t"));
    g_assert_false(hls_playlist_is_content_type(""));
    g_assert_false(hls_playlist_is_content_type(NULL));
    g_assert_true(hls_playlist_is_playlist("#EXTM3U", 7));
    g_assert_true(hls_playlist_is_playlist("#EXTM3U\r\n", 9));
    g_assert_false(hls_playlist_is_playlist("#EXTM3", 6));
    g_assert_false(hls_playlist_is_playlist("", 0));
}

static void assert_directives(const char *url, const char *query, const char *expected)
{
    g_autofree char *out = hls_playlist_add_directives(url, query);

    g_assert_cmpstr(out, ==, expected);
}

static void a_players_delivery_directives_are_added_and_nothing_else_of_its_query(void)
{
    assert_directives("http://h/x", NULL, "http://h/x");
    assert_directives("http://h/x", "", "http://h/x");
    assert_directives("http://h/x", "a=1", "http://h/x");
    assert_directives("http://h/x", "_HLS_msn=3&a=1&_HLS_part=2",
                      "http://h/x?_HLS_msn=3&_HLS_part=2");
    assert_directives("http://h/x?t=1", "_HLS_skip=YES", "http://h/x?t=1&_HLS_skip=YES");
    assert_directives("http://h/x#f", "_HLS_msn=3", "http://h/x?_HLS_msn=3");
    assert_directives("http://h/x", "_HLS_msn=3 4#\r\n", "http://h/x");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hls-playlist/lines", each_kind_of_line_is_rewritten_or_left);
    g_test_add_func("/hls-playlist/variants", the_line_after_a_stream_inf_is_a_playlist);
    g_test_add_func("/hls-playlist/variables", variables_are_put_in_before_an_address_is_resolved);
    g_test_add_func("/hls-playlist/refused", what_is_no_playlist_is_refused);
    g_test_add_func("/hls-playlist/grown", what_grows_too_long_is_refused);
    g_test_add_func("/hls-playlist/limits", a_line_of_the_limit_and_nul_bytes_pass);
    g_test_add_func("/hls-playlist/unsafe", an_address_that_would_break_the_line_is_not_put_in);
    g_test_add_func("/hls-playlist/known", a_playlist_is_known_by_its_type_and_its_first_line);
    g_test_add_func("/hls-playlist/directives",
                    a_players_delivery_directives_are_added_and_nothing_else_of_its_query);
    return g_test_run();
}
