#include "media_cookies.h"

#include <string.h>

/* One cookie while its attributes are read. Borrowed from the text's words. */
typedef struct {
    const char *name;
    const char *value;
    const char *domain;
    const char *path;
    gboolean is_secure;
} Cookie;

static gboolean is_octal(const char *digits)
{
    return digits[0] >= '0' && digits[0] <= '3' && digits[1] >= '0' && digits[1] <= '7' &&
           digits[2] >= '0' && digits[2] <= '7';
}

/* A value in quotes has backslashes before quotes and backslashes, and octal numbers: \073. */
static char *unquote(const char *value)
{
    gsize length = strlen(value);
    GString *plain;

    if (length < 2 || value[0] != '"' || value[length - 1] != '"')
        return g_strdup(value);
    plain = g_string_new(NULL);
    for (const char *at = value + 1; at < value + length - 1; at++) {
        if (*at == '\\' && is_octal(at + 1)) {
            g_string_append_c(plain,
                              (char)((at[1] - '0') * 64 + (at[2] - '0') * 8 + (at[3] - '0')));
            at += 3;
        } else {
            at += *at == '\\' && at + 1 < value + length - 1;
            g_string_append_c(plain, *at);
        }
    }
    return g_string_free(plain, FALSE);
}

static gboolean has_control(const char *text)
{
    for (; *text != '\0'; text++)
        if (g_ascii_iscntrl(*text))
            return TRUE;
    return FALSE;
}

static void add_line(GPtrArray *lines, const Cookie *cookie)
{
    g_autofree char *value = cookie->name != NULL ? unquote(cookie->value) : NULL;
    g_autofree char *line = NULL;

    if (cookie->name == NULL || cookie->domain == NULL || *cookie->domain == '\0' ||
        has_control(value) || has_control(cookie->name) || has_control(cookie->domain) ||
        has_control(cookie->path))
        return;
    line = g_strdup_printf("%s\t%s\t%s\t%s\t0\t%s\t%s", cookie->domain,
                           *cookie->domain == '.' ? "TRUE" : "FALSE", cookie->path,
                           cookie->is_secure ? "TRUE" : "FALSE", cookie->name, value);
    g_ptr_array_add(lines, g_steal_pointer(&line));
}

/* FALSE: the word is no attribute, so it begins a cookie. */
static gboolean take_attribute(Cookie *cookie, const char *word, const char *value)
{
    if (g_ascii_strcasecmp(word, "Domain") == 0)
        cookie->domain = value;
    else if (g_ascii_strcasecmp(word, "Path") == 0)
        cookie->path = *value == '/' ? value : "/";
    else if (g_ascii_strcasecmp(word, "Secure") == 0)
        cookie->is_secure = TRUE;
    else
        return g_ascii_strcasecmp(word, "Expires") == 0 || g_ascii_strcasecmp(word, "Version") == 0;
    return TRUE;
}

char **media_cookies_parse(const char *text)
{
    g_auto(GStrv) words = g_strsplit(text != NULL ? text : "", ";", -1);
    GPtrArray *lines = g_ptr_array_new();
    Cookie cookie = {.path = "/"};

    for (guint i = 0; words[i] != NULL; i++) {
        char *word = g_strstrip(words[i]);
        char *equals = strchr(word, '=');
        const char *value = equals != NULL ? equals + 1 : "";

        if (equals != NULL)
            *equals = '\0';
        if (*word == '\0' || (cookie.name != NULL && take_attribute(&cookie, word, value)))
            continue;
        add_line(lines, &cookie);
        cookie = (Cookie){.name = word, .value = value, .path = "/"};
    }
    add_line(lines, &cookie);
    g_ptr_array_add(lines, NULL);
    return (char **)g_ptr_array_free(lines, FALSE);
}
