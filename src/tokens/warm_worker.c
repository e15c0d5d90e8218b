#include "warm_worker.h"

#include <string.h>

#include "ytops/child_io.h"
#include "ytops/error.h"
#include "ytops/json.h"
#include "ytops/log.h"

enum {
    OUTPUT_LIMIT = 256 * 1024 * 1024,
    LINE_LIMIT = 16 * 1024 * 1024,
    MESSAGES_LIMIT = 1000,
    STACK_LOGGED = 1200,
};

struct WarmWorker {
    YtopsChildIo *io;
    char *command; /* for messages */
    char *version;
    guint n_jobs;
    gint64 rss_kib;
};

static void set_broken(WarmWorker *worker, const char *what, GError **error)
{
    g_autofree char *state = ytops_child_io_describe(worker->io);
    const char *remedy = worker->version != NULL
                             ? "it is replaced, so ask again"
                             : "it never came up, so check this Python and its yt-dlp";

    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                "the yt-dlp worker process '%s' %s: %s; %s", worker->command, what, state, remedy);
    if (error != NULL && worker->version != NULL)
        ytops_error_set_context(*error, "retryable", "true");
}

/* The worker dumps its stack shortly before the deadline. */
static void log_stack(WarmWorker *worker)
{
    const char *stack = strstr(ytops_child_io_get_errors(worker->io), "Timeout (");
    g_autofree char *text = stack != NULL ? g_strndup(stack, STACK_LOGGED) : NULL;

    if (text != NULL)
        ytops_log_info("tokens", "yt-dlp ran out of time", "pid",
                       YTOPS_LOG_INT(warm_worker_get_pid(worker)), "stack", text, NULL);
}

/* Steps until the output is longer than `size`, or an error that says what was waited for. */
static gboolean read_past(WarmWorker *worker, gsize size, const YtopsJobLimits *limits,
                          const char *what, GError **error)
{
    while (ytops_child_io_get_output(worker->io)->len <= size) {
        switch (ytops_child_io_step(worker->io, limits)) {
        case YTOPS_CHILD_IO_MOVED:
            break;
        case YTOPS_CHILD_IO_ENDED:
            if (ytops_child_io_get_output(worker->io)->len > size)
                return TRUE;
            set_broken(worker, "ended in the middle of its work", error);
            return FALSE;
        case YTOPS_CHILD_IO_OVERFLOW:
            set_broken(worker, "wrote more than 256 MiB for one job", error);
            return FALSE;
        case YTOPS_CHILD_IO_TIMEOUT:
            log_stack(worker);
            ytops_job_limits_set_error(YTOPS_JOB_WAIT_TIMEOUT, what, error);
            return FALSE;
        case YTOPS_CHILD_IO_CANCELLED:
            ytops_job_limits_set_error(YTOPS_JOB_WAIT_CANCELLED, what, error);
            return FALSE;
        }
    }
    return TRUE;
}

static char *take_bytes(GByteArray *output, guint length)
{
    char *bytes = g_strndup((const char *)output->data, length);

    g_byte_array_remove_range(output, 0, length);
    return bytes;
}

/* One line that is a JSON object, taken out of the output. */
static YtopsJson *read_line(WarmWorker *worker, const YtopsJobLimits *limits, const char *what,
                            GError **error)
{
    GByteArray *output = ytops_child_io_get_output(worker->io);
    g_autofree char *line = NULL;
    YtopsJson *json;
    const guint8 *end = NULL;
    gsize searched = 0;

    while (end == NULL) {
        if (searched > LINE_LIMIT) {
            set_broken(worker, "wrote a line of more than 16 MiB", error);
            return NULL;
        }
        if (!read_past(worker, searched, limits, what, error))
            return NULL;
        end = memchr(output->data + searched, '\n', output->len - searched);
        searched = output->len;
    }
    line = take_bytes(output, (guint)(end - output->data) + 1);
    json = ytops_json_parse(line, -1, NULL);
    if (json == NULL || ytops_json_get_type(json) != YTOPS_JSON_OBJECT) {
        g_clear_pointer(&json, ytops_json_unref);
        set_broken(worker, "wrote a line that is no JSON object", error);
    }
    return json;
}

static gboolean await_ready(WarmWorker *worker, const YtopsJobLimits *limits, GError **error)
{
    g_autoptr(YtopsJson) hello = read_line(worker, limits, "yt-dlp to be loaded", error);

    if (hello == NULL)
        return FALSE;
    if (!ytops_json_get_bool(hello, "ready")) {
        const char *cause = ytops_json_get_string(hello, "error");

        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                    "'%s' cannot load yt-dlp: %s; install yt-dlp for this Python (apt-get install "
                    "yt-dlp, or pip install yt-dlp in its virtual environment)",
                    worker->command, cause != NULL ? cause : "it gives no cause");
        return FALSE;
    }
    worker->version = g_strdup(ytops_json_get_string(hello, "version"));
    worker->rss_kib = ytops_json_get_int(hello, "rss_kib");
    return TRUE;
}

