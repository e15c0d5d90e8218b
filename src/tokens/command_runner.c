#include "command_runner.h"

#include <string.h>
#include <sys/wait.h>

#include "ytops/child_io.h"
#include "ytops/error.h"

enum {
    OUTPUT_LIMIT = 256 * 1024 * 1024,
    STATUS_OPTIONS_REFUSED = 2, /* of yt-dlp, as of every program that uses Python's optparse */
};

typedef struct {
    Runner runner;
    char *ytdlp;
} CommandRunner;

static YtopsChildIo *start(CommandRunner *self, const RunnerJob *job, GError **error)
{
    g_autofree char *input = NULL;
    g_auto(GStrv) argv = ytdlp_command_extraction(self->ytdlp, job->extraction, &input);
    YtopsProcess *process = ytops_process_spawn(
        (const char *const *)argv, NULL, NULL,
        YTOPS_PROCESS_STDIN | YTOPS_PROCESS_STDOUT | YTOPS_PROCESS_STDERR, error);
    YtopsChildIo *io;

    if (process == NULL)
        return NULL;
    io = ytops_child_io_new(process, OUTPUT_LIMIT);
    ytops_child_io_write(io, input, strlen(input), TRUE);
    return io;
}

static gboolean collect(CommandRunner *self, YtopsChildIo *io, const YtopsJobLimits *limits,
                        GError **error)
{
    for (;;) {
        switch (ytops_child_io_step(io, limits)) {
        case YTOPS_CHILD_IO_MOVED:
            break;
        case YTOPS_CHILD_IO_ENDED:
            return TRUE;
        case YTOPS_CHILD_IO_OVERFLOW:
            g_set_error(
                error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                "'%s' wrote more than 256 MiB for one job and was ended; check --ytdlp-args",
                self->ytdlp);
            return FALSE;
        case YTOPS_CHILD_IO_TIMEOUT:
            ytops_job_limits_set_error(YTOPS_JOB_WAIT_TIMEOUT, "yt-dlp's extraction", error);
            return FALSE;
        case YTOPS_CHILD_IO_CANCELLED:
            ytops_job_limits_set_error(YTOPS_JOB_WAIT_CANCELLED, "yt-dlp's extraction", error);
            return FALSE;
        }
    }
}

/* Both pipes can be closed a little before the end of the process. */
static gboolean await_end(CommandRunner *self, YtopsChildIo *io, const YtopsJobLimits *limits,
                          int *status, GError **error)
{
    YtopsProcess *process = ytops_child_io_get_process(io);

    while (!ytops_process_wait(process, ytops_job_limits_remaining_ms(limits, 200), status)) {
        YtopsJobWait wait = ytops_job_limits_poll(limits, NULL, 0, 0);

        if (wait == YTOPS_JOB_WAIT_READY)
            continue;
        ytops_job_limits_set_error(wait, "yt-dlp's end", error);
        return FALSE;
    }
    if (!WIFSIGNALED(*status))
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                "'%s' was ended by signal %d (%s) in the middle of its work; ask again",
                self->ytdlp, WTERMSIG(*status), strsignal(WTERMSIG(*status)));
    if (error != NULL)
        ytops_error_set_context(*error, "retryable", "true");
    return FALSE;
}

static gboolean has_error(const RunnerOutcome *outcome)
{
    for (guint i = 0; i < outcome->lines->len; i++)
        if (g_array_index(outcome->lines, YtopsLine, i).level == YTOPS_LINE_ERROR)
            return TRUE;
    return FALSE;
}

static RunnerOutcome *make_outcome(CommandRunner *self, YtopsChildIo *io, int status)
{
    GByteArray *output = ytops_child_io_get_output(io);
    RunnerOutcome *outcome = runner_outcome_new();
    g_autofree char *text = g_strchomp(g_strndup((const char *)output->data, output->len));

    g_array_unref(outcome->lines);
    outcome->lines = ytops_error_lines_new(ytops_child_io_get_errors(io));
    outcome->options_refused = WEXITSTATUS(status) == STATUS_OPTIONS_REFUSED;
    /* yt-dlp prints a literal null where the extraction failed. */
    if (*text == '{') {
        outcome->info_json = g_steal_pointer(&text);
    } else if (!has_error(outcome)) {
        g_autofree char *state = ytops_child_io_describe(io);
        g_autofree char *line =
            g_strdup_printf("'%s' gave no info.json and no error (status %d): %s", self->ytdlp,
                            WEXITSTATUS(status), state);
        runner_outcome_add(outcome, YTOPS_LINE_ERROR, line);
    }
    return outcome;
}

static gboolean command_runner_prepare(G_GNUC_UNUSED Runner *runner, G_GNUC_UNUSED int cancel_fd)
{
    return TRUE;
}

static RunnerOutcome *command_runner_run(Runner *runner, const RunnerJob *job, GError **error)
{
    CommandRunner *self = (CommandRunner *)runner;
    g_autoptr(YtopsChildIo) io = start(self, job, error);
    int status = 0;

    if (io == NULL || !collect(self, io, job->limits, error) ||
        !await_end(self, io, job->limits, &status, error))
        return NULL;
    return make_outcome(self, io, status);
}

static void command_runner_free(Runner *runner)
{
    CommandRunner *self = (CommandRunner *)runner;

    g_free(self->ytdlp);
    g_free(self);
}

Runner *command_runner_new(const char *ytdlp)
{
    static const RunnerClass klass = {command_runner_prepare, command_runner_run,
                                      command_runner_free};
    CommandRunner *self = g_new0(CommandRunner, 1);

    self->runner.klass = &klass;
    self->ytdlp = g_strdup(ytdlp);
    return &self->runner;
}
