#include <string.h>

#include "ytops/relay_source.h"

#define SELECTED                                                                                   \
    "\"format_id\":\"18-0\",\"url\":\"https://a.example/v?itag=18\",\"protocol\":\"https\","       \
    "\"ext\":\"mp4\",\"vcodec\":\"avc1\",\"acodec\":\"mp4a\",\"width\":640,\"height\":360,"        \
    "\"filesize\":1000,\"tbr\":96.5"

static YtopsRelayMedia *media_of(const char *info)
{
    g_autoptr(GError) error = NULL;
    YtopsRelayMedia *media = ytops_relay_media_from_info(info, &error);

    g_assert_no_error(error);
    g_assert_nonnull(media);
    return media;
}

static void test_the_selected_format_is_taken(void)
{
    g_autoptr(YtopsRelayMedia) media = media_of(
        "{" SELECTED ",\"http_headers\":{\"User-Agent\":\"Mozilla/5.0\",\"Bad\":\"a\\r\\nX: y\","
        "\"None\":null}}");

    g_assert_cmpuint(g_strv_length(media->urls), ==, 1);
    g_assert_cmpstr(media->urls[0], ==, "https://a.example/v?itag=18");
    g_assert_cmpuint(g_hash_table_size(media->headers), ==, 1);
    g_assert_cmpstr(g_hash_table_lookup(media->headers, "User-Agent"), ==, "Mozilla/5.0");
    g_assert_null(media->proxy_url);
    g_assert_cmpint(media->expires_at, ==, 0);
}

/* One URL more for a format that agrees in everything; none where anything is different. */
static void check_others(const char *other, guint n_urls)
{
    g_autofree char *info =
        g_strconcat("{" SELECTED ",\"formats\":[{" SELECTED "},", other, "]}", NULL);
    g_autoptr(YtopsRelayMedia) media = media_of(info);

    g_assert_cmpuint(g_strv_length(media->urls), ==, n_urls);
    g_assert_cmpstr(media->urls[0], ==, "https://a.example/v?itag=18");
    if (n_urls == 2)
        g_assert_cmpstr(media->urls[1], ==, "https://b.example/v?itag=18");
}

#define OTHER(id, protocol, more)                                                                  \
    "{\"format_id\":\"" id "\",\"url\":\"https://b.example/v?itag=18\",\"protocol\":\"" protocol   \
    "\",\"ext\":\"mp4\",\"vcodec\":\"avc1\",\"acodec\":\"mp4a\",\"width\":640," more "}"

static void test_only_what_is_the_same_is_another_url(void)
{
    check_others(OTHER("18-1", "https", "\"height\":360,\"filesize\":1000,\"tbr\":96.5"), 2);
    check_others(OTHER("18", "https", "\"height\":360,\"filesize\":1000,\"tbr\":96.5"), 2);
    check_others(OTHER("22", "https", "\"height\":360,\"filesize\":1000,\"tbr\":96.5"), 1);
    check_others(OTHER("18-dash", "https", "\"height\":360,\"filesize\":1000,\"tbr\":96.5"), 1);
    check_others(OTHER("18-1", "https", "\"height\":720,\"filesize\":1000,\"tbr\":96.5"), 1);
    check_others(OTHER("18-1", "https", "\"height\":360,\"filesize\":1001,\"tbr\":96.5"), 1);
    check_others(OTHER("18-1", "https", "\"height\":360,\"tbr\":96.5"), 1);
    check_others(
        OTHER("18-1", "https", "\"height\":360,\"filesize\":1000,\"tbr\":96.5,\"language\":\"de\""),
        1);
    check_others(OTHER("18-1", "m3u8", "\"height\":360,\"filesize\":1000,\"tbr\":96.5"), 1);
    check_others("{" SELECTED "}", 1);
    check_others("null", 1);
    check_others("7,[]", 1);
}

static void check_refused(const char *info, YtopsErrorCode code, const char *words)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(ytops_relay_media_from_info(info, &error));
    g_assert_error(error, YTOPS_ERROR, (gint)code);
    g_assert_nonnull(strstr(error->message, words));
}

static void test_what_cannot_be_relayed_is_refused(void)
{
    check_refused("{\"entries\":[{" SELECTED "}]}", YTOPS_ERROR_UNSUPPORTED_URL, "list of videos");
    check_refused("{\"format_id\":\"137+140\",\"requested_formats\":[{},{}]}",
                  YTOPS_ERROR_NO_FORMATS, "137+140");
    check_refused("{\"format_id\":\"d\",\"url\":\"https://a/x.mpd\","
                  "\"protocol\":\"http_dash_segments\"}",
                  YTOPS_ERROR_NO_FORMATS, "http_dash_segments");
    check_refused("{\"url\":\"file:///etc/passwd\",\"protocol\":\"https\"}", YTOPS_ERROR_NO_FORMATS,
                  "https");
    check_refused("{}", YTOPS_ERROR_NO_FORMATS, "no URL");
    check_refused("[]", YTOPS_ERROR_INTERNAL, "object");
    check_refused("{", YTOPS_ERROR_INTERNAL, "info.json");
    check_refused("", YTOPS_ERROR_INTERNAL, "info.json");
}

static void test_playlists_are_served(void)
{
    g_autoptr(YtopsRelayMedia) media =
        media_of("{\"format_id\":\"hls\",\"url\":\"https://a/l.m3u8\",\"protocol\":\"m3u8_native\","
                 "\"http_headers\":7,\"formats\":{}}");

    g_assert_cmpstr(media->urls[0], ==, "https://a/l.m3u8");
    g_assert_cmpuint(g_hash_table_size(media->headers), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay-media/selected", test_the_selected_format_is_taken);
    g_test_add_func("/relay-media/same", test_only_what_is_the_same_is_another_url);
    g_test_add_func("/relay-media/refused", test_what_cannot_be_relayed_is_refused);
    g_test_add_func("/relay-media/playlists", test_playlists_are_served);
    return g_test_run();
}
