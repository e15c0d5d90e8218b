/*
 * One warm yt-dlp process: libexec/ytdlp_worker.py describes the conversation.
 *
 *   start -> warm -> (job -> answer)* -> free
 *
 * After any error of a call the process has no defined state: free it. Belongs to one thread; it
 * ends with the thread that started it.
 */
#pragma once

#include "runner.h"

typedef struct WarmWorker WarmWorker;

/*
 * Starts the process and waits until it is warm. Errors: TIMEOUT, DRAINING, and INTERNAL that names
 * the command and says what to install.
 */
WarmWorker *warm_worker_start(const char *python, const char *script, const YtopsJobLimits *limits,
                              GError **error);

/* Kills its process group. NULL is fine. */
void warm_worker_free(WarmWorker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WarmWorker, warm_worker_free)

/*
 * One job. Errors: TIMEOUT and DRAINING by the job's limits, INTERNAL where the process died or
 * broke the protocol, saying how it ended and what it last said.
 */
RunnerOutcome *warm_worker_run(WarmWorker *worker, const RunnerJob *job, GError **error);

/* FALSE once the process has ended by itself. */
gboolean warm_worker_is_alive(WarmWorker *worker);

guint warm_worker_count_jobs(const WarmWorker *worker);

/* Resident memory after the last job, as the process itself said. */
gint64 warm_worker_get_rss_kib(const WarmWorker *worker);

/* yt-dlp's version. Owned by the worker. */
const char *warm_worker_get_version(const WarmWorker *worker);

pid_t warm_worker_get_pid(const WarmWorker *worker);
