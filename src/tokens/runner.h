/*
 * What runs an extraction: a warm process or the yt-dlp command. A runner belongs to one thread.
 */
#pragma once

#include "ytdlp_command.h"
#include "ytops/error_policy.h"
#include "ytops/job_limits.h"

/* All borrowed for the call. */
typedef struct {
    const char *job_id;
    const YtdlpExtraction *extraction;
    const YtopsJobLimits *limits;
} RunnerJob;

typedef struct {
    char *info_json;          /* NULL: the extraction failed, and `lines` tell why */
    GArray *lines;            /* YtopsLine whose texts the array owns; never NULL */
    gboolean options_refused; /* yt-dlp does not take its options: no account's or proxy's doing */
} RunnerOutcome;

static inline void runner_line_clear(gpointer line)
{
    g_free((char *)((YtopsLine *)line)->text);
}

static inline RunnerOutcome *runner_outcome_new(void)
{
    RunnerOutcome *outcome = g_new0(RunnerOutcome, 1);

    outcome->lines = g_array_new(FALSE, FALSE, sizeof(YtopsLine));
    g_array_set_clear_func(outcome->lines, runner_line_clear);
    return outcome;
}

static inline void runner_outcome_add(RunnerOutcome *outcome, YtopsLineLevel level,
                                      const char *text)
{
    YtopsLine line = {level, g_strdup(text)};

    g_array_append_val(outcome->lines, line);
}

static inline void runner_outcome_free(RunnerOutcome *outcome)
{
    g_free(outcome->info_json);
    g_array_unref(outcome->lines);
    g_free(outcome);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RunnerOutcome, runner_outcome_free)

typedef struct Runner Runner;

typedef struct {
    /*
     * Makes ready for a job, so that the job need not wait for it: called between jobs. TRUE where
     * it is ready. Ends early when cancel_fd becomes readable. A failure is in the log.
     */
    gboolean (*prepare)(Runner *runner, int cancel_fd);
    /*
     * Runs one extraction. NULL and an error where it did not come to an end of its own: TIMEOUT
     * and DRAINING by the limits, with everything it started killed; INTERNAL where the process
     * could not be started, died or made no sense.
     */
    RunnerOutcome *(*run)(Runner *runner, const RunnerJob *job, GError **error);
    void (*free)(Runner *runner);
} RunnerClass;

/* The first member of every kind of runner. */
struct Runner {
    const RunnerClass *klass;
};

static inline gboolean runner_prepare(Runner *runner, int cancel_fd)
{
    return runner->klass->prepare(runner, cancel_fd);
}

static inline RunnerOutcome *runner_run(Runner *runner, const RunnerJob *job, GError **error)
{
    return runner->klass->run(runner, job, error);
}

static inline void runner_free(Runner *runner)
{
    if (runner != NULL)
        runner->klass->free(runner);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Runner, runner_free)
