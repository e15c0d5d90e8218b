/*
 * One run of a program (yt-dlp, ffprobe) to its end, with a look at the clock on the way. Blocks;
 * the program ends with the thread that runs it.
 */
#pragma once

#include <glib.h>

#include "ytops/job_limits.h"

/* Called about every half second. FALSE and an error: the program is killed, and that is the end. */
typedef gboolean (*ToolTick)(gpointer data, GError **error);

/* One line of standard output, without its end. */
typedef void (*ToolLine)(const char *line, gpointer data);

/* Borrowed for the call. */
typedef struct {
    const char *const *argv;
    const char *input; /* its standard input; NULL: empty */
    const YtopsJobLimits *limits;
    const char *purpose; /* for messages: "the download" */
    ToolTick tick;       /* NULL: none */
    ToolLine line;       /* NULL: standard output is kept as it is */
    gpointer data;       /* for both */
} Tool;

typedef struct {
    int status;   /* of exit; 128 + N where signal N ended it */
    char *output; /* standard output where there is no `line` */
    char *errors; /* the last part of standard error */
} ToolEnd;

void tool_end_clear(ToolEnd *end);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ToolEnd, tool_end_clear)

/*
 * TRUE where it came to an end of its own, whatever its status. Otherwise it was killed or never
 * started: TIMEOUT, DRAINING (the limits' descriptor), the tick's error, INTERNAL.
 */
gboolean tool_run(const Tool *tool, ToolEnd *end, GError **error);
