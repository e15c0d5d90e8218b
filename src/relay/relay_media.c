/* The media of a page, out of the info.json that yt-dlp made. Pure. */
#include <string.h>

#include "media_cookies.h"
#include "ytops/json.h"
#include "ytops/log.h"
#include "ytops/relay_source.h"

enum { MOST_URLS = 8 };

void ytops_relay_media_free(YtopsRelayMedia *media)
{
    if (media == NULL)
        return;
    g_strfreev(media->urls);
    g_strfreev(media->cookies);
    g_clear_pointer(&media->headers, g_hash_table_unref);
    g_free(media->proxy_url);
    g_free(media->job_id);
    g_free(media);
}

static gboolean is_object(const YtopsJson *json)
{
    return json != NULL && ytops_json_get_type(json) == YTOPS_JSON_OBJECT;
}

static const YtopsJson *list_of(const YtopsJson *info, const char *key)
{
    const YtopsJson *list = ytops_json_get(info, key);

    return list != NULL && ytops_json_get_type(list) == YTOPS_JSON_ARRAY ? list : NULL;
}

/* What the relay can fetch in one piece, or as a playlist that it rewrites. */
static gboolean is_served(const YtopsJson *format)
{
    static const char *const protocols[] = {"http", "https", "m3u8", "m3u8_native", NULL};
    const char *protocol = ytops_json_get_string(format, "protocol");
    const char *url = ytops_json_get_string(format, "url");

    return url != NULL && (g_str_has_prefix(url, "http://") || g_str_has_prefix(url, "https://")) &&
           (protocol == NULL || g_strv_contains(protocols, protocol));
}

/* ---- the same format at another URL ---------------------------------------------------------- */

/* yt-dlp tells formats of equal ids apart as 18-0, 18-1. */
static gsize base_length(const char *id)
{
    const char *dash = strrchr(id, '-');

    return dash != NULL && dash[1] != '\0' && dash[1 + strspn(dash + 1, "0123456789")] == '\0'
               ? (gsize)(dash - id)
               : strlen(id);
}

static gboolean has_same_id(const YtopsJson *a, const YtopsJson *b)
{
    const char *first = ytops_json_get_string(a, "format_id");
    const char *second = ytops_json_get_string(b, "format_id");

    return first != NULL && second != NULL && base_length(first) == base_length(second) &&
           strncmp(first, second, base_length(first)) == 0;
}

static gboolean is_same_value(const YtopsJson *a, const YtopsJson *b, const char *key)
{
    const YtopsJson *first = ytops_json_get(a, key);
    const YtopsJson *second = ytops_json_get(b, key);
    g_autofree char *one = first != NULL ? ytops_json_to_string(first) : NULL;
    g_autofree char *other = second != NULL ? ytops_json_to_string(second) : NULL;

    return g_strcmp0(one, other) == 0;
}

static gboolean is_same_format(const YtopsJson *a, const YtopsJson *b)
{
    static const char *const keys[] = {"protocol", "ext",    "vcodec", "acodec",   "width",
                                       "height",   "fps",    "tbr",    "filesize", "language",
                                       "vbr",      "abr",    "asr",    "has_drm",  "dynamic_range",
                                       "duration", "quality"};

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (!is_same_value(a, b, keys[i]))
            return FALSE;
    return has_same_id(a, b);
}

static gboolean has_url(const GPtrArray *urls, const char *url)
{
    for (guint i = 0; i < urls->len; i++)
        if (strcmp(urls->pdata[i], url) == 0)
            return TRUE;
    return FALSE;
}

/* The entry of `formats` that was selected; the info itself has fields that formats do not have. */
static const YtopsJson *find_selected(const YtopsJson *info, const YtopsJson *formats)
{
    for (guint i = 0; i < ytops_json_length(formats); i++) {
        const YtopsJson *format = ytops_json_at(formats, i);

        if (is_object(format) && is_same_value(info, format, "format_id"))
            return format;
    }
    return NULL;
}

static char **take_urls(const YtopsJson *info)
{
    const YtopsJson *formats = list_of(info, "formats");
    const YtopsJson *selected = formats != NULL ? find_selected(info, formats) : NULL;
    GPtrArray *urls = g_ptr_array_new();

    g_ptr_array_add(urls, g_strdup(ytops_json_get_string(info, "url")));
    for (guint i = 0; selected != NULL && i < ytops_json_length(formats); i++) {
        const YtopsJson *format = ytops_json_at(formats, i);

        if (urls->len < MOST_URLS && is_object(format) && is_served(format) &&
            is_same_format(selected, format) &&
            !has_url(urls, ytops_json_get_string(format, "url")))
            g_ptr_array_add(urls, g_strdup(ytops_json_get_string(format, "url")));
    }
    g_ptr_array_add(urls, NULL);
    return (char **)g_ptr_array_free(urls, FALSE);
}

/* ---- the format itself ----------------------------------------------------------------------- */

static gboolean take_header(const char *name, YtopsJson *value, gpointer data)
{
    const char *text = ytops_json_string(value);

    if (text != NULL && strpbrk(text, "\r\n") == NULL)
        g_hash_table_insert(data, g_strdup(name), g_strdup(text));
    return TRUE;
}

static GHashTable *take_headers(const YtopsJson *info)
{
    GHashTable *headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    const YtopsJson *object = ytops_json_get(info, "http_headers");

    if (is_object(object))
        ytops_json_foreach(object, take_header, headers);
    return headers;
}

static gboolean check_info(const YtopsJson *info, GError **error)
{
    const YtopsJson *parts = list_of(info, "requested_formats");
    const char *id = ytops_json_get_string(info, "format_id");
    const char *protocol = ytops_json_get_string(info, "protocol");

    if (list_of(info, "entries") != NULL) {
        g_set_error_literal(error, YTOPS_ERROR, YTOPS_ERROR_UNSUPPORTED_URL,
                            "the page is a list of videos: relay one of them by its own address");
        return FALSE;
    }
    if (parts != NULL && ytops_json_length(parts) > 1) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_NO_FORMATS,
                    "format \"%s\" is %u files that would have to be merged; choose one that has "
                    "both sound and picture, such as \"b\"",
                    id != NULL ? id : "", ytops_json_length(parts));
        return FALSE;
    }
    if (is_served(info))
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_NO_FORMATS,
                "format \"%s\" of the page comes by \"%s\", which the relay does not speak; choose "
                "one that is a file or an HLS playlist over http or https",
                id != NULL ? id : "", protocol != NULL ? protocol : "no URL");
    return FALSE;
}

YtopsRelayMedia *ytops_relay_media_from_info(const char *info_json, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(YtopsJson) info = ytops_json_parse(info_json, -1, &cause);
    YtopsRelayMedia *media;

    if (!is_object(info)) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL, "the info.json cannot be read: %s",
                    cause != NULL ? cause->message : "it is no object");
        return NULL;
    }
    if (!check_info(info, error))
        return NULL;
    media = g_new0(YtopsRelayMedia, 1);
    media->urls = take_urls(info);
    media->headers = take_headers(info);
    media->cookies = media_cookies_parse(ytops_json_get_string(info, "cookies"));
    return media;
}
