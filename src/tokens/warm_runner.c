#include "warm_runner.h"

#include "warm_worker.h"
#include "ytops/error.h"
#include "ytops/log.h"

enum {
    START_TIMEOUT_MS = 60 * 1000,
    FIRST_DELAY_S = 1,
    LONGEST_DELAY_S = 30,
};

typedef struct {
    Runner runner;
    char *python;
    char *script;
    guint max_jobs;
    gint64 max_rss_kib;
    WarmWorker *worker; /* NULL: none */
    GError *start_failure;
    gint64 start_delay_s;
    gint64 next_start_us; /* no start before this time */
} WarmRunner;

static void note_start_failure(WarmRunner *self, GError *failure)
{
    g_clear_error(&self->start_failure);
    self->start_failure = failure;
    self->start_delay_s =
        CLAMP(self->start_delay_s * 2, (gint64)FIRST_DELAY_S, (gint64)LONGEST_DELAY_S);
    self->next_start_us = g_get_monotonic_time() + self->start_delay_s * G_USEC_PER_SEC;
    ytops_log_error("tokens", "a yt-dlp worker cannot start", "error", failure->message,
                    "next_try_in_s", YTOPS_LOG_INT(self->start_delay_s), NULL);
}

static void note_start(WarmRunner *self)
{
    g_clear_error(&self->start_failure);
    self->start_delay_s = 0;
    ytops_log_debug("tokens", "yt-dlp worker is warm", "pid",
                    YTOPS_LOG_INT(warm_worker_get_pid(self->worker)), "yt_dlp",
                    warm_worker_get_version(self->worker), NULL);
}

static gboolean start_worker(WarmRunner *self, const YtopsJobLimits *limits, GError **error)
{
    g_autoptr(GError) failure = NULL;

    if (self->start_failure != NULL && g_get_monotonic_time() < self->next_start_us) {
        g_propagate_error(error, g_error_copy(self->start_failure));
        return FALSE;
    }
    self->worker = warm_worker_start(self->python, self->script, limits, &failure);
    if (self->worker != NULL) {
        note_start(self);
        return TRUE;
    }
    /* A job that ran out of time, or the shutdown, says nothing about the program. */
    if (ytops_error_get_code(failure) == YTOPS_ERROR_INTERNAL)
        note_start_failure(self, g_error_copy(failure));
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

static const char *reason_to_replace(WarmRunner *self)
{
    if (!warm_worker_is_alive(self->worker))
        return "it ended by itself";
    if (self->max_jobs > 0 && warm_worker_count_jobs(self->worker) >= self->max_jobs)
        return "it has served its number of jobs";
    if (self->max_rss_kib > 0 && warm_worker_get_rss_kib(self->worker) > self->max_rss_kib)
        return "it has grown past its limit";
    return NULL;
}

static void drop_worn_out(WarmRunner *self)
{
    const char *reason = self->worker != NULL ? reason_to_replace(self) : NULL;

    if (reason == NULL)
        return;
    ytops_log_info("tokens", "yt-dlp worker is replaced", "pid",
                   YTOPS_LOG_INT(warm_worker_get_pid(self->worker)), "reason", reason, "jobs",
                   YTOPS_LOG_INT(warm_worker_count_jobs(self->worker)), "rss_kib",
                   YTOPS_LOG_INT(warm_worker_get_rss_kib(self->worker)), NULL);
    g_clear_pointer(&self->worker, warm_worker_free);
}

static gboolean warm_runner_prepare(Runner *runner, int cancel_fd)
{
    WarmRunner *self = (WarmRunner *)runner;
    g_autoptr(GError) failure = NULL;
    YtopsJobLimits limits;

    drop_worn_out(self);
    if (self->worker != NULL)
        return TRUE;
    ytops_job_limits_init(&limits, START_TIMEOUT_MS, cancel_fd);
    if (start_worker(self, &limits, &failure))
        return TRUE;
    if (ytops_error_get_code(failure) == YTOPS_ERROR_TIMEOUT)
        note_start_failure(self, g_steal_pointer(&failure));
    return FALSE;
}

static RunnerOutcome *warm_runner_run(Runner *runner, const RunnerJob *job, GError **error)
{
    WarmRunner *self = (WarmRunner *)runner;
    RunnerOutcome *outcome;

    drop_worn_out(self);
    if (self->worker == NULL && !start_worker(self, job->limits, error))
        return NULL;
    outcome = warm_worker_run(self->worker, job, error);
    if (outcome == NULL)
        g_clear_pointer(&self->worker, warm_worker_free);
    return outcome;
}

static void warm_runner_free(Runner *runner)
{
    WarmRunner *self = (WarmRunner *)runner;

    warm_worker_free(self->worker);
    g_clear_error(&self->start_failure);
    g_free(self->python);
    g_free(self->script);
    g_free(self);
}

Runner *warm_runner_new(const char *python, const char *script, guint max_jobs, guint max_rss_mib)
{
    static const RunnerClass klass = {warm_runner_prepare, warm_runner_run, warm_runner_free};
    WarmRunner *self = g_new0(WarmRunner, 1);

    self->runner.klass = &klass;
    self->python = g_strdup(python);
    self->script = g_strdup(script);
    self->max_jobs = max_jobs;
    self->max_rss_kib = (gint64)max_rss_mib * 1024;
    return &self->runner;
}
