#include "ytops/error_policy.h"

#include "ytops/error.h"

#include <string.h>

#define NO_PLAYER "[youtube] dQw4w9WgXcQ: Failed to extract any player response"
#define GENERIC_PAGE "[generic] x: Unable to download webpage: "
#define OLD_PAGE "[generic] None: Unable to download webpage: "
#define HOWTO                                                                                      \
    " Use --cookies-from-browser or --cookies for the authentication. See  "                       \
    "https://github.com/yt-dlp/yt-dlp/wiki/FAQ#how-do-i-pass-cookies-to-yt-dlp  for how to "       \
    "manually pass cookies."
#define REPORT                                                                                     \
    "; please report this issue on  https://github.com/yt-dlp/yt-dlp/issues?q= , filling out "     \
    "the appropriate issue template. Confirm you are on the latest version using  yt-dlp -U"

/* Messages as yt-dlp 2026.08 and 2023.03 print them; `warning` NULL: none comes before. */
typedef struct {
    YtopsErrorCode code;
    const char *warning;
    const char *error;
} Message;

static const Message messages[] = {
    {YTOPS_ERROR_BOT_DETECTED, NULL,
     "[youtube] ID: Sign in to confirm you\xe2\x80\x99re not a bot." HOWTO},
    {YTOPS_ERROR_BOT_DETECTED, NULL, "[youtube] ID: Sign in to confirm you're not a bot." HOWTO},
    {YTOPS_ERROR_CAPTCHA_REQUIRED, NULL,
     "[youtube] ID: Video unavailable. YouTube is requiring a captcha challenge before playback"},
    {YTOPS_ERROR_IP_BLOCKED,
     "[youtube] Skipping player responses from web clients (got player responses for video "
     "\"a\" instead of \"b\")",
     "[youtube] b: All player responses are invalid. Your IP is likely being blocked by Youtube"},
    {YTOPS_ERROR_IP_BLOCKED, NULL,
     "[TikTok] 1: Your IP address is blocked from accessing this post"},
    {YTOPS_ERROR_SESSION_RATE_LIMITED, NULL,
     "[youtube] ID: Video unavailable. This content isn\xe2\x80\x99t available, try again later. "
     "The current session has been rate-limited by YouTube for up to an hour. It is recommended "
     "to use `-t sleep` to add a delay between video requests to avoid exceeding the rate limit."},
    {YTOPS_ERROR_SESSION_RATE_LIMITED, NULL,
     "[youtube] ID: Video unavailable. This content isn\xe2\x80\x99t available, try again later."},
    {YTOPS_ERROR_HTTP_429,
     "[youtube] Unable to download API page: HTTP Error 429: Too Many Requests (caused by "
     "<HTTPError 429: Too Many Requests>)",
     NO_PLAYER REPORT},
    {YTOPS_ERROR_HTTP_429, "[youtube] HTTP Error 429: Too Many Requests. Retrying (1/3)...",
     NO_PLAYER},
    {YTOPS_ERROR_HTTP_429, NULL,
     GENERIC_PAGE "HTTP Error 429: Too Many Requests (caused by <HTTPError 429: Too Many "
                  "Requests>)"},
    {YTOPS_ERROR_HTTP_403,
     "[youtube] Unable to download API page: HTTP Error 403: Forbidden (caused by <HTTPError 403: "
     "Forbidden>)",
     NO_PLAYER},
    {YTOPS_ERROR_HTTP_403, NULL,
     OLD_PAGE "HTTP Error 403: Forbidden (caused by <HTTPError 403: 'Forbidden'>)" REPORT},
    {YTOPS_ERROR_HTTP_5XX, NULL,
     GENERIC_PAGE "HTTP Error 500: Internal Server Error (caused by <HTTPError 500: Internal "
                  "Server Error>)"},
    {YTOPS_ERROR_HTTP_5XX, "[youtube] HTTP Error 503: Service Unavailable. Retrying (3/3)...",
     NO_PLAYER},
    {YTOPS_ERROR_MEDIA_403, NULL, "unable to download video data: HTTP Error 403: Forbidden"},
    {YTOPS_ERROR_AGE_RESTRICTED, NULL,
     "[youtube] ID: Sign in to confirm your age. This video may be inappropriate for some "
     "users." HOWTO},
    {YTOPS_ERROR_PRIVATE_VIDEO, NULL,
     "[youtube] ID: Private video. Sign in if you've been granted access to this video." HOWTO},
    {YTOPS_ERROR_PRIVATE_VIDEO, NULL,
     "[youtube] ID: Video unavailable. This video is private. If the owner of this video has "
     "granted you access, please sign in."},
    {YTOPS_ERROR_MEMBERS_ONLY, NULL,
     "[youtube] ID: Join this channel to get access to members-only content like this video, and "
     "other exclusive perks."},
    {YTOPS_ERROR_MEMBERS_ONLY, NULL,
     "[youtube] ID: This video is available to this channel\xe2\x80\x99s members on level: Level 3 "
     "(or any higher level)."},
    {YTOPS_ERROR_LOGIN_REQUIRED, NULL,
     "[youtube:tab] WL: Login details are needed to download this content." HOWTO},
    {YTOPS_ERROR_LOGIN_REQUIRED, NULL,
     "[vimeo] 1: This video is only available for registered users." HOWTO},
    {YTOPS_ERROR_LOGIN_REQUIRED, NULL, "[youtube] ID: Please sign in." HOWTO},
    {YTOPS_ERROR_LOGIN_REQUIRED, NULL,
     GENERIC_PAGE "HTTP Error 401: Unauthorized (caused by <HTTPError 401: Unauthorized>)"},
    {YTOPS_ERROR_COOKIES_INVALID,
     "[youtube] The provided YouTube account cookies are no longer valid. They have likely been "
     "rotated in the browser as a security measure.",
     "[youtube] ID: Private video. Sign in if you've been granted access to this video." HOWTO},
    {YTOPS_ERROR_COOKIES_INVALID,
     "[youtube] The provided YouTube account cookies are no longer valid.",
     "[youtube] ID: The page needs to be reloaded."},
    {YTOPS_ERROR_BOT_DETECTED,
     "[youtube] The provided YouTube account cookies are no longer valid.",
     "[youtube] ID: Sign in to confirm you\xe2\x80\x99re not a bot." HOWTO},
    {YTOPS_ERROR_READ_TIMEOUT,
     "[youtube] The provided YouTube account cookies are no longer valid.",
     GENERIC_PAGE "The read operation timed out"},
    {YTOPS_ERROR_UPLOADER_TERMINATED, NULL,
     "[youtube] ID: Video unavailable. This video is no longer available because the YouTube "
     "account associated with this video has been terminated."},
    {YTOPS_ERROR_VIDEO_REMOVED, NULL,
     "[youtube] ID: This video has been removed for violating YouTube's policy on hate speech."},
    {YTOPS_ERROR_VIDEO_REMOVED, NULL,
     "[youtube] ID: Video unavailable. This video was removed following a copyright removal "
     "request"},
    {YTOPS_ERROR_VIDEO_REMOVED, NULL,
     "[youtube] ID: Video unavailable. This video has been removed by the uploader"},
    {YTOPS_ERROR_VIDEO_REMOVED, NULL,
     "[youtube] ID: Video unavailable. This video is no longer available due to a copyright claim "
     "by X"},
    {YTOPS_ERROR_VIDEO_UNAVAILABLE, NULL, "[youtube] ID: Video unavailable"},
    {YTOPS_ERROR_VIDEO_UNAVAILABLE, NULL, "[youtube] ID: This video is not available"},
    {YTOPS_ERROR_VIDEO_UNAVAILABLE, NULL,
     GENERIC_PAGE "HTTP Error 404: Not Found (caused by <HTTPError 404: Not Found>)"},
    {YTOPS_ERROR_GEO_RESTRICTED, NULL,
     "[youtube] ID: The uploader has not made this video available in your country\n"
     "This video is available in Germany.\nYou might want to use a VPN or a proxy server (with "
     "--proxy) to workaround."},
    {YTOPS_ERROR_GEO_RESTRICTED, NULL,
     "[youtube] ID: Video unavailable. This video contains content from X, who has blocked it in "
     "your country on copyright grounds"},
    {YTOPS_ERROR_GEO_RESTRICTED, NULL,
     "[ZDF] 1: This video is not available from your location due to geo restriction"},
    {YTOPS_ERROR_LIVE_NOT_STARTED, NULL, "[youtube] ID: This live event will begin in 3 hours."},
    {YTOPS_ERROR_LIVE_NOT_STARTED, NULL, "[youtube] ID: Premieres in 2 days"},
    {YTOPS_ERROR_DRM_PROTECTED, NULL, "[youtube] ID: This video is DRM protected"},
    {YTOPS_ERROR_NO_FORMATS, NULL, "[generic] x: No video formats found!" REPORT},
    {YTOPS_ERROR_NO_FORMATS, NULL,
     "[youtube] ID: Requested format is not available. Use --list-formats for a list of available "
     "formats"},
    {YTOPS_ERROR_UNSUPPORTED_URL, "[generic] Falling back on generic information extractor",
     "Unsupported URL: http://127.0.0.1/not/a/video"},
    {YTOPS_ERROR_INVALID_URL, NULL, "[generic] 'x' is not a valid URL"},
    {YTOPS_ERROR_INVALID_URL, NULL, "Invalid URL 'http:///x': No host supplied"},
    {YTOPS_ERROR_INVALID_URL, NULL,
     "[youtube:truncated_id] abc: Incomplete YouTube ID abc. URL https://youtu.be/abc looks "
     "truncated."},
    {YTOPS_ERROR_SOCKS5_CONNECTION_FAILED, NULL,
     GENERIC_PAGE "SocksHTTPSConnection(host='example.test', port=443): Failed to establish a new "
                  "connection: [Errno 111] Connection refused (caused by TransportError(\"...\"))"},
    {YTOPS_ERROR_TARGET_UNREACHABLE, NULL,
     OLD_PAGE "<urlopen error [Errno 111] Connection refused> (caused by "
              "URLError(ConnectionRefusedError(111, 'Connection refused')))"},
    {YTOPS_ERROR_SOCKS5_AUTH_FAILED, NULL,
     GENERIC_PAGE "('[Errno 255] all offered authentication methods were rejected', "
                  "Socks5Error(255, 'all offered authentication methods were rejected'))"},
    {YTOPS_ERROR_SOCKS5_AUTH_FAILED, NULL,
     OLD_PAGE "<urlopen error [Errno 255] all offered authentication methods were rejected>"},
    {YTOPS_ERROR_SOCKS5_PROTOCOL, NULL,
     GENERIC_PAGE "('[Errno 0] Invalid response version from server. Expected 05 got 48', "
                  "InvalidVersionError(0, '...'))"},
    {YTOPS_ERROR_SOCKS5_PROTOCOL, NULL,
     OLD_PAGE "<urlopen error [Errno 0] Invalid response version from server. Expected 05 got 48>"},
    {YTOPS_ERROR_HTTP_PROXY_AUTH, NULL,
     GENERIC_PAGE "('Unable to connect to proxy', OSError('Tunnel connection failed: 407 Proxy "
                  "Authentication Required'))"},
    {YTOPS_ERROR_HTTP_PROXY_AUTH, NULL,
     OLD_PAGE "HTTP Error 407: Proxy Authentication Required (caused by <HTTPError 407: 'Proxy "
              "Authentication Required'>)" REPORT},
    {YTOPS_ERROR_HTTP_PROXY_FAILED, NULL,
     OLD_PAGE "<urlopen error Tunnel connection failed: 503 Service Unavailable>"},
    {YTOPS_ERROR_HTTP_PROXY_FAILED, NULL,
     GENERIC_PAGE "('Unable to connect to proxy', NewConnectionError(\"HTTPSConnection(host="
                  "'127.0.0.1', port=9): Failed to establish a new connection: [Errno 111] "
                  "Connection refused\"))"},
    {YTOPS_ERROR_DNS_FAILED, NULL,
     GENERIC_PAGE "HTTPSConnection(host='nosuch.invalid', port=443): Failed to resolve "
                  "'nosuch.invalid' ([Errno -2] Name or service not known)"},
    {YTOPS_ERROR_DNS_FAILED, NULL, OLD_PAGE "<urlopen error [Errno -2] Name or service not known>"},
    {YTOPS_ERROR_CONNECT_TIMEOUT, NULL,
     GENERIC_PAGE "(<SocksHTTPSConnection(host='example.test', port=443) at 0x7f53aed98a90>, "
                  "'Connection to example.test timed out. (connect timeout=2.0)')"},
    {YTOPS_ERROR_CONNECT_TIMEOUT, NULL, OLD_PAGE "<urlopen error timed out>"},
    {YTOPS_ERROR_CONNECT_TIMEOUT, NULL,
     OLD_PAGE "<urlopen error _ssl.c:975: The handshake operation timed out>"},
    {YTOPS_ERROR_READ_TIMEOUT, NULL,
     GENERIC_PAGE "SocksHTTPConnectionPool(host='example.test', port=80): Read timed out. (read "
                  "timeout=2.0)"},
    {YTOPS_ERROR_READ_TIMEOUT, NULL, OLD_PAGE "timed out (caused by TimeoutError('timed out'))"},
    {YTOPS_ERROR_READ_TIMEOUT, "[youtube] The read operation timed out. Retrying (3/3)...",
     NO_PLAYER},
    {YTOPS_ERROR_CONNECTION_RESET, NULL,
     GENERIC_PAGE "('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))"},
    {YTOPS_ERROR_CONNECTION_RESET, NULL,
     OLD_PAGE "<urlopen error [Errno 104] Connection reset by peer>"},
    {YTOPS_ERROR_CONNECTION_RESET, NULL, "2 bytes missing"},
    {YTOPS_ERROR_CONNECTION_RESET, NULL, "[requests] Unexpected error: EOFError: 4 bytes missing"},
    {YTOPS_ERROR_CONNECTION_RESET, NULL, OLD_PAGE "Remote end closed connection without response"},
    {YTOPS_ERROR_CONNECTION_RESET, NULL,
     "A network error has occurred. (caused by <IncompleteRead: 6 bytes read, 49994 more "
     "expected>)"},
    {YTOPS_ERROR_SSL_ERROR, NULL,
     OLD_PAGE "<urlopen error [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:992)>"},
    {YTOPS_ERROR_SSL_ERROR, NULL,
     GENERIC_PAGE "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed "
                  "certificate (_ssl.c:992)"},
    {YTOPS_ERROR_COOKIE_FILE, NULL,
     "'/run/x/cookies.txt' does not look like a Netscape format cookies file"},
    {YTOPS_ERROR_COOKIE_FILE, NULL,
     "Cookies file must be Netscape formatted, not JSON. See  https://github.com/yt-dlp/yt-dlp"},
    {YTOPS_ERROR_GENERIC, NULL, "An extractor error has occurred. (caused by KeyError('x'))"},
    {YTOPS_ERROR_GENERIC, "[youtube] HTTP Error 429: Too Many Requests. Retrying (1/3)...",
     "[youtube] ID: Something else" HOWTO},
};

