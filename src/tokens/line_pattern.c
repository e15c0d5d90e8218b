#include "line_pattern.h"

#include <string.h>

#define MAX_LINE_BYTES 4096
#define ESCAPE '\033'

/* Just past the terminal sequence that begins at `at`. */
static const char *escape_skip(const char *at)
{
    at++;
    if (*at != '[')
        return at;
    at++;
    while (*at != '\0' && strchr("0123456789;:?<=>", *at) != NULL)
        at++;
    return *at >= '@' && *at <= '~' ? at + 1 : at;
}

static gboolean is_apostrophe(gunichar character)
{
    return character == 0x2019 || character == 0x2018 || character == 0x02bc ||
           character == 0x00b4 || character == '`';
}

char *line_clean(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)strnlen(text, MAX_LINE_BYTES));
    GString *clean = g_string_new(NULL);
    const char *at = valid;

    while (*at != '\0') {
        gunichar character = g_utf8_get_char(at);

        if (character == ESCAPE) {
            at = escape_skip(at);
            continue;
        }
        if (is_apostrophe(character))
            g_string_append_c(clean, '\'');
        else if (g_unichar_iscntrl(character))
            g_string_append_c(clean, ' ');
        else
            g_string_append_unichar(clean, character);
        at = g_utf8_next_char(at);
    }
    return g_strstrip(g_string_free(clean, FALSE));
}

static gboolean matches_at(const char *text, const char *pattern)
{
    for (; *pattern != '\0'; text++, pattern++) {
        if (*pattern == '#' ? !g_ascii_isdigit(*text)
                            : g_ascii_tolower(*text) != g_ascii_tolower(*pattern))
            return FALSE;
    }
    return TRUE;
}

/* Past the address that begins at `text`, if one does: its words are its own. */
static const char *address_skip(const char *text)
{
    if (*text == 'h' && (g_str_has_prefix(text, "http://") || g_str_has_prefix(text, "https://")))
        while (*text != '\0' && *text != ' ')
            text++;
    return text;
}

gboolean line_contains(const char *text, const char *pattern)
{
    char first = g_ascii_tolower(*pattern);

    for (text = address_skip(text); *text != '\0'; text = address_skip(text + 1))
        if ((first == '#' || g_ascii_tolower(*text) == first) && matches_at(text, pattern))
            return TRUE;
    return FALSE;
}
