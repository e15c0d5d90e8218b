#include "tokens/token_url.h"

#include "ytops/error.h"

#include <string.h>

static void assert_taken(const char *text, const char *url, const char *video_id)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *actual = token_url_check(text, &error);
    g_autofree char *actual_id = NULL;

    g_assert_no_error(error);
    g_assert_cmpstr(actual, ==, url);
    actual_id = token_url_video_id(actual);
    g_assert_cmpstr(actual_id, ==, video_id);
}

static void assert_url_refused(const char *text, const char *word)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(token_url_check(text, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_true(g_str_has_prefix(error->message, "url "));
    g_assert_nonnull(strstr(error->message, "give an http"));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_cmpuint(strlen(error->message), <, 1200);
    if (strstr(error->message, word) == NULL)
        g_error("\"%s\" is not in: %s", word, error->message);
}

static void a_url_is_taken_as_it_is(void)
{
    static const char *const urls[] = {
        "http://a/",
        "https://example.test",
        "HTTPS://Example.Test:8443/a?b=c&d=%20#e",
        "http://[::1]:8080/x",
        "http://127.0.0.1/x",
        "https://example.test/a@b/c:d",
        "https://b\xc3\xbc"
        "cher.example/\xc3\xa4",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(urls); i++)
        assert_taken(urls[i], urls[i], NULL);
}

static void a_bare_video_id_becomes_a_url(void)
{
    assert_taken("dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "dQw4w9WgXcQ");
    assert_taken("-_w4w9WgXcQ", "https://www.youtube.com/watch?v=-_w4w9WgXcQ", "-_w4w9WgXcQ");
}

static void the_video_id_is_found_in_every_youtube_address(void)
{
    static const char *const urls[] = {
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://youtube.com/watch?list=PL1&v=dQw4w9WgXcQ&t=3",
        "http://m.youtube.com/watch?v=dQw4w9WgXcQ#x",
        "https://music.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://YouTu.be/dQw4w9WgXcQ?si=abc",
        "https://www.youtube.com/shorts/dQw4w9WgXcQ",
        "https://www.youtube.com/embed/dQw4w9WgXcQ?start=1",
        "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
        "https://www.youtube.com/live/dQw4w9WgXcQ/",
        "https://www.youtube.com:443/v/dQw4w9WgXcQ",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(urls); i++)
        assert_taken(urls[i], urls[i], "dQw4w9WgXcQ");
}

static void other_addresses_name_no_video(void)
{
    static const char *const urls[] = {
        "https://example.test/watch?v=dQw4w9WgXcQ",
        "https://notyoutube.com/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com.example.test/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com/watch?v=tooshort",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQextra",
        "https://www.youtube.com/watch#?v=dQw4w9WgXcQ",
        "https://www.youtube.com/playlist?list=PLdQw4w9WgXc",
        "https://www.youtube.com/@channel",
        "https://youtu.be/",
        "https://youtu.be",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(urls); i++)
        assert_taken(urls[i], urls[i], NULL);
}

static void what_is_no_url_is_refused(void)
{
    g_autofree char *filler = g_strnfill(9000, 'a');
    g_autofree char *long_url = g_strconcat("http://a/", filler, NULL);

    assert_url_refused(NULL, "is missing");
    assert_url_refused("", "is missing");
    assert_url_refused("--exec=reboot", "--exec=reboot");
    assert_url_refused("-J", "dash");
    assert_url_refused("ytsearch:cats", "ytsearch:cats");
    assert_url_refused("file:///etc/passwd", "file:///etc/passwd");
    assert_url_refused("ftp://a/b", "not an http or https");
    assert_url_refused("example.test/a", "not an http or https");
    assert_url_refused("http:///nohost", "no valid host");
    assert_url_refused("http://", "no valid host");
    assert_url_refused("https://?q", "no valid host");
    assert_url_refused("http://:80/", "no valid host");
    assert_url_refused("http://-a/", "no valid host");
    assert_url_refused("http://a%00b/", "no valid host");
    assert_url_refused("http://a:0/", "no valid port");
    assert_url_refused("http://a:65536/", "no valid port");
    assert_url_refused("http://a:/", "no valid port");
    assert_url_refused("http://a:8x/", "no valid port");
    assert_url_refused("http://[::1/", "IPv6");
    assert_url_refused("http://[nonsense]/", "IPv6");
    assert_url_refused("http://[::1]x/", "no valid port");
    assert_url_refused(" http://a/", "space");
    assert_url_refused("http://a/ b", "space");
    assert_url_refused("http://a/\nb", "control character");
    assert_url_refused("http://a/\x7f", "control character");
    assert_url_refused("http://a\\b/", "backslash");
    assert_url_refused("http://a/\xe2\x80\xae", "control character");
    assert_url_refused("http://a/\xff", "UTF-8");
    assert_url_refused("http://a/#__youtubedl_smuggle=%7B%7D", "hidden data");
    assert_url_refused(long_url, "too long");
}

static void a_user_name_in_the_url_is_refused_and_not_shown(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(token_url_check("https://www.youtube.com:secret@evil.test/", &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "user name"));
    g_assert_null(strstr(error->message, "secret"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/token-url/as-it-is", a_url_is_taken_as_it_is);
    g_test_add_func("/token-url/bare-id", a_bare_video_id_becomes_a_url);
    g_test_add_func("/token-url/video-id", the_video_id_is_found_in_every_youtube_address);
    g_test_add_func("/token-url/no-video-id", other_addresses_name_no_video);
    g_test_add_func("/token-url/refused", what_is_no_url_is_refused);
    g_test_add_func("/token-url/user-name", a_user_name_in_the_url_is_refused_and_not_shown);
    return g_test_run();
}
