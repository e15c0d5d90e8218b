/*
 * Makes tokens: queues requests, runs them through yt-dlp for an account and a proxy, charges the
 * outcome to whom it belongs.
 *
 *   submit -> cache hit ----------------------------------------------------------> callback
 *          -> equal request in flight: joins it -----------------------------------> callback
 *          -> queue full: OVERLOADED
 *          -> queue -> a job thread: proxy, preflight, PO token, cookies, yt-dlp,
 *                      classify, record outcome ---------------------------------> callbacks
 *
 * --token-workers job threads, each with its own warm yt-dlp worker process; what waits holds no
 * thread. Thread-safe.
 */
#pragma once

#include "ytops/account_manager.h"
#include "ytops/error_policy.h"
#include "ytops/metrics.h"
#include "ytops/proxy_manager.h"
#include "ytops/token_request.h"

typedef enum { YTOPS_TOKEN_RUNNER_WARM, YTOPS_TOKEN_RUNNER_COMMAND } YtopsTokenRunnerKind;

/* Strings are borrowed for ytops_token_service_new and copied. */
typedef struct {
    YtopsTokenRunnerKind runner;
    guint workers;                 /* job threads, and warm processes */
    guint queue_limit;             /* requests that may wait */
    gint64 cache_ttl_s;            /* keep results this long, at most until they expire; 0: never */
    const char *cookies_dir;       /* NULL or "": no cookies */
    const char *pot_provider_url;  /* NULL or "": no PO tokens */
    const char *python;            /* interpreter of the warm workers */
    const char *worker_script;     /* ytdlp_worker.py */
    const char *ytdlp;             /* the command, for the command runner and ytdlpCommand */
    const char *const *ytdlp_args; /* options for every extraction, NULL-terminated */
    const char *server_identity;
    guint worker_max_jobs;    /* a warm process is replaced after so many */
    guint worker_max_rss_mib; /* or when it has grown to this */
    YtopsMetrics *metrics; /* NULL: none; must outlive the service, and not be exposed after it */
} YtopsTokenOptions;

typedef struct YtopsTokenService YtopsTokenService;

/* The managers and the policy must outlive the service. Starts its threads and warms the workers.
 */
YtopsTokenService *ytops_token_service_new(const YtopsTokenOptions *options,
                                           YtopsAccountManager *accounts,
                                           YtopsProxyManager *proxies,
                                           const YtopsErrorPolicy *policy, GError **error);

/*
 * How a request ended: either `result` or `error`, borrowed for the call. Called exactly once for
 * every submit, from any thread, possibly before submit returns. Error contexts hold jobId,
 * accountId, proxyUrl, serverIdentity, bannable, retryable and, where known, retryAfterS.
 */
typedef void (*YtopsTokenDone)(YtopsTokenResult *result, const GError *error, gpointer data);

/* Takes over `ask`. */
void ytops_token_service_submit(YtopsTokenService *service, YtopsTokenAsk *ask, YtopsTokenDone done,
                                gpointer data);

/* What became of a token after it was given out. Borrowed for the call. */
typedef struct {
    const char *job_id;
    const char *account_id;
    const char *proxy_url;
    gboolean success;
    YtopsErrorCode code; /* where success is FALSE */
    const char *details; /* NULL: none */
} YtopsOutcome;

/*
 * Feeds the same counters, history and bans as an extraction's outcome, also for a proxy of another
 * instance with the same identity: behind a load balancer a report reaches any of them. OUT_OF_SCOPE
 * for a proxy that the identity does not know; otherwise Redis' errors. Blocks on Redis.
 */
gboolean ytops_token_service_report_outcome(YtopsTokenService *service, const YtopsOutcome *outcome,
                                            GError **error);

guint ytops_token_service_count_running(YtopsTokenService *service);
guint ytops_token_service_count_waiting(YtopsTokenService *service);

/* Workers that are warm; with the command runner all of them, at once. */
guint ytops_token_service_count_ready(YtopsTokenService *service);

/* TRUE once every worker is warm or, with the command runner, at once. */
gboolean ytops_token_service_is_ready(YtopsTokenService *service);

/*
 * Ends what waits with DRAINING, kills what runs (DRAINING too, charged to nobody), and joins the
 * threads. A later submit is refused with DRAINING. Idempotent.
 */
void ytops_token_service_shutdown(YtopsTokenService *service);

/* Shuts down where that was not done, and frees. NULL is fine. */
void ytops_token_service_free(YtopsTokenService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsTokenService, ytops_token_service_free)
