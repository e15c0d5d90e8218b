#include "hls_variables.h"

#include <string.h>

#include "hls_playlist.h"

struct HlsVariables {
    GHashTable *values; /* char * -> char * */
};

HlsVariables *hls_variables_new(void)
{
    HlsVariables *variables = g_new0(HlsVariables, 1);

    variables->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return variables;
}

void hls_variables_free(HlsVariables *variables)
{
    g_hash_table_unref(variables->values);
    g_free(variables);
}

void hls_variables_define(HlsVariables *variables, const char *name, const char *value)
{
    if (!g_hash_table_contains(variables->values, name))
        g_hash_table_insert(variables->values, g_strdup(name), g_strdup(value));
}

void hls_variables_define_from_query(HlsVariables *variables, const char *name, const char *query)
{
    g_auto(GStrv) parameters = g_strsplit(query == NULL ? "" : query, "&", -1);
    gsize length = strlen(name);

    for (char **p = parameters; *p != NULL; p++) {
        if (strncmp(*p, name, length) == 0 && (*p)[length] == '=') {
            g_autofree char *value = g_uri_unescape_string(*p + length + 1, NULL);

            if (value != NULL)
                hls_variables_define(variables, name, value);
            return;
        }
    }
}

static const char *look_up(const HlsVariables *variables, const char *name, gsize length)
{
    g_autofree char *key = g_strndup(name, length);

    return g_hash_table_lookup(variables->values, key);
}

char *hls_variables_replace(const HlsVariables *variables, const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const char *mark;

    while ((mark = strstr(text, "{$")) != NULL) {
        const char *end = strchr(mark, '}');
        const char *value =
            end == NULL ? NULL : look_up(variables, mark + 2, (gsize)(end - mark) - 2);

        if (value == NULL || out->len > HLS_PLAYLIST_LINE_LIMIT)
            return NULL;
        g_string_append_len(out, text, mark - text);
        g_string_append(out, value);
        text = end + 1;
    }
    g_string_append(out, text);
    return out->len > HLS_PLAYLIST_LINE_LIMIT ? NULL : g_string_free(g_steal_pointer(&out), FALSE);
}
