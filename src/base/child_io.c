#include "ytops/child_io.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ytops/log.h"

enum {
    READ_CHUNK = 64 * 1024,
    ERRORS_KEPT = 256 * 1024,
    ERRORS_DRAINED = 64, /* reads of a chunk: the pipe's size and more */
    END_CHECK_MS = 200,
    END_WAIT_MS = 500,
    DESCRIBED_LINES = 5,
    DESCRIBED_BYTES = 600,
};

struct YtopsChildIo {
    YtopsProcess *process;
    GByteArray *input;
    gsize input_offset;
    gboolean close_after_input;
    GByteArray *output;
    gsize output_limit;
    gboolean output_ended;
    GString *errors;
    gboolean errors_ended;
};

YtopsChildIo *ytops_child_io_new(YtopsProcess *process, gsize output_limit)
{
    YtopsChildIo *io = g_new0(YtopsChildIo, 1);

    io->process = process;
    io->input = g_byte_array_new();
    io->output = g_byte_array_new();
    io->output_limit = output_limit;
    io->errors = g_string_new(NULL);
    return io;
}

void ytops_child_io_free(YtopsChildIo *io)
{
    if (io == NULL)
        return;
    ytops_process_free(io->process);
    g_byte_array_unref(io->input);
    g_byte_array_unref(io->output);
    g_string_free(io->errors, TRUE);
    g_free(io);
}

YtopsProcess *ytops_child_io_get_process(YtopsChildIo *io)
{
    return io->process;
}

GByteArray *ytops_child_io_get_output(YtopsChildIo *io)
{
    return io->output;
}

void ytops_child_io_write(YtopsChildIo *io, const char *bytes, gsize length, gboolean last)
{
    g_byte_array_append(io->input, (const guint8 *)bytes, (guint)length);
    io->close_after_input = last;
}

/* A write to a child that has ended must not end this process with SIGPIPE. */
static gssize write_quietly(int fd, const guint8 *bytes, gsize length)
{
    const struct timespec none = {0};
    sigset_t pipe_signal, before;
    gssize written;
    int write_errno;

    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    written = write(fd, bytes, length);
    write_errno = errno;
    if (written < 0 && write_errno == EPIPE && !sigismember(&before, SIGPIPE))
        sigtimedwait(&pipe_signal, NULL, &none);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = write_errno;
    return written;
}

static gboolean is_transient(int number)
{
    return number == EAGAIN || number == EINTR;
}

static gsize pending_input(const YtopsChildIo *io)
{
    return io->input->len - io->input_offset;
}

static void finish_input(YtopsChildIo *io)
{
    g_byte_array_set_size(io->input, 0);
    io->input_offset = 0;
    if (io->close_after_input)
        ytops_process_close_stdin(io->process);
}

static void write_input(YtopsChildIo *io)
{
    gssize written = write_quietly(ytops_process_get_stdin(io->process),
                                   io->input->data + io->input_offset, pending_input(io));

    if (written > 0)
        io->input_offset += (gsize)written;
    /* A child that reads no more says why by its end or its output. */
    if (pending_input(io) == 0 || (written < 0 && !is_transient(errno)))
        finish_input(io);
}

/* FALSE at the end of the stream. */
static gboolean read_output(YtopsChildIo *io)
{
    gsize room = io->output_limit - MIN(io->output->len, io->output_limit);
    guint before = io->output->len;
    gssize count;

    g_byte_array_set_size(io->output, before + (guint)MIN(room, (gsize)READ_CHUNK));
    count = read(ytops_process_get_stdout(io->process), io->output->data + before,
                 io->output->len - before);
    g_byte_array_set_size(io->output, before + (guint)MAX(count, 0));
    return count > 0 || (count < 0 && is_transient(errno));
}

static gboolean read_errors(YtopsChildIo *io)
{
    char chunk[4096];
    gssize count = read(ytops_process_get_stderr(io->process), chunk, sizeof chunk);

    if (count <= 0)
        return count < 0 && is_transient(errno);
    for (gssize i = 0; i < count; i++)
        if (chunk[i] == '\0')
            chunk[i] = ' ';
    g_string_append_len(io->errors, chunk, count);
    if (io->errors->len > 2 * ERRORS_KEPT)
        g_string_erase(io->errors, 0, (gssize)(io->errors->len - ERRORS_KEPT));
    return TRUE;
}

