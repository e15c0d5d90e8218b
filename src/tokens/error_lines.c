#include "ytops/error_policy.h"

#include <string.h>

static void line_clear(gpointer line)
{
    g_free((char *)((YtopsLine *)line)->text);
}

GArray *ytops_error_lines_new(const char *errors)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(YtopsLine));
    g_autofree char *valid = g_utf8_make_valid(errors, -1);
    g_auto(GStrv) texts = g_strsplit(valid, "\n", -1);
    YtopsLineLevel level = YTOPS_LINE_WARNING;

    g_array_set_clear_func(lines, line_clear);
    for (char **line = texts; *line != NULL; line++) {
        const char *text = *line;

        if (g_str_has_prefix(text, "ERROR:")) {
            level = YTOPS_LINE_ERROR;
            text += strlen("ERROR:");
        } else if (g_str_has_prefix(text, "WARNING:")) {
            level = YTOPS_LINE_WARNING;
            text += strlen("WARNING:");
        }
        text += strspn(text, " \t\r");
        if (*text != '\0') {
            YtopsLine kept = {level, g_strdup(text)};

            g_array_append_val(lines, kept);
        }
    }
    return lines;
}
