/*
 * One value of requestParamsJson, checked and put into yt-dlp's words. Pure.
 *
 * `key` names it in messages. Each returns NULL (or FALSE) with an INVALID_ARGUMENT that names the
 * key, the value and what is allowed. A string is at most 2 KiB and holds no control characters.
 */
#pragma once

#include "ytops/json.h"

gboolean param_value_boolean(const char *key, const YtopsJson *value, gboolean *chosen,
                             GError **error);

/* Free with g_free. A list is joined by commas. */
char *param_value_string(const char *key, const YtopsJson *value, GError **error);
char *param_value_strings(const char *key, const YtopsJson *value, GError **error);
char *param_value_country(const char *key, const YtopsJson *value, GError **error);
char *param_value_integer(const char *key, const YtopsJson *value, gint64 min, gint64 max,
                          GError **error);

/* "NAME:VALUE" for each header, in order of name; none that is the connection's own business. */
char **param_value_headers(const char *key, const YtopsJson *value, GError **error);

/* "EXTRACTOR:ARG=A,B;ARG=C" for each extractor, in order of name. */
char **param_value_extractor_args(const char *key, const YtopsJson *value, GError **error);

/* A text for a message: quoted, escaped, cut after 200 bytes. Free with g_free. */
char *param_value_show(const char *text);
