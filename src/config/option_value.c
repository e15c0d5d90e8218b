#include "option_value.h"

#include <string.h>

#include "ytops/error.h"
#include "ytops/log.h"

#define HIDDEN "***"
#define PASSWORD_PARAMETER "password="

char *option_allowed(const Option *option)
{
    switch (option->type) {
    case OPTION_INTEGER:
        return g_strdup_printf("a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                               option->min, option->max);
    case OPTION_CHOICE: {
        g_autofree char *names = g_strjoinv(", ", (char **)option->choices);

        return g_strdup_printf("one of: %s", names);
    }
    case OPTION_STRING:
        break;
    }
    return g_strdup(option->allowed != NULL ? option->allowed : "text without control characters");
}

static gboolean refuse(const Option *option, const char *text, const char *source, GError **error)
{
    g_autofree char *allowed = option_allowed(option);
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autofree char *shown = ytops_escape(valid);

    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "%s: the value '%s' is not allowed; give %s", source,
                option->secret ? HIDDEN : shown, allowed);
    return FALSE;
}

static gboolean set_choice(const Option *option, int *slot, const char *text)
{
    for (int i = 0; option->choices[i] != NULL; i++) {
        if (strcmp(option->choices[i], text) == 0) {
            *slot = i;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean set_string(char **slot, const char *text)
{
    if (!g_utf8_validate(text, -1, NULL))
        return FALSE;
    for (const char *p = text; *p != '\0'; p++) {
        if (g_ascii_iscntrl(*p))
            return FALSE;
    }
    g_free(*slot);
    *slot = g_strdup(text);
    return TRUE;
}

gboolean option_set(const Option *option, YtopsConfig *config, const char *text, const char *source,
                    GError **error)
{
    gpointer slot = G_STRUCT_MEMBER_P(config, option->offset);
    gboolean allowed = FALSE;

    switch (option->type) {
    case OPTION_INTEGER:
        allowed = g_ascii_string_to_signed(text, 10, option->min, option->max, slot, NULL);
        break;
    case OPTION_CHOICE:
        allowed = set_choice(option, slot, text);
        break;
    case OPTION_STRING:
        allowed = set_string(slot, text);
        break;
    }
    return allowed || refuse(option, text, source, error);
}

/*
 * Stricter than ytops_redact, which must find the end of a URL in any text: here the last '@' ends
 * the password, whatever stands in it, as the reader of a Redis URL has it.
 */
static void append_url(GString *out, const char *text, gsize length)
{
    const char *at = g_strrstr_len(text, (gssize)length, "@");
    const char *colon = at != NULL ? memchr(text, ':', (gsize)(at - text)) : NULL;
    const char *parameter = g_strstr_len(text, (gssize)length, PASSWORD_PARAMETER);
    const char *end = text + length;

    if (parameter != NULL) {
        g_string_append_len(out, text, parameter + strlen(PASSWORD_PARAMETER) - text);
        g_string_append(out, HIDDEN);
    } else if (colon != NULL) {
        g_string_append_len(out, text, colon + 1 - text);
        g_string_append(out, HIDDEN);
        g_string_append_len(out, at, end - at);
    } else {
        g_string_append_len(out, text, (gssize)length);
    }
}

/* One URL or several, without their passwords. */
static char *show_urls(const char *text)
{
    GString *out = g_string_new(NULL);
    const char *scheme_end;

    while ((scheme_end = strstr(text, "://")) != NULL) {
        const char *rest = scheme_end + 3;
        const char *next = strstr(rest, "://");

        g_string_append_len(out, text, rest - text);
        text = next != NULL ? next : rest + strlen(rest);
        append_url(out, rest, (gsize)(text - rest));
    }
    g_string_append(out, text);
    return g_string_free(out, FALSE);
}

/* A secret is shown as far as it is a URL or names a file. */
static char *show_text(const Option *option, const char *text)
{
    if (!option->secret || *text == '\0' || *text == '@')
        return ytops_redact(text);
    return strstr(text, "://") != NULL ? show_urls(text) : g_strdup(HIDDEN);
}

char *option_show(const Option *option, const YtopsConfig *config)
{
    gconstpointer slot = G_STRUCT_MEMBER_P(config, option->offset);

    switch (option->type) {
    case OPTION_INTEGER:
        return g_strdup_printf("%" G_GINT64_FORMAT, *(const gint64 *)slot);
    case OPTION_CHOICE:
        return g_strdup(option->choices[*(const int *)slot]);
    case OPTION_STRING:
        break;
    }
    return show_text(option, *(char *const *)slot);
}

char *option_read_file(const char *path, const char *source, GError **error)
{
    g_autoptr(GError) cause = NULL;
    char *content = NULL;

    if (!g_file_get_contents(path, &content, NULL, &cause)) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "%s: cannot read the file '%s' that should hold the value: %s", source, path,
                    cause->message);
        return NULL;
    }
    return g_strstrip(content);
}
