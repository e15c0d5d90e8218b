/*
 * The process's limit of open files: as a rule it is 1,024 and may be raised by whoever asks.
 */
#pragma once

#include <glib.h>

/*
 * Raises it so far that `n_connections` fit beside everything else that is open, a full HTTP port
 * included; never lowers it. Where it cannot be raised that far it is raised as far as it can; a
 * warning is logged where not even the connections fit.
 */
void open_files_allow(guint n_connections);
