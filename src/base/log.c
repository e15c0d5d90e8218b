#include "ytops/log.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "ytops/json.h"

static const char *const level_names[] = {
    [YTOPS_LOG_ERROR] = "error",
    [YTOPS_LOG_WARNING] = "warning",
    [YTOPS_LOG_INFO] = "info",
    [YTOPS_LOG_DEBUG] = "debug",
};

/* Read on every call from every thread, written at start-up and on SIGHUP: atomics suffice. */
static struct {
    gint level;
    gint format;
} logger = {YTOPS_LOG_INFO, YTOPS_LOG_TEXT};

void ytops_log_set_level(YtopsLogLevel level)
{
    g_atomic_int_set(&logger.level, (gint)level);
}

void ytops_log_set_format(YtopsLogFormat format)
{
    g_atomic_int_set(&logger.format, (gint)format);
}

const char *ytops_log_level_to_string(YtopsLogLevel level)
{
    return level_names[level];
}

gboolean ytops_log_level_from_string(const char *name, YtopsLogLevel *level)
{
    for (guint i = 0; i < G_N_ELEMENTS(level_names); i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *level = (YtopsLogLevel)i;
            return TRUE;
        }
    }
    return FALSE;
}

gboolean ytops_log_enabled(YtopsLogLevel level)
{
    return (gint)level <= g_atomic_int_get(&logger.level);
}

const char *ytops_log_format_int(char buffer[24], gint64 number)
{
    g_snprintf(buffer, 24, "%" G_GINT64_FORMAT, number);
    return buffer;
}

/*
 * The end of the user information that begins at `start`: its '@', or NULL where there is none.
 * What may end a URL in a text may stand in a password as well; so it ends one only behind an '@':
 * rather too much is hidden than too little.
 */
static const char *user_info_end(const char *start)
{
    const char *at = NULL;

    for (const char *p = start; *p != '\0' && strchr("/?# \t\r\n", *p) == NULL; p++) {
        if (at != NULL && strchr("\"'<>,", *p) != NULL)
            break;
        if (*p == '@')
            at = p;
    }
    return at;
}

char *ytops_redact(const char *text)
{
    GString *out = g_string_new(NULL);
    const char *scheme_end;

    while ((scheme_end = strstr(text, "://")) != NULL) {
        const char *start = scheme_end + 3;
        const char *at = user_info_end(start);
        const char *colon = at != NULL ? memchr(start, ':', (gsize)(at - start)) : NULL;

        if (colon == NULL) {
            g_string_append_len(out, text, start - text);
            text = start;
            continue;
        }
        g_string_append_len(out, text, colon + 1 - text);
        g_string_append(out, "***");
        text = at;
    }
    g_string_append(out, text);
    return g_string_free(out, FALSE);
}

static char *timestamp(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *seconds = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S");

    return g_strdup_printf("%s.%03dZ", seconds, g_date_time_get_microsecond(now) / 1000);
}

char *ytops_escape(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *escaped;

    if (g_str_is_ascii(valid))
        return g_strescape(valid, NULL);
    escaped = g_string_new(NULL);
    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        g_autofree char *letter = g_strndup(at, (gsize)(g_utf8_next_char(at) - at));
        gboolean stays = letter[1] != '\0' && g_unichar_isprint(g_utf8_get_char(at));
        g_autofree char *shown = g_strescape(letter, stays ? letter : NULL);

        g_string_append(escaped, shown);
    }
    return g_string_free(escaped, FALSE);
}

/* Quotes a value that would otherwise not be one word; control characters become escapes. */
static void append_value(GString *line, const char *value)
{
    gboolean plain = *value != '\0';
    g_autofree char *escaped = NULL;

    for (const char *p = value; plain && *p != '\0'; p++)
        plain = (guchar)*p > ' ' && *p != '"' && *p != '\\' && *p != 0x7f;
    if (plain) {
        g_string_append(line, value);
        return;
    }
    escaped = ytops_escape(value);
    g_string_append_printf(line, "\"%s\"", escaped);
}

static char *format_text(YtopsLogLevel level, const char *component, const char *message,
                         va_list fields)
{
    GString *line = g_string_new(NULL);
    g_autofree char *now = timestamp();
    g_autofree char *name = g_ascii_strup(level_names[level], -1);
    const char *key;

    g_string_append_printf(line, "%s %-7s %s: %s", now, name, component, message);
    while ((key = va_arg(fields, const char *)) != NULL) {
        const char *value = va_arg(fields, const char *);
        g_autofree char *clean = NULL;

        if (value == NULL)
            continue;
        clean = ytops_redact(value);
        g_string_append_printf(line, " %s=", key);
        append_value(line, clean);
    }
    g_strdelimit(line->str, "\n\r", ' ');
    return g_string_free(line, FALSE);
}

static void set_clean_string(YtopsJson *entry, const char *key, const char *value)
{
    g_autofree char *valid = g_utf8_make_valid(value, -1);

    ytops_json_set_string(entry, key, valid);
}

static char *format_json(YtopsLogLevel level, const char *component, const char *message,
                         va_list fields)
{
    g_autoptr(YtopsJson) entry = ytops_json_object_new();
    g_autofree char *now = timestamp();
    const char *key;

    ytops_json_set_string(entry, "ts", now);
    ytops_json_set_string(entry, "level", level_names[level]);
    ytops_json_set_string(entry, "component", component);
    set_clean_string(entry, "message", message);
    while ((key = va_arg(fields, const char *)) != NULL) {
        const char *value = va_arg(fields, const char *);
        g_autofree char *clean = value != NULL ? ytops_redact(value) : NULL;

        if (clean != NULL)
            set_clean_string(entry, key, clean);
    }
    return ytops_json_to_string(entry);
}

/* One write for a line, so that lines of several threads do not mix; a full disk is ignored. */
static void write_line(char *line)
{
    gsize length = strlen(line);
    gsize done = 0;

    line[length++] = '\n';
    while (done < length) {
        gssize n = write(STDERR_FILENO, line + done, length - done);

        if (n <= 0)
            return;
        done += (gsize)n;
    }
}

void ytops_log(YtopsLogLevel level, const char *component, const char *message, ...)
{
    g_autofree char *clean = NULL;
    g_autofree char *line = NULL;
    va_list fields;

    if (!ytops_log_enabled(level))
        return;
    clean = ytops_redact(message);
    va_start(fields, message);
    if (g_atomic_int_get(&logger.format) == YTOPS_LOG_JSON)
        line = format_json(level, component, clean, fields);
    else
        line = format_text(level, component, clean, fields);
    va_end(fields);
    write_line(line);
}