static GError *classify(const char *warning, const char *text)
{
    YtopsLine lines[2] = {{YTOPS_LINE_WARNING, warning}, {YTOPS_LINE_ERROR, text}};

    return warning != NULL ? ytops_error_classify(lines, 2) : ytops_error_classify(lines + 1, 1);
}

static void assert_code(const GError *error, YtopsErrorCode code, const char *text)
{
    if (!g_error_matches(error, YTOPS_ERROR, (gint)code))
        g_error("%s is taken for %s, not for %s", text,
                ytops_error_code_to_string(ytops_error_get_code(error)),
                ytops_error_code_to_string(code));
}

static void each_message_has_its_code(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(messages); i++) {
        g_autoptr(GError) error = classify(messages[i].warning, messages[i].error);

        assert_code(error, messages[i].code, messages[i].error);
    }
}

static void each_socks_reply_is_about_the_target(void)
{
    static const char *const replies[] = {
        "general SOCKS server failure",
        "connection not allowed by ruleset",
        "Network unreachable",
        "Host unreachable",
        "Connection refused",
        "TTL expired",
        "Command not supported",
        "Address type not supported",
        "unknown error",
    };

    for (guint i = 0; i < G_N_ELEMENTS(replies); i++) {
        g_autofree char *current =
            g_strdup_printf(GENERIC_PAGE "('[Errno %u] %s', Socks5Error(%u, '%s')) (caused by "
                                         "ProxyError(\"...\"))" REPORT,
                            i + 1, replies[i], i + 1, replies[i]);
        g_autofree char *old = g_strdup_printf(OLD_PAGE "<urlopen error [Errno %u] %s> (caused by "
                                                        "URLError(Socks5Error(%u, '%s')))",
                                               i + 1, replies[i], i + 1, replies[i]);
        g_autoptr(GError) of_current = classify(NULL, current);
        g_autoptr(GError) of_old = classify(NULL, old);

        assert_code(of_current, YTOPS_ERROR_TARGET_UNREACHABLE, current);
        assert_code(of_old, YTOPS_ERROR_TARGET_UNREACHABLE, old);
    }
}

