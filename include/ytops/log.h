/*
 * Structured logging to stderr: one line an entry, as text or as JSON.
 *
 *   2026-11-21T10:02:03.123Z INFO  tokens: token made job_id=3f.. account_id=acc_01
 *   {"ts":"...","level":"info","component":"tokens","message":"token made","job_id":"3f.."}
 *
 * The password in any URL of the form scheme://user:password@host is replaced by *** in messages
 * and values alike. Thread-safe; the logger is the only mutable file-scope state of the program.
 */
#pragma once

#include <glib.h>

typedef enum { YTOPS_LOG_ERROR, YTOPS_LOG_WARNING, YTOPS_LOG_INFO, YTOPS_LOG_DEBUG } YtopsLogLevel;

typedef enum { YTOPS_LOG_TEXT, YTOPS_LOG_JSON } YtopsLogFormat;

void ytops_log_set_level(YtopsLogLevel level);
void ytops_log_set_format(YtopsLogFormat format);

/* "error", "warning", "info", "debug". */
const char *ytops_log_level_to_string(YtopsLogLevel level);
gboolean ytops_log_level_from_string(const char *name, YtopsLogLevel *level);

/* TRUE where an entry of that level would be written: saves the cost of making its fields. */
gboolean ytops_log_enabled(YtopsLogLevel level);

/*
 * Writes one entry. After `message` come pairs of field name and value, both `const char *`, ended
 * by NULL in the place of a name; a field whose value is NULL is left out.
 */
void ytops_log(YtopsLogLevel level, const char *component, const char *message,
               ...) G_GNUC_NULL_TERMINATED;

#define ytops_log_error(...) ytops_log(YTOPS_LOG_ERROR, __VA_ARGS__)
#define ytops_log_warning(...) ytops_log(YTOPS_LOG_WARNING, __VA_ARGS__)
#define ytops_log_info(...) ytops_log(YTOPS_LOG_INFO, __VA_ARGS__)
#define ytops_log_debug(...) ytops_log(YTOPS_LOG_DEBUG, __VA_ARGS__)

/* A number as a field's value, in storage that lasts to the end of the enclosing block. */
#define YTOPS_LOG_INT(number) ytops_log_format_int((char[24]){0}, (number))
const char *ytops_log_format_int(char buffer[24], gint64 number);

/* A copy of `text` with the passwords of URLs replaced by "***". Free with g_free. */
char *ytops_redact(const char *text);

/*
 * A copy of `text` for between quotes: quotes, backslashes and what does not print become escapes, letters
 * of every script stay as they are. Free with g_free.
 */
char *ytops_escape(const char *text);
