#include "tokens/ytdlp_command.h"

#include <string.h>

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define DEFAULTS "--ignore-config", "--no-update", "--no-colors", "--no-progress", "--no-playlist"
#define END "--dump-single-json", "--", "http://a/"

static void assert_args(char **actual, const char *const *expected)
{
    g_auto(GStrv) owned = actual;
    g_autofree char *left = g_strjoinv("\n", actual);
    g_autofree char *right = g_strjoinv("\n", (char **)expected);

    g_assert_cmpstr(left, ==, right);
}

static void an_extraction_prints_one_json_document(void)
{
    YtdlpExtraction extraction = {.url = "http://a/"};

    assert_args(ytdlp_command_extraction_args(&extraction), ARGS(DEFAULTS, "--proxy=", END));
}

static void a_job_s_own_options_come_last(void)
{
    const char *const server[] = {"--force-ipv4", "--proxy", "socks5://other:1", NULL};
    const char *const request[] = {"--format=18", NULL};
    YtdlpExtraction extraction = {.url = "http://a/",
                                  .proxy_url = "socks5://h:1",
                                  .cookies_path = "/run/c.txt",
                                  .server_args = server,
                                  .request_args = request};

    assert_args(ytdlp_command_extraction_args(&extraction),
                ARGS(DEFAULTS, "--force-ipv4", "--proxy", "socks5://other:1", "--format=18",
                     "--proxy=socks5://h:1", "--cookies=/run/c.txt", END));
}

static void extractor_arguments_are_merged(void)
{
    const char *const server[] = {"--extractor-args", "youtube:lang=en;player_client=tv",
                                  "--extractor-args=generic:impersonate", NULL};
    const char *const request[] = {"--extractor-args=YouTube:player-skip=js;lang=de", NULL};
    YtdlpExtraction extraction = {
        .url = "http://a/", .clients = "web,ios", .server_args = server, .request_args = request};

    assert_args(ytdlp_command_extraction_args(&extraction),
                ARGS(DEFAULTS,
                     "--extractor-args=youtube:lang=de;player_client=web,ios;player_skip=js",
                     "--extractor-args=generic:impersonate", "--proxy=", END));
}

static void a_token_goes_with_the_clients_that_are_asked(void)
{
    const char *const request[] = {
        "--extractor-args=youtube:player_client=mweb;po_token=mweb.gvs+X", NULL};
    g_autoptr(GHashTable) tokens = g_hash_table_new(g_str_hash, g_str_equal);
    YtdlpExtraction extraction = {.url = "http://a/", .request_args = request, .po_tokens = tokens};

    g_hash_table_insert(tokens, (gpointer) "gvs", (gpointer) "T");
    assert_args(ytdlp_command_extraction_args(&extraction),
                ARGS(DEFAULTS,
                     "--extractor-args=youtube:player_client=mweb;po_token=mweb.gvs+T,mweb.gvs+X",
                     "--proxy=", END));
}

static void what_yt_dlp_will_refuse_is_left_for_it_to_refuse(void)
{
    const char *const server[] = {"--extractor-args=nonsense", "--extractor-args", NULL};
    YtdlpExtraction extraction = {.url = "http://a/", .server_args = server};

    assert_args(ytdlp_command_extraction_args(&extraction),
                ARGS(DEFAULTS, "--extractor-args=nonsense", "--extractor-args", "--proxy=", END));
}

static void a_url_cannot_become_an_option(void)
{
    YtdlpExtraction extraction = {.url = "--exec=reboot"};
    g_auto(GStrv) args = ytdlp_command_extraction_args(&extraction);
    guint length = g_strv_length(args);

    g_assert_cmpstr(args[length - 2], ==, "--");
    g_assert_cmpstr(args[length - 1], ==, "--exec=reboot");
}

static void a_command_shows_no_secret(void)
{
    YtdlpExtraction extraction = {.url = "http://a/", .proxy_url = "socks5://u:it's@h:1"};
    g_autofree char *text = NULL;
    char **command = ytdlp_command_extraction("/usr/bin/yt-dlp", &extraction, &text);

    assert_args(command, ARGS("/usr/bin/yt-dlp", "--ignore-config", "--config-locations=-", "--",
                              "http://a/"));
    g_assert_nonnull(strstr(text, "'--proxy=socks5://u:it'\\''s@h:1'\n"));
    g_assert_true(g_str_has_suffix(text, "'--dump-single-json'\n"));
}

static void a_download_takes_network_and_format_options(void)
{
    const char *const server[] = {"--force-ipv4",
                                  "-R",
                                  "3",
                                  "-r1M",
                                  "--socket-timeout",
                                  "9",
                                  "--user-agent=x y",
                                  "--extractor-args",
                                  "youtube:lang=de",
                                  "--write-subs",
                                  "--no-check-certificates",
                                  "--cookies=/c",
                                  "--exec",
                                  "reboot",
                                  "--retries",
                                  NULL};
    const char *const request[] = {"--format=18", "--yes-playlist", "--add-headers=A:b", NULL};

    assert_args(ytdlp_command_download("yt-dlp", "socks5://h:1", server, request),
                ARGS("yt-dlp", "--load-info-json=info.json", "--force-ipv4", "--retries=3", "-r1M",
                     "--socket-timeout=9", "--user-agent=x y", "--no-check-certificates",
                     "--format=18", "--add-headers=A:b", "--proxy=socks5://h:1"));
    assert_args(ytdlp_command_download("yt-dlp", NULL, NULL, NULL),
                ARGS("yt-dlp", "--load-info-json=info.json", "--proxy="));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ytdlp-command/extraction", an_extraction_prints_one_json_document);
    g_test_add_func("/ytdlp-command/order", a_job_s_own_options_come_last);
    g_test_add_func("/ytdlp-command/extractor-args", extractor_arguments_are_merged);
    g_test_add_func("/ytdlp-command/po-token", a_token_goes_with_the_clients_that_are_asked);
    g_test_add_func("/ytdlp-command/wrong", what_yt_dlp_will_refuse_is_left_for_it_to_refuse);
    g_test_add_func("/ytdlp-command/url", a_url_cannot_become_an_option);
    g_test_add_func("/ytdlp-command/secret", a_command_shows_no_secret);
    g_test_add_func("/ytdlp-command/download", a_download_takes_network_and_format_options);
    return g_test_run();
}
