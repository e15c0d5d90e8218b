#include "cli_entry.h"

#include "ytops/error.h"

#define REFUSE(error, ...)                                                                         \
    (g_set_error((error), YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, __VA_ARGS__), FALSE)

static gboolean same_name(gpointer key, gpointer value, gpointer name)
{
    (void)value;
    return g_ascii_strcasecmp(key, name) == 0;
}

static void add(GHashTable **entries, char *key, char *value)
{
    if (*entries == NULL)
        *entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_hash_table_insert(*entries, key, value);
}

/* A "token" of RFC 9110. */
static gboolean is_header_name(const char *name)
{
    const char *at = name;

    while (g_ascii_isalnum(*at) || (*at != '\0' && strchr("!#$%&'*+-.^_`|~", *at) != NULL))
        at++;
    return at > name && *at == '\0';
}

static gboolean has_control(const char *text)
{
    while (*text != '\0' && (*text == '\t' || !g_ascii_iscntrl(*text)))
        text++;
    return *text != '\0';
}

gboolean cli_entry_add_header(GHashTable **headers, const char *text, GError **error)
{
    const char *colon = strchr(text, ':');
    g_autofree char *name = g_strndup(text, colon != NULL ? (gsize)(colon - text) : 0);
    g_autofree char *value = NULL;

    if (colon == NULL)
        return REFUSE(error, "'%.*s' is followed by no colon; write 'Name: value'",
                      (int)strcspn(text, " ="), text);
    if (!is_header_name(name))
        return REFUSE(error,
                      "'%s' is not the name of a header: it takes letters, digits and - . _; write "
                      "'Name: value'",
                      name);
    value = g_strdup(colon + 1);
    g_strstrip(value);
    if (has_control(value))
        return REFUSE(error, "the value of '%s' holds a line break or another control character",
                      name);
    if (*headers != NULL && g_hash_table_find(*headers, same_name, name) != NULL)
        return REFUSE(error, "'%s' is given twice; several values of one header are joined by ', '",
                      name);
    add(headers, g_steal_pointer(&name), g_steal_pointer(&value));
    return TRUE;
}

gboolean cli_entry_add_metadata(GHashTable **metadata, const char *text, GError **error)
{
    const char *equals = strchr(text, '=');
    g_autofree char *key = NULL;

    if (equals == NULL || equals == text)
        return REFUSE(error, "'%s' is not an entry: write key=value", text);
    key = g_strndup(text, (gsize)(equals - text));
    if (*metadata != NULL && g_hash_table_contains(*metadata, key))
        return REFUSE(error, "the key '%s' is given twice; an entry has one value", key);
    add(metadata, g_steal_pointer(&key), g_strdup(equals + 1));
    return TRUE;
}
