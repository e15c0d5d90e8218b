#include "tokens/token_expiry.h"

#define NOW G_GINT64_CONSTANT(1700000000)

static void assert_url(const char *url, gint64 expected)
{
    g_assert_cmpint(token_expiry_from_url(url, NOW), ==, expected);
}

static void assert_info(const char *json, gint64 expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsJson) info = ytops_json_parse(json, -1, &error);

    g_assert_no_error(error);
    g_assert_cmpint(token_expiry_from_info(info, NOW), ==, expected);
}

static void a_url_tells_in_its_query_or_its_path(void)
{
    assert_url("https://r1.googlevideo.com/videoplayback?expire=1700021600&ei=x", 1700021600);
    assert_url("https://r1.googlevideo.com/videoplayback?ei=x&expire=1700021600", 1700021600);
    assert_url("https://manifest.googlevideo.com/api/manifest/hls_playlist/expire/1700021600/ei/x",
               1700021600);
    assert_url("https://h/expire/1700021600", 1700021600);
    assert_url("https://h/expire/1700021700/x?expire=1700021600#y", 1700021600);
}

static void other_urls_do_not_tell(void)
{
    assert_url(NULL, 0);
    assert_url("", 0);
    assert_url("https://h/v.mp4", 0);
    assert_url("https://h/v?expire=", 0);
    assert_url("https://h/v?expire=soon", 0);
    assert_url("https://h/v?expire=1700021600x", 0);
    assert_url("https://h/v?noexpire=1700021600", 0);
    assert_url("https://h/noexpire/1700021600/", 0);
    assert_url("https://h/v?expire=99999999999999999999", 0);
}

static void times_out_of_reason_are_not_told(void)
{
    assert_url("https://h/v?expire=0", 0);
    assert_url("https://h/v?expire=3600", 0);
    assert_url("https://h/v?expire=1104537599", 0);
    assert_url("https://h/v?expire=1104537600", 1104537600);
    assert_url("https://h/v?expire=1699999999", 1699999999);
    assert_url("https://h/v?expire=170002160000", 0);
}

static void the_soonest_of_an_info_json_counts(void)
{
    assert_info("{\"url\":\"http://h/?expire=1700000300\",\"formats\":["
                "{\"url\":\"http://h/?expire=1700000200\"},{\"url\":null},7,"
                "{\"url\":\"http://h/?expire=1700000100\"}]}",
                1700000100);
    assert_info("{\"requested_formats\":[{\"url\":\"http://h/?expire=1700000100\"}]}", 1700000100);
    assert_info("{\"formats\":[{\"url\":\"http://h/\","
                "\"manifest_url\":\"http://h/expire/1700000050/m\"}]}",
                1700000050);
    assert_info(
        "{\"_type\":\"playlist\",\"entries\":[null,{\"url\":\"http://h/?expire=1700000200\"},"
        "{\"formats\":[{\"url\":\"http://h/?expire=1700000100\"}]}]}",
        1700000100);
}

static void an_info_json_without_times_tells_nothing(void)
{
    g_assert_cmpint(token_expiry_from_info(NULL, NOW), ==, 0);
    assert_info("null", 0);
    assert_info("[]", 0);
    assert_info("{}", 0);
    assert_info("{\"formats\":{},\"entries\":7,\"url\":[]}", 0);
    assert_info("{\"formats\":[{\"url\":\"http://h/v.mp4\"}]}", 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/token-expiry/url", a_url_tells_in_its_query_or_its_path);
    g_test_add_func("/token-expiry/other-urls", other_urls_do_not_tell);
    g_test_add_func("/token-expiry/range", times_out_of_reason_are_not_told);
    g_test_add_func("/token-expiry/info", the_soonest_of_an_info_json_counts);
    g_test_add_func("/token-expiry/no-info", an_info_json_without_times_tells_nothing);
    return g_test_run();
}
