/*
 * A file that a command writes: checked before the work begins, written at once or not at all.
 *
 * What is written holds cookies and signed URLs, so only its owner can read it (mode 0600). A
 * symbolic link is followed; what is not a regular file (a pipe, /dev/stdout) is refused, and
 * so is the file that standard output or error goes to. "-" means
 * standard output.
 */
#pragma once

#include <glib.h>

/*
 * Whether a file can be written there: its folder exists and may be written to, and no other kind of
 * thing has that name. INVALID_ARGUMENT names the path and what is wrong with it.
 */
gboolean cli_out_file_check(const char *path, GError **error);

/* Writes the text. On failure what was there before is untouched; INTERNAL says why. */
gboolean cli_out_file_write(const char *path, const char *text, GError **error);
