/* A playlist: rewriting with no addresses changes nothing, and with some only whole references. */
#include "fuzz.h"

#include <string.h>

#include "relay/hls_playlist.h"
#include "ytops/error.h"

#define BASE "https://up.example/live/a/index.m3u8?token=1"

static char *leave(const char *url, HlsPlaylistPart part, gpointer data)
{
    (void)part;
    (void)data;
    g_assert_true(g_str_has_prefix(url, "http://") || g_str_has_prefix(url, "https://"));
    g_assert_true(g_utf8_validate(url, -1, NULL));
    return NULL;
}

static char *replace(const char *url, HlsPlaylistPart part, gpointer data)
{
    guint *count = data;

    (void)url;
    (void)part;
    (*count)++;
    return g_strdup("skd:x");
}

static guint count_lines(GBytes *bytes)
{
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    guint count = 0;

    for (gsize i = 0; i < length; i++)
        count += text[i] == '\n';
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = size > 0 ? (const char *)data : "";
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) same = NULL;
    g_autoptr(GBytes) replaced = NULL;
    g_autoptr(GBytes) again = NULL;
    guint count = 0;
    guint none = 0;

    /* GLib only complains where it is given what it cannot take. */
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    same = hls_playlist_rewrite(text, size, BASE, leave, NULL, &error);
    if (same == NULL) {
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
        return 0;
    }
    g_assert_cmpmem(g_bytes_get_data(same, NULL), g_bytes_get_size(same), text, size);
    replaced = hls_playlist_rewrite(text, size, BASE, replace, &count, NULL);
    g_assert_nonnull(replaced);
    g_assert_cmpuint(count_lines(replaced), ==, count_lines(same));
    again = hls_playlist_rewrite(g_bytes_get_data(replaced, NULL), g_bytes_get_size(replaced), BASE,
                                 replace, &none, NULL);
    g_assert_nonnull(again);
    g_assert_cmpuint(none, ==, 0);
    return 0;
}
