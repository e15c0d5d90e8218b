#include "shell_quote.h"

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+:,./-"

/* An equals sign makes an assignment of a first word, but not of one that is an option. */
static gboolean is_plain(const char *word)
{
    const char *plain = *word == '-' ? PLAIN "=" : PLAIN;

    return *word != '\0' && strspn(word, plain) == strlen(word);
}

char *cli_shell_quote(const char *word)
{
    GString *quoted;

    if (is_plain(word))
        return g_strdup(word);

    quoted = g_string_new("'");
    for (const char *at = word; *at != '\0'; at++) {
        if (*at == '\'')
            g_string_append(quoted, "'\\''");
        else
            g_string_append_c(quoted, *at);
    }
    g_string_append_c(quoted, '\'');
    return g_string_free(quoted, FALSE);
}

char *cli_shell_line(const GPtrArray *words)
{
    GString *line = g_string_new(NULL);

    for (guint i = 0; i < words->len; i++) {
        g_autofree char *quoted = cli_shell_quote(g_ptr_array_index(words, i));
        if (i > 0)
            g_string_append_c(line, ' ');
        g_string_append(line, quoted);
    }
    return g_string_free(line, FALSE);
}
