#include "hls_address.h"

#include <string.h>

#include "hls_playlist.h"

/* Bytes of the URL up to the last slash of its path; 0: it has no path. */
static gsize folder_length(const char *url)
{
    gsize end = strcspn(url, "?#");
    const char *scheme = strstr(url, "://");
    gsize host = scheme != NULL ? (gsize)(scheme + 3 - url) : 0;

    while (end > host && url[end - 1] != '/')
        end--;
    return end > host ? end : 0;
}

/* What of `url` is below the folder of `parent`; NULL: it is elsewhere. */
static const char *below(const char *url, const char *parent)
{
    gsize length = folder_length(parent);

    return length > 0 && strncmp(url, parent, length) == 0 ? url + length : NULL;
}

guint hls_address_find(const char *url, const char *const *stream_urls, guint preferred)
{
    if (below(url, stream_urls[preferred]) != NULL)
        return preferred;
    for (guint i = 0; stream_urls[i] != NULL; i++) {
        if (below(url, stream_urls[i]) != NULL)
            return i;
    }
    return preferred;
}

static char *in_folder_of(const char *parent, const char *rest)
{
    g_autofree char *folder = g_strndup(parent, folder_length(parent));

    return g_strconcat(folder, rest, NULL);
}

char *hls_address_move(const char *url, const char *from, const char *to)
{
    const char *rest = below(url, from);

    return rest != NULL ? in_folder_of(to, rest) : NULL;
}

gboolean hls_address_is_below(const char *url, const char *const *stream_urls)
{
    for (guint i = 0; stream_urls[i] != NULL; i++) {
        if (below(url, stream_urls[i]) != NULL)
            return TRUE;
    }
    return FALSE;
}

static char *one_address(const char *parent, const char *url, const char *rest)
{
    if (url == NULL)
        return g_strdup(parent);
    return in_folder_of(parent, rest);
}

char **hls_address_list(const char *url, const char *const *stream_urls, const char *query)
{
    GPtrArray *list = g_ptr_array_new();
    const char *rest =
        url != NULL ? below(url, stream_urls[hls_address_find(url, stream_urls, 0)]) : NULL;

    if (url != NULL && rest == NULL)
        g_ptr_array_add(list, hls_playlist_add_directives(url, query));
    for (guint i = 0; (url == NULL || rest != NULL) && stream_urls[i] != NULL; i++) {
        g_autofree char *address = one_address(stream_urls[i], url, rest);

        g_ptr_array_add(list, hls_playlist_add_directives(address, query));
    }
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}
