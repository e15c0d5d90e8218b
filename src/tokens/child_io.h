/*
 * The pipes of a child process, read and written at once: what is queued goes to its standard
 * input, its standard output is collected up to a limit, and of its standard error the last part is
 * kept for messages. Belongs to one thread.
 */
#pragma once

#include "job_limits.h"
#include "ytops/process.h"

typedef struct ChildIo ChildIo;

typedef enum {
    CHILD_IO_MOVED,     /* something was read or written, or a while went by */
    CHILD_IO_ENDED,     /* no more output will come */
    CHILD_IO_OVERFLOW,  /* more output than the limit is waiting */
    CHILD_IO_TIMEOUT,   /* the deadline has passed */
    CHILD_IO_CANCELLED, /* the job is to end */
} ChildIoStep;

/* Takes over `process`, which has all three pipes. */
ChildIo *child_io_new(YtopsProcess *process, gsize output_limit);

/* Kills the process group where it still runs. NULL is fine. */
void child_io_free(ChildIo *io);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChildIo, child_io_free)

YtopsProcess *child_io_get_process(ChildIo *io);

/* Queues bytes for standard input, copied; `last`: it is closed once they are written. */
void child_io_write(ChildIo *io, const char *bytes, gsize length, gboolean last);

/* Waits within the limits until something moves, and moves it. */
ChildIoStep child_io_step(ChildIo *io, const JobLimits *limits);

/* What was read from standard output and not yet removed from the array. Owned by `io`. */
GByteArray *child_io_get_output(ChildIo *io);

/* The kept part of standard error, with what waits in the pipe. Owned by `io`. */
const char *child_io_get_errors(ChildIo *io);

/* Forgets the kept part of standard error: what comes next belongs to another job. */
void child_io_forget_errors(ChildIo *io);

/*
 * For messages: how the process ended or that it still runs, and its last lines on standard error,
 * redacted. Waits a moment for an end that is under way. Free with g_free.
 */
char *child_io_describe(ChildIo *io);
