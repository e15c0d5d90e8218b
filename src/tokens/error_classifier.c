#include "ytops/error_policy.h"

#include "line_pattern.h"

#include "ytops/log.h"

#include <string.h>

#define MAX_MESSAGE_BYTES 500

/*
 * Where a sign counts. YouTube's 429, 403 and network errors show as warnings, each about one way of
 * asking, and tell the cause only where the error is that every way failed.
 */
typedef enum { ON_ERROR, ON_WARNING, ON_ERROR_OR_CAUSE } SignPlace;

typedef struct {
    YtopsErrorCode code;
    SignPlace place;
    const char *pattern;
    const char *also; /* in the same line; NULL: nothing more */
} Sign;

static const char all_ways_failed[] = "Failed to extract any player response";

/* In order of specificity: the first sign that any line bears decides. # is a digit. */
static const Sign signs[] = {
    {YTOPS_ERROR_BOT_DETECTED, ON_ERROR, "not a bot", NULL},
    {YTOPS_ERROR_CAPTCHA_REQUIRED, ON_ERROR, "requiring a captcha challenge", NULL},
    {YTOPS_ERROR_IP_BLOCKED, ON_ERROR, "Your IP is likely being blocked", NULL},
    {YTOPS_ERROR_IP_BLOCKED, ON_ERROR, "Your IP address is blocked", NULL},
    {YTOPS_ERROR_SESSION_RATE_LIMITED, ON_ERROR, "rate-limited by YouTube for up to an hour", NULL},
    {YTOPS_ERROR_SESSION_RATE_LIMITED, ON_ERROR, "content isn't available, try again later", NULL},
    {YTOPS_ERROR_COOKIE_FILE, ON_ERROR, "does not look like a Netscape format cookies file", NULL},
    {YTOPS_ERROR_COOKIE_FILE, ON_ERROR, "must be Netscape formatted", NULL},
    {YTOPS_ERROR_MEDIA_403, ON_ERROR, "unable to download video data: HTTP Error 403", NULL},
    {YTOPS_ERROR_AGE_RESTRICTED, ON_ERROR, "Sign in to confirm your age", NULL},
    {YTOPS_ERROR_AGE_RESTRICTED, ON_ERROR, "age-restricted", NULL},
    {YTOPS_ERROR_MEMBERS_ONLY, ON_ERROR, "Join this channel", NULL},
    {YTOPS_ERROR_MEMBERS_ONLY, ON_ERROR, "members on level", NULL},
    {YTOPS_ERROR_MEMBERS_ONLY, ON_ERROR, "members-only content", NULL},
    {YTOPS_ERROR_PRIVATE_VIDEO, ON_ERROR, "Private video.", NULL},
    {YTOPS_ERROR_PRIVATE_VIDEO, ON_ERROR, "This video is private", NULL},
    {YTOPS_ERROR_LOGIN_REQUIRED, ON_ERROR, "Login details are needed", NULL},
    {YTOPS_ERROR_LOGIN_REQUIRED, ON_ERROR, "only available for registered users", NULL},
    {YTOPS_ERROR_LOGIN_REQUIRED, ON_ERROR, "Please sign in", NULL},
    {YTOPS_ERROR_UPLOADER_TERMINATED, ON_ERROR,
     "account associated with this video has been terminated", NULL},
    {YTOPS_ERROR_VIDEO_REMOVED, ON_ERROR, "has been removed for violating", NULL},
    {YTOPS_ERROR_VIDEO_REMOVED, ON_ERROR, "removed following a copyright", NULL},
    {YTOPS_ERROR_VIDEO_REMOVED, ON_ERROR, "has been removed by the uploader", NULL},
    {YTOPS_ERROR_VIDEO_REMOVED, ON_ERROR, "no longer available due to a copyright claim", NULL},
    {YTOPS_ERROR_GEO_RESTRICTED, ON_ERROR, "not made this video available in your country", NULL},
    {YTOPS_ERROR_GEO_RESTRICTED, ON_ERROR, "blocked it in your country", NULL},
    {YTOPS_ERROR_GEO_RESTRICTED, ON_ERROR, "due to geo restriction", NULL},
    {YTOPS_ERROR_LIVE_NOT_STARTED, ON_ERROR, "live event will begin in", NULL},
    {YTOPS_ERROR_LIVE_NOT_STARTED, ON_ERROR, "Premieres in", NULL},
    {YTOPS_ERROR_LIVE_NOT_STARTED, ON_ERROR, "Premiere will begin shortly", NULL},
    {YTOPS_ERROR_DRM_PROTECTED, ON_ERROR, "DRM protected", NULL},
    {YTOPS_ERROR_VIDEO_UNAVAILABLE, ON_ERROR, "Video unavailable", NULL},
    {YTOPS_ERROR_VIDEO_UNAVAILABLE, ON_ERROR, "This video is not available", NULL},
    {YTOPS_ERROR_VIDEO_UNAVAILABLE, ON_ERROR, "live stream recording is not available", NULL},
    {YTOPS_ERROR_NO_FORMATS, ON_ERROR, "No video formats found", NULL},
    {YTOPS_ERROR_NO_FORMATS, ON_ERROR, "Requested format is not available", NULL},
    {YTOPS_ERROR_UNSUPPORTED_URL, ON_ERROR, "Unsupported URL:", NULL},
    {YTOPS_ERROR_INVALID_URL, ON_ERROR, "is not a valid URL", NULL},
    {YTOPS_ERROR_INVALID_URL, ON_ERROR, "Invalid URL '", NULL},
    {YTOPS_ERROR_INVALID_URL, ON_ERROR, "urlopen error no host given", NULL},
    {YTOPS_ERROR_INVALID_URL, ON_ERROR, "Incomplete YouTube ID", NULL},
    {YTOPS_ERROR_HTTP_PROXY_AUTH, ON_ERROR_OR_CAUSE, "407 Proxy Authentication Required", NULL},
    {YTOPS_ERROR_HTTP_PROXY_AUTH, ON_ERROR_OR_CAUSE, "HTTP Error 407", NULL},
    {YTOPS_ERROR_HTTP_PROXY_FAILED, ON_ERROR_OR_CAUSE, "Tunnel connection failed", NULL},
    {YTOPS_ERROR_HTTP_PROXY_FAILED, ON_ERROR_OR_CAUSE, "Unable to connect to proxy", NULL},
    {YTOPS_ERROR_HTTP_PROXY_FAILED, ON_ERROR_OR_CAUSE, "Cannot connect to proxy", NULL},
    {YTOPS_ERROR_SOCKS5_AUTH_FAILED, ON_ERROR_OR_CAUSE, "unknown username or invalid password",
     NULL},
    {YTOPS_ERROR_SOCKS5_AUTH_FAILED, ON_ERROR_OR_CAUSE,
     "all offered authentication methods were rejected", NULL},
    {YTOPS_ERROR_SOCKS5_PROTOCOL, ON_ERROR_OR_CAUSE, "Invalid response version from server", NULL},
    {YTOPS_ERROR_SOCKS5_CONNECTION_FAILED, ON_ERROR_OR_CAUSE, "[Errno 111] Connection refused",
     "SocksHTTP"},
    {YTOPS_ERROR_TARGET_UNREACHABLE, ON_ERROR_OR_CAUSE, "[Errno 1] general SOCKS server failure",
     NULL},
    {YTOPS_ERROR_TARGET_UNREACHABLE, ON_ERROR_OR_CAUSE,
     "[Errno 2] connection not allowed by ruleset", NULL},
    {YTOPS_ERROR_TARGET_UNREACHABLE, ON_ERROR_OR_CAUSE, "[Errno 3] Network unreachable", NULL},
    {YTOPS_ERROR_TARGET_UNREACHABLE, ON_ERROR_OR_CAUSE, "[Errno 4] Host unreachable", NULL},
    {YTOPS_ERROR_TARGET_UNREACHABLE, ON_ERROR_OR_CAUSE, "[Errno 5] Connection refused", NULL},
    {YTOPS_ERROR_TARGET_UNREACHABLE, ON_ERROR_OR_CAUSE, "[Errno 6] TTL expired", NULL},
    {YTOPS_ERROR_TARGET_UNREACHABLE, ON_ERROR_OR_CAUSE, "[Errno 7] Command not supported", NULL},
    {YTOPS_ERROR_TARGET_UNREACHABLE, ON_ERROR_OR_CAUSE, "[Errno 8] Address type not supported",
     NULL},
    {YTOPS_ERROR_TARGET_UNREACHABLE, ON_ERROR_OR_CAUSE, "unknown error", "Socks5Error"},
    {YTOPS_ERROR_TARGET_UNREACHABLE, ON_ERROR_OR_CAUSE, "request rejected", "Socks4Error"},
    {YTOPS_ERROR_TARGET_UNREACHABLE, ON_ERROR_OR_CAUSE, "[Errno 111] Connection refused", NULL},
    {YTOPS_ERROR_TARGET_UNREACHABLE, ON_ERROR_OR_CAUSE, "[Errno 101] Network is unreachable", NULL},
    {YTOPS_ERROR_TARGET_UNREACHABLE, ON_ERROR_OR_CAUSE, "[Errno 113] No route to host", NULL},
    {YTOPS_ERROR_HTTP_429, ON_ERROR_OR_CAUSE, "HTTP Error 429", NULL},
    {YTOPS_ERROR_HTTP_403, ON_ERROR_OR_CAUSE, "HTTP Error 403", NULL},
    {YTOPS_ERROR_HTTP_5XX, ON_ERROR_OR_CAUSE, "HTTP Error 5##", NULL},
    {YTOPS_ERROR_LOGIN_REQUIRED, ON_ERROR_OR_CAUSE, "HTTP Error 401", NULL},
    {YTOPS_ERROR_VIDEO_UNAVAILABLE, ON_ERROR_OR_CAUSE, "HTTP Error 404", NULL},
    {YTOPS_ERROR_VIDEO_UNAVAILABLE, ON_ERROR_OR_CAUSE, "HTTP Error 410", NULL},
    {YTOPS_ERROR_DNS_FAILED, ON_ERROR_OR_CAUSE, "Failed to resolve", NULL},
    {YTOPS_ERROR_DNS_FAILED, ON_ERROR_OR_CAUSE, "Name or service not known", NULL},
    {YTOPS_ERROR_DNS_FAILED, ON_ERROR_OR_CAUSE, "Temporary failure in name resolution", NULL},
    {YTOPS_ERROR_DNS_FAILED, ON_ERROR_OR_CAUSE, "No address associated with hostname", NULL},
    {YTOPS_ERROR_CONNECT_TIMEOUT, ON_ERROR_OR_CAUSE, "(connect timeout=", NULL},
    {YTOPS_ERROR_CONNECT_TIMEOUT, ON_ERROR_OR_CAUSE, "urlopen error timed out", NULL},
    {YTOPS_ERROR_CONNECT_TIMEOUT, ON_ERROR_OR_CAUSE, "handshake operation timed out", NULL},
    {YTOPS_ERROR_CONNECT_TIMEOUT, ON_ERROR_OR_CAUSE, "Connection timed out", NULL},
    {YTOPS_ERROR_READ_TIMEOUT, ON_ERROR_OR_CAUSE, "timed out", NULL},
    {YTOPS_ERROR_CONNECTION_RESET, ON_ERROR_OR_CAUSE, "Connection reset by peer", NULL},
    {YTOPS_ERROR_CONNECTION_RESET, ON_ERROR_OR_CAUSE, "bytes missing", NULL},
    {YTOPS_ERROR_CONNECTION_RESET, ON_ERROR_OR_CAUSE, "Remote end closed connection", NULL},
    {YTOPS_ERROR_CONNECTION_RESET, ON_ERROR_OR_CAUSE, "Connection aborted", NULL},
    {YTOPS_ERROR_CONNECTION_RESET, ON_ERROR_OR_CAUSE, "IncompleteRead", NULL},
    {YTOPS_ERROR_CONNECTION_RESET, ON_ERROR_OR_CAUSE, "more expected", "bytes read"},
    {YTOPS_ERROR_CONNECTION_RESET, ON_ERROR_OR_CAUSE, "BadStatusLine", NULL},
    {YTOPS_ERROR_SSL_ERROR, ON_ERROR_OR_CAUSE, "[SSL:", NULL},
    {YTOPS_ERROR_SSL_ERROR, ON_ERROR_OR_CAUSE, "TLS/SSL connection has been closed", NULL},
    {YTOPS_ERROR_SSL_ERROR, ON_ERROR_OR_CAUSE, "certificate verify failed", NULL},
    {YTOPS_ERROR_COOKIES_INVALID, ON_WARNING, "account cookies are no longer valid", NULL},
};

