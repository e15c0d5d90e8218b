#include "ytops/error.h"
#include "ytops/proxy_url.h"

#include <string.h>

typedef struct {
    GPtrArray *proxies;
    GHashTable *places; /* text, owned by its YtopsProxyUrl -> where it stands, 1-based */
    const char *file;   /* NULL: a list on one line */
} ListReader;

static char *describe_place(const ListReader *reader, guint place)
{
    if (reader->file != NULL)
        return g_strdup_printf("line %u of %s", place, reader->file);
    return g_strdup_printf("entry %u of the proxy list", place);
}

static gboolean add_entry(ListReader *reader, const char *text, guint place, GError **error)
{
    g_autoptr(YtopsProxyUrl) url = ytops_proxy_url_parse(text, error);
    g_autofree char *where = describe_place(reader, place);
    if (url == NULL) {
        g_prefix_error(error, "%s: ", where);
        return FALSE;
    }
    guint earlier = GPOINTER_TO_UINT(g_hash_table_lookup(reader->places, url->text));
    if (earlier != 0) {
        g_autofree char *display = ytops_proxy_display(url->text);
        g_autofree char *first = describe_place(reader, earlier);
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "%s repeats \"%s\" of %s; remove one of them", where, display, first);
        return FALSE;
    }
    g_hash_table_insert(reader->places, url->text, GUINT_TO_POINTER(place));
    g_ptr_array_add(reader->proxies, g_steal_pointer(&url));
    return TRUE;
}

/*
 * A comma inside a password tears an entry in two. Neither half may be shown, as both hold a part of
 * the password, so this is looked for before anything is parsed.
 */
static gboolean check_torn(const ListReader *reader, char **entries, GError **error)
{
    for (guint i = 1; entries[0] != NULL && entries[i] != NULL; i++) {
        if (strchr(entries[i], '@') == NULL || strstr(entries[i], "://") != NULL)
            continue;
        g_autofree char *where = describe_place(reader, i + 1);
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "%s has no scheme://; write a comma in a user name or password as %%2C", where);
        return FALSE;
    }
    return TRUE;
}

static gboolean read_entries(ListReader *reader, char **entries, GError **error)
{
    for (guint i = 0; entries[i] != NULL; i++) {
        const char *entry = g_strstrip(entries[i]);
        gboolean is_comment = reader->file != NULL && *entry == '#';
        if (*entry == '\0' || is_comment)
            continue;
        if (!add_entry(reader, entry, i + 1, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean read_file(ListReader *reader, GError **error)
{
    g_autofree char *content = NULL;
    gsize length = 0;
    g_autoptr(GError) problem = NULL;
    if (!g_file_get_contents(reader->file, &content, &length, &problem)) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "the proxy list \"%s\" cannot be read: %s", reader->file, problem->message);
        return FALSE;
    }
    if (strlen(content) != length) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "the proxy list \"%s\" has a NUL byte; it must be text, one URL a line",
                    reader->file);
        return FALSE;
    }
    g_auto(GStrv) lines = g_strsplit(content, "\n", -1);
    return read_entries(reader, lines, error);
}

GPtrArray *ytops_proxy_list_parse(const char *text, GError **error)
{
    g_autoptr(GPtrArray) proxies =
        g_ptr_array_new_with_free_func((GDestroyNotify)ytops_proxy_url_free);
    g_autoptr(GHashTable) places = g_hash_table_new(g_str_hash, g_str_equal);
    ListReader reader = {.proxies = proxies, .places = places};
    if (text == NULL)
        return g_steal_pointer(&proxies);
    if (*text == '@') {
        reader.file = text + 1;
        return read_file(&reader, error) ? g_steal_pointer(&proxies) : NULL;
    }
    g_auto(GStrv) entries = g_strsplit(text, ",", -1);
    if (!check_torn(&reader, entries, error) || !read_entries(&reader, entries, error))
        return NULL;
    return g_steal_pointer(&proxies);
}