/* What waits in the pipe, without waiting for more; a child that never stops is not followed. */
static void drain_errors(YtopsChildIo *io)
{
    struct pollfd fd = {.fd = io->errors_ended ? -1 : ytops_process_get_stderr(io->process),
                        .events = POLLIN};

    for (guint i = 0; i < ERRORS_DRAINED && poll(&fd, 1, 0) > 0; i++) {
        if (!read_errors(io)) {
            io->errors_ended = TRUE;
            return;
        }
    }
}

/* The same for the output of a child that has ended; a grandchild may hold the pipe open. */
static void drain_output(YtopsChildIo *io)
{
    struct pollfd fd = {.fd = io->output_ended ? -1 : ytops_process_get_stdout(io->process),
                        .events = POLLIN};

    while (io->output->len < io->output_limit && poll(&fd, 1, 0) > 0) {
        if (!read_output(io)) {
            io->output_ended = TRUE;
            return;
        }
    }
}

const char *ytops_child_io_get_errors(YtopsChildIo *io)
{
    drain_errors(io);
    return io->errors->str;
}

void ytops_child_io_forget_errors(YtopsChildIo *io)
{
    drain_errors(io);
    g_string_truncate(io->errors, 0);
}

static YtopsChildIoStep move(YtopsChildIo *io, const struct pollfd *fds)
{
    if (fds[0].revents != 0)
        write_input(io);
    if (fds[2].revents != 0 && !read_errors(io))
        io->errors_ended = TRUE;
    if (fds[1].revents != 0) {
        if (io->output->len >= io->output_limit)
            return YTOPS_CHILD_IO_OVERFLOW;
        if (!read_output(io))
            io->output_ended = TRUE;
    }
    return YTOPS_CHILD_IO_MOVED;
}

YtopsChildIoStep ytops_child_io_step(YtopsChildIo *io, const YtopsJobLimits *limits)
{
    struct pollfd fds[] = {
        {.fd = pending_input(io) > 0 ? ytops_process_get_stdin(io->process) : -1,
         .events = POLLOUT},
        {.fd = io->output_ended ? -1 : ytops_process_get_stdout(io->process), .events = POLLIN},
        {.fd = io->errors_ended ? -1 : ytops_process_get_stderr(io->process), .events = POLLIN},
    };
    YtopsJobWait wait;

    if (io->output_ended && io->errors_ended)
        return YTOPS_CHILD_IO_ENDED;
    wait = ytops_job_limits_poll(limits, fds, G_N_ELEMENTS(fds), END_CHECK_MS);
    if (wait != YTOPS_JOB_WAIT_READY)
        return wait == YTOPS_JOB_WAIT_TIMEOUT ? YTOPS_CHILD_IO_TIMEOUT : YTOPS_CHILD_IO_CANCELLED;
    if (ytops_process_has_ended(io->process, NULL)) {
        drain_output(io);
        drain_errors(io);
        return io->output->len >= io->output_limit ? YTOPS_CHILD_IO_OVERFLOW : YTOPS_CHILD_IO_ENDED;
    }
    return move(io, fds);
}

/* Where the last lines begin. */
static const char *last_lines(const char *text, guint n_lines)
{
    gsize length = strlen(text);
    const char *start = text + length;

    while (start > text && (gsize)(text + length - start) < DESCRIBED_BYTES) {
        if (start[-1] == '\n' && n_lines-- == 0)
            break;
        start--;
    }
    return start;
}

static char *describe_end(YtopsChildIo *io)
{
    int status = 0;

    if (!ytops_process_wait(io->process, END_WAIT_MS, &status))
        return g_strdup("it still runs");
    if (WIFEXITED(status))
        return g_strdup_printf("it exited with status %d", WEXITSTATUS(status));
    return g_strdup_printf("it was ended by signal %d (%s)", WTERMSIG(status),
                           strsignal(WTERMSIG(status)));
}

char *ytops_child_io_describe(YtopsChildIo *io)
{
    g_autofree char *end = describe_end(io);
    g_autofree char *valid = g_utf8_make_valid(ytops_child_io_get_errors(io), -1);
    g_autofree char *redacted = ytops_redact(last_lines(g_strchomp(valid), DESCRIBED_LINES - 1));

    if (*redacted == '\0')
        return g_strdup_printf("%s and said nothing on standard error", end);
    return g_strdup_printf("%s and last said: %s", end, redacted);
}
