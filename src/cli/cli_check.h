/* Which options and words go together. Pure. */
#pragma once

#include "cli_options.h"

/*
 * FALSE with INVALID_ARGUMENT for an option that the command does not know, for one that is missing,
 * and for what excludes each other. options->command must be set.
 */
gboolean cli_check(const CliOptions *options, GError **error);