#define COOKIES_SIGN (&signs[G_N_ELEMENTS(signs) - 1])

/* The lines of one extraction, cleaned. */
typedef struct {
    const YtopsLine *lines;
    char **texts;
    gsize n_lines;
    gboolean every_way_failed;
} Lines;

static gboolean sign_counts_on(const Sign *sign, YtopsLineLevel level, gboolean every_way_failed)
{
    if (sign->place == ON_WARNING)
        return level == YTOPS_LINE_WARNING;
    return level == YTOPS_LINE_ERROR || (sign->place == ON_ERROR_OR_CAUSE && every_way_failed);
}

/* The text of the line that bears the sign; NULL where none does. */
static const char *lines_find_sign(const Lines *lines, const Sign *sign)
{
    for (gsize i = 0; i < lines->n_lines; i++) {
        const char *text = lines->texts[i];

        if (sign_counts_on(sign, lines->lines[i].level, lines->every_way_failed) &&
            line_contains(text, sign->pattern) &&
            (sign->also == NULL || line_contains(text, sign->also)))
            return text;
    }
    return NULL;
}

static gboolean lines_tell_that_every_way_failed(const Lines *lines)
{
    for (gsize i = 0; i < lines->n_lines; i++)
        if (lines->lines[i].level == YTOPS_LINE_ERROR &&
            line_contains(lines->texts[i], all_ways_failed))
            return TRUE;
    return FALSE;
}

