#include "ytops/roff.h"

void ytops_roff_append_text(GString *page, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        gboolean begins_line = page->len == 0 || page->str[page->len - 1] == '\n';

        if (begins_line && (*p == '.' || *p == '\''))
            g_string_append(page, "\\&");
        if (*p == '\\')
            g_string_append(page, "\\e");
        else if (*p == '-')
            g_string_append(page, "\\-");
        else if (*p == '\'')
            g_string_append(page, "\\(aq");
        else if (*p == '`')
            g_string_append(page, "\\(ga");
        else
            g_string_append_c(page, *p);
    }
}

void ytops_roff_append_font(GString *page, char font, const char *text)
{
    g_string_append_printf(page, "\\f%c", font);
    ytops_roff_append_text(page, text);
    g_string_append(page, "\\fR");
}

void ytops_roff_append_title(GString *page, const char *name, int section, const char *summary)
{
    g_autofree char *upper = g_ascii_strup(name, -1);

    g_string_append(page, ".TH ");
    ytops_roff_append_text(page, upper);
    g_string_append_printf(page, " %d \"\" \"ytdlp\\-ops\\-server " YTOPS_VERSION "\" \"\"\n",
                           section);
    g_string_append(page, ".SH NAME\n");
    ytops_roff_append_text(page, name);
    g_string_append(page, " \\- ");
    ytops_roff_append_text(page, summary);
    g_string_append_c(page, '\n');
}
