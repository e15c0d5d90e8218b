/* A command as a line for a POSIX shell. Pure. */
#pragma once

#include <glib.h>

/*
 * The word as a shell reads it back: as it is where no character of it means anything to a shell,
 * in single quotes otherwise. Free with g_free.
 */
char *cli_shell_quote(const char *word);

/* The words (char *), quoted, with blanks between. Free with g_free. */
char *cli_shell_line(const GPtrArray *words);