static void colours_and_case_do_not_matter(void)
{
    g_autoptr(GError) error = classify(
        NULL, "\033[0;31m[youtube] ID:\033[0m sign IN to \033[1mconfirm\033[0m you're NOT A bot");

    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_BOT_DETECTED);
    g_assert_cmpstr(error->message, ==, "[youtube] ID: sign IN to confirm you're NOT A bot");
}

static void words_in_an_address_say_nothing(void)
{
    g_autoptr(GError) error =
        classify(NULL, "Unsupported URL: http://example.test/age-restricted/IncompleteRead");

    g_autoptr(GError) at_the_start = classify(NULL, "https://age-restricted.test/ is odd");

    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_UNSUPPORTED_URL);
    g_assert_error(at_the_start, YTOPS_ERROR, YTOPS_ERROR_GENERIC);
}

static void a_warning_alone_decides_nothing_that_yt_dlp_recovered_from(void)
{
    YtopsLine lines[] = {{YTOPS_LINE_WARNING, "[youtube] HTTP Error 403: Forbidden"},
                         {YTOPS_LINE_WARNING, "[youtube] The read operation timed out"},
                         {YTOPS_LINE_ERROR, "[youtube] ID: Video unavailable"}};
    g_autoptr(GError) error = ytops_error_classify(lines, G_N_ELEMENTS(lines));

    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_VIDEO_UNAVAILABLE);
}

