/*
 * The pipes of a child process, read and written at once: what is queued goes to its standard
 * input, its standard output is collected up to a limit, and of its standard error the last part is
 * kept for messages. Belongs to one thread.
 */
#pragma once

#include "ytops/job_limits.h"
#include "ytops/process.h"

typedef struct YtopsChildIo YtopsChildIo;

typedef enum {
    YTOPS_CHILD_IO_MOVED,     /* something was read or written, or a while went by */
    YTOPS_CHILD_IO_ENDED,     /* no more output will come */
    YTOPS_CHILD_IO_OVERFLOW,  /* more output than the limit is waiting */
    YTOPS_CHILD_IO_TIMEOUT,   /* the deadline has passed */
    YTOPS_CHILD_IO_CANCELLED, /* the job is to end */
} YtopsChildIoStep;

/* Takes over `process`, which has all three pipes. */
YtopsChildIo *ytops_child_io_new(YtopsProcess *process, gsize output_limit);

/* Kills the process group where it still runs. NULL is fine. */
void ytops_child_io_free(YtopsChildIo *io);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsChildIo, ytops_child_io_free)

YtopsProcess *ytops_child_io_get_process(YtopsChildIo *io);

/* Queues bytes for standard input, copied; `last`: it is closed once they are written. */
void ytops_child_io_write(YtopsChildIo *io, const char *bytes, gsize length, gboolean last);

/* Waits within the limits until something moves, and moves it. */
YtopsChildIoStep ytops_child_io_step(YtopsChildIo *io, const YtopsJobLimits *limits);

/* What was read from standard output and not yet removed from the array. Owned by `io`. */
GByteArray *ytops_child_io_get_output(YtopsChildIo *io);

/* The kept part of standard error, with what waits in the pipe. Owned by `io`. */
const char *ytops_child_io_get_errors(YtopsChildIo *io);

/* Forgets the kept part of standard error: what comes next belongs to another job. */
void ytops_child_io_forget_errors(YtopsChildIo *io);

/*
 * For messages: how the process ended or that it still runs, and its last lines on standard error,
 * redacted. Waits a moment for an end that is under way. Free with g_free.
 */
char *ytops_child_io_describe(YtopsChildIo *io);