WarmWorker *warm_worker_start(const char *python, const char *script, const YtopsJobLimits *limits,
                              GError **error)
{
    const char *argv[] = {python, script, NULL};
    g_autoptr(WarmWorker) worker = NULL;
    g_autoptr(GError) cause = NULL;
    YtopsProcess *process = ytops_process_spawn(
        argv, NULL, NULL, YTOPS_PROCESS_STDIN | YTOPS_PROCESS_STDOUT | YTOPS_PROCESS_STDERR, error);

    if (process == NULL)
        return NULL;
    worker = g_new0(WarmWorker, 1);
    worker->io = ytops_child_io_new(process, OUTPUT_LIMIT);
    worker->command = g_strdup_printf("%s %s", python, script);
    if (!await_ready(worker, limits, &cause)) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return NULL;
    }
    return g_steal_pointer(&worker);
}

void warm_worker_free(WarmWorker *worker)
{
    if (worker == NULL)
        return;
    ytops_child_io_free(worker->io);
    g_free(worker->command);
    g_free(worker->version);
    g_free(worker);
}

static void send_job(WarmWorker *worker, const RunnerJob *job)
{
    g_auto(GStrv) args = ytdlp_command_extraction_args(job->extraction);
    g_autoptr(YtopsJson) message = ytops_json_object_new();
    YtopsJson *list = ytops_json_array_new();
    g_autofree char *text = NULL;
    g_autofree char *line = NULL;

    for (char **arg = args; *arg != NULL; arg++)
        ytops_json_append_string(list, *arg);
    ytops_json_set_string(message, "id", job->job_id);
    ytops_json_set_take(message, "args", list);
    ytops_json_set_int(message, "deadline_s",
                       ytops_job_limits_remaining_ms(job->limits, G_MAXINT) / 1000);
    text = ytops_json_to_string(message);
    line = g_strconcat(text, "\n", NULL);
    ytops_child_io_forget_errors(worker->io);
    ytops_child_io_write(worker->io, line, strlen(line), FALSE);
}

static void take_messages(const YtopsJson *messages, RunnerOutcome *outcome)
{
    guint n_messages = MIN(ytops_json_length(messages), (guint)MESSAGES_LIMIT);

    for (guint i = 0; i < n_messages; i++) {
        YtopsJson *message = ytops_json_at(messages, i);
        const char *level = ytops_json_get_string(message, "level");
        const char *text = ytops_json_get_string(message, "text");

        if (text != NULL)
            runner_outcome_add(
                outcome, g_strcmp0(level, "error") == 0 ? YTOPS_LINE_ERROR : YTOPS_LINE_WARNING,
                text);
    }
}

static gboolean take_answer(WarmWorker *worker, const RunnerJob *job, const YtopsJson *answer,
                            RunnerOutcome *outcome, GError **error)
{
    gint64 info_bytes = ytops_json_get_int(answer, "info_bytes");
    gboolean ok = ytops_json_get_bool(answer, "ok");

    if (g_strcmp0(ytops_json_get_string(answer, "id"), job->job_id) != 0 || info_bytes < 0 ||
        info_bytes >= OUTPUT_LIMIT || ok != (info_bytes > 0)) {
        set_broken(worker, "answered something else than the job it was given", error);
        return FALSE;
    }
    take_messages(ytops_json_get(answer, "messages"), outcome);
    outcome->options_refused = ytops_json_get_bool(answer, "options_refused");
    worker->rss_kib = ytops_json_get_int(answer, "rss_kib");
    if (!ok)
        return TRUE;
    if (!read_past(worker, (gsize)info_bytes - 1, job->limits, "the rest of the info.json", error))
        return FALSE;
    outcome->info_json = take_bytes(ytops_child_io_get_output(worker->io), (guint)info_bytes);
    return TRUE;
}

RunnerOutcome *warm_worker_run(WarmWorker *worker, const RunnerJob *job, GError **error)
{
    g_autoptr(RunnerOutcome) outcome = runner_outcome_new();
    g_autoptr(YtopsJson) answer = NULL;

    send_job(worker, job);
    answer = read_line(worker, job->limits, "yt-dlp's extraction", error);
    if (answer == NULL || !take_answer(worker, job, answer, outcome, error))
        return NULL;
    if (ytops_child_io_get_output(worker->io)->len > 0) {
        set_broken(worker, "wrote more than its answer", error);
        return NULL;
    }
    worker->n_jobs++;
    return g_steal_pointer(&outcome);
}

gboolean warm_worker_is_alive(WarmWorker *worker)
{
    return !ytops_process_has_ended(ytops_child_io_get_process(worker->io), NULL);
}

guint warm_worker_count_jobs(const WarmWorker *worker)
{
    return worker->n_jobs;
}

gint64 warm_worker_get_rss_kib(const WarmWorker *worker)
{
    return worker->rss_kib;
}

const char *warm_worker_get_version(const WarmWorker *worker)
{
    return worker->version;
}

pid_t warm_worker_get_pid(const WarmWorker *worker)
{
    return ytops_process_get_pid(ytops_child_io_get_process(worker->io));
}
