#include "media_name.h"

#include <string.h>

enum { MOST_OF_ID = 64, MOST_OF_ENDING = 8, DIGEST_CHARS = 16 };

static char *plain_id(const char *id)
{
    GString *plain = g_string_new(NULL);

    for (const char *p = id; p != NULL && *p != '\0' && plain->len < MOST_OF_ID; p++)
        g_string_append_c(plain, g_ascii_isalnum(*p) || *p == '_' || *p == '-' ? *p : '_');
    /* A leading '-' would make an option of the name in somebody's command line. */
    if (plain->len == 0 || plain->str[0] == '-')
        g_string_prepend(plain, "v");
    return g_string_free(plain, FALSE);
}

char *media_name_stem(const char *id, const char *url, const char *format)
{
    g_autofree char *plain = plain_id(id);
    g_autoptr(GChecksum) digest = g_checksum_new(G_CHECKSUM_SHA256);

    g_checksum_update(digest, (const guchar *)url, (gssize)strlen(url) + 1);
    g_checksum_update(digest, (const guchar *)format, (gssize)strlen(format));
    return g_strdup_printf("%s-%.*s", plain, DIGEST_CHARS, g_checksum_get_string(digest));
}

/* "mp4" of "x.mp4"; "bin" where there is none, or an odd one. */
static char *plain_ending(const char *source)
{
    const char *dot = strrchr(source, '.');
    gsize length = dot != NULL ? strlen(dot + 1) : 0;

    if (length == 0 || length > MOST_OF_ENDING)
        return g_strdup("bin");
    for (const char *p = dot + 1; *p != '\0'; p++) {
        if (!g_ascii_isalnum(*p))
            return g_strdup("bin");
    }
    return g_ascii_strdown(dot + 1, -1);
}

char *media_name_file(const char *stem, guint index, guint n_files, const char *source)
{
    g_autofree char *ending = plain_ending(source);

    if (n_files == 1)
        return g_strdup_printf("%s.%s", stem, ending);
    return g_strdup_printf("%s.%03u.%s", stem, index + 1, ending);
}

gboolean media_name_is_of(const char *stem, const char *name)
{
    gsize length = strlen(stem);

    return strncmp(name, stem, length) == 0 && name[length] == '.';
}
