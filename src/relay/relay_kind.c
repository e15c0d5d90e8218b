#include "relay_kind.h"

#include <string.h>

#include "hls_playlist.h"

static const char *const kind_names[] = {
    [YTOPS_RELAY_AUTO] = "AUTO",
    [YTOPS_RELAY_LIVE] = "LIVE",
    [YTOPS_RELAY_VOD] = "VOD",
    [YTOPS_RELAY_HLS] = "HLS",
};

const char *ytops_relay_kind_to_string(YtopsRelayKind kind)
{
    return kind_names[kind];
}

static gboolean path_ends(const char *url, const char *const *suffixes)
{
    g_autofree char *path = g_ascii_strdown(url, (gssize)strcspn(url, "?#"));

    for (guint i = 0; suffixes[i] != NULL; i++) {
        if (g_str_has_suffix(path, suffixes[i]))
            return TRUE;
    }
    return FALSE;
}

gboolean relay_kind_is_playlist_url(const char *url)
{
    static const char *const suffixes[] = {".m3u8", ".m3u", NULL};

    return path_ends(url, suffixes);
}

YtopsRelayKind relay_kind_from_url(const char *url)
{
    /* .ts is not here: it is the suffix of files and of live streams alike. */
    static const char *const files[] = {".mp4",  ".m4v", ".m4a",  ".mkv", ".webm", ".mov",
                                        ".avi",  ".flv", ".mpg",  ".mp3", ".ogg",  ".opus",
                                        ".flac", ".wav", ".mpeg", NULL};

    if (relay_kind_is_playlist_url(url))
        return YTOPS_RELAY_HLS;
    return path_ends(url, files) ? YTOPS_RELAY_VOD : YTOPS_RELAY_AUTO;
}

gboolean relay_kind_is_playlist(const UpstreamHead *head, const char *url)
{
    return hls_playlist_is_content_type(head->content_type) || relay_kind_is_playlist_url(url) ||
           (head->effective_url != NULL && relay_kind_is_playlist_url(head->effective_url));
}

YtopsRelayKind relay_kind_from_head(const UpstreamHead *head, const char *url)
{
    if (relay_kind_is_playlist(head, url))
        return YTOPS_RELAY_HLS;
    if (head->status == 206 || head->content_length >= 0)
        return YTOPS_RELAY_VOD;
    if (head->content_type != NULL &&
        g_ascii_strncasecmp(head->content_type, "video/mp2t", 10) == 0)
        return YTOPS_RELAY_LIVE;
    if (head->accept_ranges != NULL && g_ascii_strcasecmp(head->accept_ranges, "bytes") == 0)
        return YTOPS_RELAY_VOD;
    return YTOPS_RELAY_LIVE;
}
