/* An info.json of any shape: an error, or media whose URLs are http(s) and whose headers are lines. */
#include "fuzz.h"

#include <string.h>

#include "ytops/relay_source.h"

static void check_url(const char *url)
{
    g_assert_true(g_str_has_prefix(url, "http://") || g_str_has_prefix(url, "https://"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup(size > 0 ? (const char *)data : "", size);
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsRelayMedia) media = ytops_relay_media_from_info(text, &error);
    GHashTableIter iter;
    gpointer value;

    g_assert_true((media == NULL) == (error != NULL));
    if (media == NULL)
        return 0;
    g_assert_cmpuint(g_strv_length(media->urls), >=, 1);
    for (guint i = 0; media->urls[i] != NULL; i++)
        check_url(media->urls[i]);
    g_hash_table_iter_init(&iter, media->headers);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_assert_null(strpbrk(value, "\r\n"));
    return 0;
}
