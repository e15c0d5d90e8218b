/*
 * Rewrites the addresses in an HLS playlist, master or media, and nothing else. Pure.
 *
 * Rewritten are URI lines (variants, segments) and the URI attribute of EXT-X-MEDIA,
 * EXT-X-I-FRAME-STREAM-INF, EXT-X-KEY, EXT-X-SESSION-KEY, EXT-X-MAP, EXT-X-PART,
 * EXT-X-PRELOAD-HINT, EXT-X-RENDITION-REPORT and EXT-X-SESSION-DATA. References that do not resolve
 * to http or https (data:, skd:, ...), and every other byte, stay as they are.
 */
#pragma once

#include <glib.h>

#define HLS_PLAYLIST_LIMIT (16 * 1024 * 1024)
#define HLS_PLAYLIST_LINE_LIMIT (64 * 1024)
#define HLS_PLAYLIST_REWRITTEN_LIMIT (2 * HLS_PLAYLIST_LIMIT)

/* What an address in a playlist is of. */
typedef enum {
    HLS_PLAYLIST_PLAYLIST, /* a variant, rendition, I-frame playlist or rendition report */
    HLS_PLAYLIST_SEGMENT,  /* also a part, and a preload hint of one */
    HLS_PLAYLIST_MAP,      /* an initialisation section */
    HLS_PLAYLIST_KEY,
    HLS_PLAYLIST_DATA /* EXT-X-SESSION-DATA */
} HlsPlaylistPart;

/*
 * The address that shall stand for `url` (absolute, http or https, without fragment). Free with
 * g_free. NULL: leave the reference as it is. One with quotes, commas, spaces or control
 * characters, or that begins with #, is not put in either.
 */
typedef char *(*HlsPlaylistAddress)(const char *url, HlsPlaylistPart part, gpointer data);

/* Whether the text begins as a playlist does: #EXTM3U, perhaps after a byte order mark. */
gboolean hls_playlist_is_playlist(const char *text, gsize length);

/* Whether a Content-Type, with or without parameters, is that of a playlist. NULL: no. */
gboolean hls_playlist_is_content_type(const char *content_type);

/*
 * The playlist with its references resolved against base_url, the address it came from after
 * redirects, and replaced. INVALID_ARGUMENT for what is no playlist, one or a line of one that is
 * too long or becomes so, and a base_url that is not http(s). Free with g_bytes_unref.
 */
GBytes *hls_playlist_rewrite(const char *text, gsize length, const char *base_url,
                             HlsPlaylistAddress address, gpointer data, GError **error);

/*
 * `url` with the delivery directives (_HLS_msn, _HLS_part, _HLS_skip, _HLS_push) of the query
 * string a player asked with, and none of its other parameters. query NULL: a copy. Free with
 * g_free.
 */
char *hls_playlist_add_directives(const char *url, const char *query);
