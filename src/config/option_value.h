/* One option's value: where it comes from, whether it is allowed, and its place in the config. */
#pragma once

#include "option_table.h"

/*
 * Checks `text` and stores it in the config. INVALID_ARGUMENT names `source` ("--port",
 * "YTDLP_OPS_PORT"), the value (redacted where secret) and what is allowed.
 */
gboolean option_set(const Option *option, YtopsConfig *config, const char *text, const char *source,
                    GError **error);

/* The stored value as text, secrets redacted. Free with g_free. */
char *option_show(const Option *option, const YtopsConfig *config);

/* What is allowed: "0 to 65535", "warm, command", "text". Free with g_free. */
char *option_allowed(const Option *option);

/* A file's content without the white space around it; errors name `source` and the path. */
char *option_read_file(const char *path, const char *source, GError **error);
