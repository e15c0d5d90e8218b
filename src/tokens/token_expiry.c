#include "token_expiry.h"

#include <string.h>

#define FIRST_SANE_TIME G_GINT64_CONSTANT(1104537600) /* 2005-01-01: no media URL is older */
#define LONGEST_LIFE_S (G_GINT64_CONSTANT(10) * 366 * 86400)
#define MAX_DEPTH 4
#define MAX_DIGITS 12

static gint64 sooner(gint64 a, gint64 b)
{
    if (a == 0 || b == 0)
        return a + b;
    return MIN(a, b);
}

/* The number at `text`, where `end` or the end of the text follows it; 0 where none does. */
static gint64 time_at(const char *text, const char *ends, gint64 now)
{
    gsize digits = strspn(text, "0123456789");
    gint64 time;

    if (digits == 0 || digits > MAX_DIGITS)
        return 0;
    if (text[digits] != '\0' && strchr(ends, text[digits]) == NULL)
        return 0;
    time = g_ascii_strtoll(text, NULL, 10);
    return time >= FIRST_SANE_TIME && time <= now + LONGEST_LIFE_S ? time : 0;
}

gint64 token_expiry_from_url(const char *url, gint64 now)
{
    gint64 soonest = 0;

    for (const char *at = url; at != NULL && *at != '\0'; at++) {
        if ((*at == '?' || *at == '&') && g_str_has_prefix(at + 1, "expire="))
            soonest = sooner(soonest, time_at(at + 8, "&#;", now));
        else if (*at == '/' && g_str_has_prefix(at + 1, "expire/"))
            soonest = sooner(soonest, time_at(at + 8, "/?#", now));
    }
    return soonest;
}

static gint64 expiry_of_format(const YtopsJson *format, gint64 now)
{
    static const char *const members[] = {"url", "manifest_url", "fragment_base_url"};
    gint64 soonest = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(members); i++)
        soonest =
            sooner(soonest, token_expiry_from_url(ytops_json_get_string(format, members[i]), now));
    return soonest;
}

static gint64 expiry_of_formats(const YtopsJson *formats, gint64 now)
{
    guint length = formats != NULL && ytops_json_get_type(formats) == YTOPS_JSON_ARRAY
                       ? ytops_json_length(formats)
                       : 0;
    gint64 soonest = 0;

    for (guint i = 0; i < length; i++) {
        const YtopsJson *format = ytops_json_at(formats, i);

        if (format != NULL && ytops_json_get_type(format) == YTOPS_JSON_OBJECT)
            soonest = sooner(soonest, expiry_of_format(format, now));
    }
    return soonest;
}

static gint64 expiry_of_info(const YtopsJson *info, gint64 now, int depth)
{
    const YtopsJson *entries;
    gint64 soonest;

    if (info == NULL || ytops_json_get_type(info) != YTOPS_JSON_OBJECT)
        return 0;
    soonest = sooner(expiry_of_format(info, now),
                     expiry_of_formats(ytops_json_get(info, "formats"), now));
    soonest = sooner(soonest, expiry_of_formats(ytops_json_get(info, "requested_formats"), now));
    entries = ytops_json_get(info, "entries");
    if (entries == NULL || depth == MAX_DEPTH || ytops_json_get_type(entries) != YTOPS_JSON_ARRAY)
        return soonest;
    for (guint i = 0; i < ytops_json_length(entries); i++)
        soonest = sooner(soonest, expiry_of_info(ytops_json_at(entries, i), now, depth + 1));
    return soonest;
}

gint64 token_expiry_from_info(const YtopsJson *info, gint64 now)
{
    return expiry_of_info(info, now, 0);
}
