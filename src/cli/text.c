#include "text.h"

#include "ytops/log.h"

static gsize char_width(gunichar c)
{
    if (g_unichar_iszerowidth(c))
        return 0;
    return g_unichar_iswide(c) ? 2 : 1;
}

gsize cli_text_width(const char *text)
{
    gsize width = 0;

    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at))
        width += char_width(g_utf8_get_char(at));
    return width;
}

char *cli_text_clean(const char *text)
{
    g_autofree char *redacted = ytops_redact(text != NULL ? text : "");
    g_autofree char *valid = g_utf8_make_valid(redacted, -1);
    GString *clean = g_string_sized_new(strlen(valid));

    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        /* Format characters are kept out as well: a bidirectional override turns the rest of the
         * line around. */
        gboolean shown = !g_unichar_iscntrl(c) && g_unichar_type(c) != G_UNICODE_FORMAT &&
                         g_unichar_type(c) != G_UNICODE_LINE_SEPARATOR &&
                         g_unichar_type(c) != G_UNICODE_PARAGRAPH_SEPARATOR;
        g_string_append_unichar(clean, shown ? c : 0xFFFD);
    }
    return g_string_free(clean, FALSE);
}

/* The end of the longest beginning of text that is at most `width` columns wide. */
static const char *head_end(const char *text, gsize width)
{
    gsize used = 0;

    while (*text != '\0') {
        used += char_width(g_utf8_get_char(text));
        if (used > width)
            break;
        text = g_utf8_next_char(text);
    }
    return text;
}

/* The start of the longest end of text that is at most `width` columns wide. */
static const char *tail_start(const char *text, gsize width)
{
    gsize spare = cli_text_width(text);

    while (spare > width) {
        spare -= char_width(g_utf8_get_char(text));
        text = g_utf8_next_char(text);
    }
    /* A combining character belongs to what was left out before it. */
    while (*text != '\0' && char_width(g_utf8_get_char(text)) == 0)
        text = g_utf8_next_char(text);
    return text;
}

char *cli_text_shorten(const char *text, gsize width, const char *mark, CliShorten where)
{
    gsize mark_width = cli_text_width(mark);
    GString *shortened;
    gsize tail;

    if (cli_text_width(text) <= width)
        return g_strdup(text);
    if (mark_width >= width)
        return g_strndup(text, (gsize)(head_end(text, width) - text));

    tail = where == CLI_SHORTEN_MIDDLE ? (width - mark_width) * 2 / 3 : 0;
    shortened = g_string_new_len(text, head_end(text, width - mark_width - tail) - text);
    g_string_append(shortened, mark);
    if (tail > 0)
        g_string_append(shortened, tail_start(text, tail));
    return g_string_free(shortened, FALSE);
}