static void the_message_is_that_of_the_line_that_decided(void)
{
    g_autoptr(GError) cause =
        classify("[youtube] HTTP Error 429: Too Many Requests. Retrying (1/3)...", NO_PLAYER);
    g_autoptr(GError) unknown = classify("a warning", "an error");
    g_autoptr(GError) warning = ytops_error_classify(
        (const YtopsLine[]){{YTOPS_LINE_WARNING, "only this"}, {YTOPS_LINE_ERROR, NULL}}, 2);
    g_autoptr(GError) nothing = ytops_error_classify(NULL, 0);

    g_assert_cmpstr(cause->message, ==,
                    "[youtube] HTTP Error 429: Too Many Requests. Retrying (1/3)...");
    g_assert_cmpstr(unknown->message, ==, "an error");
    g_assert_error(warning, YTOPS_ERROR, YTOPS_ERROR_GENERIC);
    g_assert_cmpstr(warning->message, ==, "only this");
    g_assert_error(nothing, YTOPS_ERROR, YTOPS_ERROR_GENERIC);
    g_assert_nonnull(strstr(nothing->message, "did not say why"));
}

static void passwords_are_not_shown(void)
{
    g_autoptr(GError) error =
        classify(NULL, "Unable to connect to proxy socks5://user:secret@10.0.0.1:1080 today");

    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_HTTP_PROXY_FAILED);
    g_assert_null(strstr(error->message, "secret"));
    g_assert_nonnull(strstr(error->message, "10.0.0.1"));
}

