/*
 * A runner that starts the yt-dlp command for each job. Slower than a warm process by the time that
 * Python and yt-dlp take to load; proxy and tokens go through its standard input as a
 * configuration, so the process list shows neither.
 */
#pragma once

#include "runner.h"

/* `ytdlp` is the command's name or path; copied. */
Runner *command_runner_new(const char *ytdlp);
