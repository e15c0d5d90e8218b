/* The values of options, read from text. Pure. */
#pragma once

#include "cli_options.h"

/*
 * Sets the field of that option; value is NULL for one that takes none. INVALID_ARGUMENT names the
 * option, the value and what is allowed.
 */
gboolean cli_value_set(CliOptions *options, const CliOption *option, const char *value,
                       GError **error);

/* The names that a value of that kind can be, NULL-terminated; NULL where it is free text. Static. */
const char *const *cli_value_choices(CliValueKind kind);

/* Frees what the field of that option owns, and leaves it empty. */
void cli_value_clear(CliOptions *options, const CliOption *option);

/* "host", "host:port", "[v6]:port" or "v6"; the port defaults to 9090. Free *host with g_free. */
gboolean cli_server_parse(const char *text, char **host, guint16 *port, GError **error);
