#include "tool.h"

#include <string.h>
#include <sys/wait.h>

#include "ytops/child_io.h"
#include "ytops/error.h"

enum { TICK_MS = 500, OUTPUT_LIMIT = 16 * 1024 * 1024 };

void tool_end_clear(ToolEnd *end)
{
    g_clear_pointer(&end->output, g_free);
    g_clear_pointer(&end->errors, g_free);
}

/* What is complete in the output goes to the line function and is forgotten. */
static void take_lines(const Tool *tool, GByteArray *output, gboolean last)
{
    const guint8 *newline;

    /* An empty array may have no memory at all, which memchr must not get. */
    if (tool->line == NULL || output->len == 0)
        return;
    while (output->len > 0 && (newline = memchr(output->data, '\n', output->len)) != NULL) {
        guint length = (guint)(newline - output->data);
        g_autofree char *line = g_strndup((const char *)output->data, length);

        tool->line(line, tool->data);
        g_byte_array_remove_range(output, 0, length + 1);
    }
    if (last && output->len > 0) {
        g_autofree char *line = g_strndup((const char *)output->data, output->len);

        tool->line(line, tool->data);
    }
}

static gboolean overflow(const Tool *tool, GError **error)
{
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                "'%s' wrote more than 16 MiB in %s and was ended; check which program that is",
                tool->argv[0], tool->purpose);
    return FALSE;
}

/* A deadline of its own for each step, so that the clock is looked at on the way. */
static gboolean follow(const Tool *tool, YtopsChildIo *io, GError **error)
{
    for (;;) {
        YtopsJobLimits step;

        ytops_job_limits_init(&step, ytops_job_limits_remaining_ms(tool->limits, TICK_MS),
                              tool->limits->cancel_fd);
        switch (ytops_child_io_step(io, &step)) {
        case YTOPS_CHILD_IO_MOVED:
            take_lines(tool, ytops_child_io_get_output(io), FALSE);
            break;
        case YTOPS_CHILD_IO_ENDED:
            take_lines(tool, ytops_child_io_get_output(io), TRUE);
            return TRUE;
        case YTOPS_CHILD_IO_OVERFLOW:
            return overflow(tool, error);
        case YTOPS_CHILD_IO_TIMEOUT:
            break;
        case YTOPS_CHILD_IO_CANCELLED:
            ytops_job_limits_set_error(YTOPS_JOB_WAIT_CANCELLED, tool->purpose, error);
            return FALSE;
        }
        if (ytops_job_limits_remaining_ms(tool->limits, 1) == 0) {
            ytops_job_limits_set_error(YTOPS_JOB_WAIT_TIMEOUT, tool->purpose, error);
            return FALSE;
        }
        if (tool->tick != NULL && !tool->tick(tool->data, error))
            return FALSE;
    }
}

/* Both pipes can be closed a little before the end of the process. */
static gboolean await_end(const Tool *tool, YtopsProcess *process, int *status, GError **error)
{
    while (!ytops_process_wait(process, ytops_job_limits_remaining_ms(tool->limits, TICK_MS),
                               status)) {
        YtopsJobWait wait = ytops_job_limits_poll(tool->limits, NULL, 0, 0);

        if (wait != YTOPS_JOB_WAIT_READY) {
            ytops_job_limits_set_error(wait, tool->purpose, error);
            return FALSE;
        }
        if (tool->tick != NULL && !tool->tick(tool->data, error))
            return FALSE;
    }
    *status = WIFSIGNALED(*status) ? 128 + WTERMSIG(*status) : WEXITSTATUS(*status);
    return TRUE;
}

gboolean tool_run(const Tool *tool, ToolEnd *end, GError **error)
{
    YtopsProcess *process = ytops_process_spawn(
        tool->argv, NULL, NULL, YTOPS_PROCESS_STDIN | YTOPS_PROCESS_STDOUT | YTOPS_PROCESS_STDERR,
        error);
    g_autoptr(YtopsChildIo) io = process != NULL ? ytops_child_io_new(process, OUTPUT_LIMIT) : NULL;
    const char *input = tool->input != NULL ? tool->input : "";
    GByteArray *output;

    if (io == NULL)
        return FALSE;
    if (*input != '\0')
        ytops_child_io_write(io, input, strlen(input), TRUE);
    else
        ytops_process_close_stdin(process);
    if (!follow(tool, io, error) || !await_end(tool, process, &end->status, error))
        return FALSE;
    output = ytops_child_io_get_output(io);
    end->output = g_strndup((const char *)output->data, tool->line == NULL ? output->len : 0);
    end->errors = g_strdup(ytops_child_io_get_errors(io));
    return TRUE;
}
