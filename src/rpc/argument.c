#include "argument.h"

#include "ytops/error.h"
#include "ytops/pool_state.h"

#define LONGEST_BAN_S (100 * G_GINT64_CONSTANT(366) * 24 * 3600)

gboolean argument_text(const char **value, const char *name, GError **error)
{
    if (*value == NULL)
        *value = "";
    if (g_utf8_validate(*value, -1, NULL))
        return TRUE;
    return ytops_refuse(error, "%s is not text: send valid UTF-8 without NUL characters", name);
}

gboolean argument_required_text(const char **value, const char *name, GError **error)
{
    if (!argument_text(value, name, error))
        return FALSE;
    return (*value)[0] != '\0' || ytops_refuse(error, "%s is empty: it must be given", name);
}

const char **argument_texts(const GPtrArray *values, const char *name, GError **error)
{
    guint n_values = values != NULL ? values->len : 0;
    g_autofree const char **texts = g_new0(const char *, (gsize)n_values + 1);
    for (guint i = 0; i < n_values; i++) {
        texts[i] = g_ptr_array_index(values, i);
        if (texts[i] == NULL || texts[i][0] == '\0') {
            ytops_refuse(error, "%s[%u] is empty: leave it out", name, i);
            return NULL;
        }
        if (!g_utf8_validate(texts[i], -1, NULL)) {
            ytops_refuse(error, "%s[%u] is not text: send valid UTF-8 without NUL characters", name,
                         i);
            return NULL;
        }
    }
    return g_steal_pointer(&texts);
}

gboolean argument_duration(gint64 seconds, const char *name, GError **error)
{
    if (seconds >= YTOPS_UNTIL_UNBANNED && seconds <= LONGEST_BAN_S)
        return TRUE;
    return ytops_refuse(error,
                        "%s is %" G_GINT64_FORMAT
                        ": allowed are -1 (until unbanned), 0 (the server's "
                        "default) and 1 to %" G_GINT64_FORMAT " seconds",
                        name, seconds, LONGEST_BAN_S);
}