/* The last error, or the last warning where there is none: what yt-dlp gave up with. */
static const char *lines_find_last(const Lines *lines)
{
    const char *last_warning = NULL;

    for (gsize i = lines->n_lines; i > 0; i--) {
        if (lines->texts[i - 1][0] == '\0')
            continue;
        if (lines->lines[i - 1].level == YTOPS_LINE_ERROR)
            return lines->texts[i - 1];
        if (last_warning == NULL)
            last_warning = lines->texts[i - 1];
    }
    return last_warning != NULL ? last_warning : "yt-dlp failed and did not say why";
}

/* Whether a signed-in account might have been spared it. */
static gboolean is_lack_of_sign_in(YtopsErrorCode code)
{
    return code == YTOPS_ERROR_AGE_RESTRICTED || code == YTOPS_ERROR_PRIVATE_VIDEO ||
           code == YTOPS_ERROR_MEMBERS_ONLY || code == YTOPS_ERROR_LOGIN_REQUIRED;
}

static GError *error_make(YtopsErrorCode code, const char *text)
{
    g_autofree char *redacted = ytops_redact(text);
    gsize length = strlen(redacted);

    if (length > MAX_MESSAGE_BYTES) {
        length = MAX_MESSAGE_BYTES;
        while (length > 0 && ((guchar)redacted[length] & 0xc0) == 0x80)
            length--;
        redacted[length] = '\0';
    }
    return g_error_new_literal(YTOPS_ERROR, (gint)code, redacted);
}

static GError *lines_classify(const Lines *lines)
{
    for (gsize i = 0; i < G_N_ELEMENTS(signs); i++) {
        const char *text = lines_find_sign(lines, &signs[i]);
        const char *cause = NULL;

        if (text == NULL)
            continue;
        if (is_lack_of_sign_in(signs[i].code))
            cause = lines_find_sign(lines, COOKIES_SIGN);
        return cause != NULL ? error_make(COOKIES_SIGN->code, cause)
                             : error_make(signs[i].code, text);
    }
    return error_make(YTOPS_ERROR_GENERIC, lines_find_last(lines));
}

GError *ytops_error_classify(const YtopsLine *raw, gsize n_lines)
{
    g_auto(GStrv) texts = g_new0(char *, n_lines + 1);
    Lines lines = {raw, texts, n_lines, FALSE};

    for (gsize i = 0; i < n_lines; i++)
        texts[i] = line_clean(raw[i].text != NULL ? raw[i].text : "");
    lines.every_way_failed = lines_tell_that_every_way_failed(&lines);
    return lines_classify(&lines);
}