static void a_long_message_is_cut_between_characters(void)
{
    for (gsize shift = 0; shift < 4; shift++) {
        g_autoptr(GString) text = g_string_new(NULL);
        g_autoptr(GError) error = NULL;

        for (gsize i = 0; i < shift; i++)
            g_string_append_c(text, 'x');
        for (gsize i = 0; i < 400; i++)
            g_string_append(text, "\xe2\x82\xac");
        error = classify(NULL, text->str);
        g_assert_cmpuint(strlen(error->message), <=, 500);
        g_assert_cmpuint(strlen(error->message), >, 496);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
    }
}

static void bytes_that_are_no_text_do_no_harm(void)
{
    g_autoptr(GError) error =
        classify(NULL, "\xff\xfe\033[\xff\033[\033[31 not a bot \033[1\xe2\x82\xac \xe2\x80");

    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_BOT_DETECTED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/error-classifier/messages", each_message_has_its_code);
    g_test_add_func("/error-classifier/socks-replies", each_socks_reply_is_about_the_target);
    g_test_add_func("/error-classifier/colours", colours_and_case_do_not_matter);
    g_test_add_func("/error-classifier/addresses", words_in_an_address_say_nothing);
    g_test_add_func("/error-classifier/warnings",
                    a_warning_alone_decides_nothing_that_yt_dlp_recovered_from);
    g_test_add_func("/error-classifier/deciding-line",
                    the_message_is_that_of_the_line_that_decided);
    g_test_add_func("/error-classifier/passwords", passwords_are_not_shown);
    g_test_add_func("/error-classifier/length", a_long_message_is_cut_between_characters);
    g_test_add_func("/error-classifier/bytes", bytes_that_are_no_text_do_no_harm);
    return g_test_run();
}
