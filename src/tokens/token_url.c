#include "token_url.h"

#include "ytops/error.h"
#include "ytops/log.h"

#include <arpa/inet.h>
#include <string.h>

#define MAX_URL_BYTES 8192
#define VIDEO_ID_LENGTH 11
#define SHOWN_BYTES 200
#define HOST_END "/?#"

static const char video_id_characters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

static char *url_show(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)strnlen(text, 2 * MAX_URL_BYTES));
    g_autofree char *redacted = ytops_redact(valid);
    g_autofree char *cut = g_utf8_make_valid(redacted, (gssize)strnlen(redacted, SHOWN_BYTES));

    return ytops_escape(cut);
}

static gboolean url_refuse(const char *text, const char *reason, GError **error)
{
    g_autofree char *shown = url_show(text);

    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "url \"%s\" %s; give an http:// or https:// URL of at most %d bytes, or a YouTube "
                "video id of %d characters (A-Z a-z 0-9 _ -)",
                shown, reason, MAX_URL_BYTES, VIDEO_ID_LENGTH);
    return FALSE;
}

static gboolean url_has_forbidden_character(const char *text)
{
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);

        if (g_unichar_iscntrl(character) || g_unichar_isspace(character) ||
            g_unichar_type(character) == G_UNICODE_FORMAT || character == '\\')
            return TRUE;
    }
    return FALSE;
}

static const char *url_after_scheme(const char *text)
{
    if (g_ascii_strncasecmp(text, "http://", 7) == 0)
        return text + 7;
    if (g_ascii_strncasecmp(text, "https://", 8) == 0)
        return text + 8;
    return NULL;
}

static gboolean host_is_valid(const char *host, gsize length)
{
    if (length == 0 || length > 255 || host[0] == '-' || host[0] == '.')
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        guchar byte = (guchar)host[i];

        if (byte < 0x80 && !g_ascii_isalnum(byte) && strchr(".-_", byte) == NULL)
            return FALSE;
    }
    return TRUE;
}

static gboolean ipv6_is_valid(const char *host, gsize length)
{
    g_autofree char *address = g_strndup(host, length);
    struct in6_addr parsed;

    return inet_pton(AF_INET6, address, &parsed) == 1;
}

static gboolean port_is_valid(const char *text, gsize length)
{
    guint port = 0;

    if (length == 0 || length > 5)
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isdigit(text[i]))
            return FALSE;
        port = port * 10 + (guint)(text[i] - '0');
    }
    return port >= 1 && port <= 65535;
}

/* NULL where the part between "//" and the path is a host and perhaps a port. */
static const char *authority_find_fault(const char *authority, gsize length)
{
    const char *close = NULL;
    const char *colon;
    gsize host_length;

    if (memchr(authority, '@', length) != NULL)
        return "carries a user name, behind which the true host can hide";
    if (length > 0 && authority[0] == '[') {
        close = memchr(authority, ']', length);
        if (close == NULL || !ipv6_is_valid(authority + 1, (gsize)(close - authority - 1)))
            return "has no valid IPv6 address in its brackets";
        host_length = (gsize)(close - authority) + 1;
    } else {
        colon = memchr(authority, ':', length);
        host_length = colon != NULL ? (gsize)(colon - authority) : length;
        if (!host_is_valid(authority, host_length))
            return "has no valid host";
    }
    if (host_length == length)
        return NULL;
    if (authority[host_length] != ':' ||
        !port_is_valid(authority + host_length + 1, length - host_length - 1))
        return "has no valid port";
    return NULL;
}

static const char *url_find_fault(const char *text)
{
    const char *authority;

    if (strlen(text) > MAX_URL_BYTES)
        return "is too long";
    if (!g_utf8_validate(text, -1, NULL))
        return "is not UTF-8";
    if (text[0] == '-')
        return "begins with a dash, as an option does";
    if (url_has_forbidden_character(text))
        return "holds a space, a backslash or a control character";
    authority = url_after_scheme(text);
    if (authority == NULL)
        return "is not an http or https URL";
    if (strstr(text, "__youtubedl_smuggle") != NULL)
        return "holds yt-dlp's marker for hidden data (__youtubedl_smuggle)";
    return authority_find_fault(authority, strcspn(authority, HOST_END));
}

static gboolean is_video_id(const char *text, gsize length)
{
    return length == VIDEO_ID_LENGTH && strspn(text, video_id_characters) >= VIDEO_ID_LENGTH;
}

char *token_url_check(const char *text, GError **error)
{
    const char *fault;

    if (text == NULL || text[0] == '\0') {
        url_refuse("", "is missing", error);
        return NULL;
    }
    if (is_video_id(text, strlen(text)))
        return g_strconcat("https://www.youtube.com/watch?v=", text, NULL);
    fault = url_find_fault(text);
    if (fault != NULL) {
        url_refuse(text, fault, error);
        return NULL;
    }
    return g_strdup(text);
}

static gboolean host_is_youtube(const char *host)
{
    static const char *const prefixes[] = {"", "www.", "m.", "music.", "gaming."};
    static const char *const names[] = {"youtube.com", "youtube-nocookie.com"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        gsize host_length = strlen(host);
        gsize name_length = strlen(names[i]);

        if (host_length < name_length || strcmp(host + host_length - name_length, names[i]) != 0)
            continue;
        for (gsize j = 0; j < G_N_ELEMENTS(prefixes); j++)
            if (strlen(prefixes[j]) == host_length - name_length &&
                g_str_has_prefix(host, prefixes[j]))
                return TRUE;
    }
    return FALSE;
}

static char *video_id_at(const char *text)
{
    gsize length = strcspn(text, "/?&#");

    return is_video_id(text, length) ? g_strndup(text, length) : NULL;
}

static char *video_id_in_query(const char *path)
{
    const char *at = path + strcspn(path, "?#");

    while (*at != '\0' && *at != '#') {
        at++;
        if (g_str_has_prefix(at, "v="))
            return video_id_at(at + 2);
        at += strcspn(at, "&#");
    }
    return NULL;
}

static char *video_id_in_path(const char *path)
{
    static const char *const folders[] = {"/shorts/", "/embed/", "/live/", "/v/", "/e/"};

    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++)
        if (g_str_has_prefix(path, folders[i]))
            return video_id_at(path + strlen(folders[i]));
    return g_str_has_prefix(path, "/watch") ? video_id_in_query(path) : NULL;
}

char *token_url_video_id(const char *url)
{
    const char *authority = url_after_scheme(url);
    g_autofree char *host = NULL;
    const char *path;

    if (authority == NULL)
        return NULL;
    host = g_ascii_strdown(authority, (gssize)strcspn(authority, HOST_END ":"));
    path = authority + strcspn(authority, HOST_END);
    if (strcmp(host, "youtu.be") == 0 || strcmp(host, "www.youtu.be") == 0)
        return path[0] == '/' ? video_id_at(path + 1) : NULL;
    return host_is_youtube(host) ? video_id_in_path(path) : NULL;
}
