/*
 * Threads: submit, reports and counts run on any thread; one thread a worker runs jobs, and owns the
 * worker process; the reaper ends requests whose time is over.
 */
#include "ytops/token_service.h"

#include <unistd.h>

#include "command_runner.h"
#include "token_desk.h"
#include "token_job.h"
#include "token_settings.h"
#include "warm_runner.h"
#include "ytops/log.h"
#include "ytops/wake_fd.h"

/* How soon a job is failed where no worker is ready. */
enum { UNREADY_PAUSE_MS = 100 };

typedef struct {
    YtopsTokenService *service;
    GThread *thread;
    gint ready; /* atomic */
} JobThread;

struct YtopsTokenService {
    TokenSettings *settings;
    TokenJobContext context;
    TokenMetrics metrics;
    TokenDesk *desk;
    int cancel_fd; /* becomes readable when what runs is to end */
    JobThread *job_threads;
    guint n_threads;
    GThread *reaper;
    gboolean is_shut_down;
};

static gpointer reaper_run(gpointer data)
{
    YtopsTokenService *service = data;

    token_desk_reap(service->desk);
    return NULL;
}

static void run_flight(YtopsTokenService *service, Runner *runner, Flight *flight)
{
    g_autoptr(YtopsTokenResult) result = NULL;
    g_autoptr(GError) error = NULL;

    token_job_run(&service->context, runner, flight->ask, &flight->limits, &result, &error);
    token_metrics_count_job(&service->metrics, flight->started_us, error);
    token_desk_finish(service->desk, flight, result, error);
}

static Runner *make_runner(const YtopsTokenOptions *options)
{
    if (options->runner == YTOPS_TOKEN_RUNNER_COMMAND)
        return command_runner_new(options->ytdlp);
    return warm_runner_new(options->python, options->worker_script, options->worker_max_jobs,
                           options->worker_max_rss_mib);
}

/*
 * A thread without a worker fails a job in no time, so it would take nearly all of them from those
 * that can work: it leaves them the queue, and fails jobs only where nobody can. It does not wait at
 * the desk, where it would be woken for a job in the place of one that can.
 */
static Flight *take_flight(YtopsTokenService *service, gboolean ready)
{
    Flight *flight = NULL;
    YtopsJobLimits pause;

    if (ready)
        return token_desk_take(service->desk, G_MAXINT64);
    if (ytops_token_service_count_ready(service) == 0)
        flight = token_desk_take(service->desk, g_get_monotonic_time());
    if (flight != NULL)
        return flight;
    ytops_job_limits_init(&pause, UNREADY_PAUSE_MS, service->cancel_fd);
    ytops_job_limits_poll(&pause, NULL, 0, UNREADY_PAUSE_MS);
    return NULL;
}

/* The worker process is started here, and ends with this thread. */
static gpointer job_thread_run(gpointer data)
{
    JobThread *self = data;
    YtopsTokenService *service = self->service;
    g_autoptr(Runner) runner = make_runner(&service->settings->options);

    while (!token_desk_is_closed(service->desk)) {
        gboolean ready = runner_prepare(runner, service->cancel_fd);
        Flight *flight;

        g_atomic_int_set(&self->ready, ready);
        flight = take_flight(service, ready);
        if (flight != NULL)
            run_flight(service, runner, flight);
    }
    return NULL;
}

static gboolean open_backends(YtopsTokenService *service, GError **error)
{
    const YtopsTokenOptions *options = &service->settings->options;

    if (options->cookies_dir != NULL) {
        service->context.cookies = cookie_store_new(options->cookies_dir, error);
        if (service->context.cookies == NULL)
            return FALSE;
    }
    if (options->pot_provider_url != NULL) {
        service->context.pot = pot_client_new(options->pot_provider_url, error);
        if (service->context.pot == NULL)
            return FALSE;
    }
    service->cancel_fd = ytops_wake_fd_new(error);
    return service->cancel_fd >= 0;
}

static void collect_metrics(gpointer data)
{
    YtopsTokenService *service = data;

    ytops_metric_set(service->metrics.workers, service->n_threads);
    ytops_metric_set(service->metrics.ready, ytops_token_service_count_ready(service));
    ytops_metric_set(service->metrics.running, token_desk_count_running(service->desk));
    ytops_metric_set(service->metrics.waiting, token_desk_count_queued(service->desk));
}

static void start_threads(YtopsTokenService *service)
{
    const YtopsTokenOptions *options = &service->settings->options;
    TokenDeskOptions desk = {
        .sink = &service->context.sink,
        .workers = options->workers,
        .queue_limit = options->queue_limit,
        .cache_ttl_s = options->cache_ttl_s,
        .cancel_fd = service->cancel_fd,
        .metrics = &service->metrics,
    };

    service->desk = token_desk_new(&desk);
    service->n_threads = options->workers;
    service->job_threads = g_new0(JobThread, service->n_threads);
    service->reaper = g_thread_new("token-reaper", reaper_run, service);
    for (guint i = 0; i < service->n_threads; i++) {
        service->job_threads[i].service = service;
        service->job_threads[i].thread =
            g_thread_new("token-job", job_thread_run, &service->job_threads[i]);
    }
}

YtopsTokenService *ytops_token_service_new(const YtopsTokenOptions *options,
                                           YtopsAccountManager *accounts,
                                           YtopsProxyManager *proxies,
                                           const YtopsErrorPolicy *policy, GError **error)
{
    TokenSettings *settings = token_settings_new(options, error);
    YtopsTokenService *service;

    if (settings == NULL)
        return NULL;
    service = g_new0(YtopsTokenService, 1);
    service->settings = settings;
    service->context = (TokenJobContext){
        .sink = {accounts, proxies, policy, settings->options.server_identity},
        .ytdlp = settings->options.ytdlp,
        .ytdlp_args = settings->options.ytdlp_args,
    };
    service->cancel_fd = -1;
    if (!open_backends(service, error)) {
        ytops_token_service_free(service);
        return NULL;
    }
    token_metrics_init(&service->metrics, options->metrics);
    start_threads(service);
    ytops_metrics_add_collector(options->metrics, collect_metrics, service);
    return service;
}

static void stop_threads(YtopsTokenService *service)
{
    token_desk_close(service->desk);
    ytops_wake_fd_raise(service->cancel_fd);
    for (guint i = 0; i < service->n_threads; i++)
        g_thread_join(service->job_threads[i].thread);
    g_thread_join(service->reaper);
}

void ytops_token_service_shutdown(YtopsTokenService *service)
{
    if (service->desk == NULL || service->is_shut_down)
        return;
    service->is_shut_down = TRUE;
    stop_threads(service);
}

void ytops_token_service_free(YtopsTokenService *service)
{
    if (service == NULL)
        return;
    ytops_token_service_shutdown(service);
    token_desk_free(service->desk);
    if (service->cancel_fd >= 0)
        close(service->cancel_fd);
    cookie_store_free(service->context.cookies);
    pot_client_free(service->context.pot);
    token_settings_free(service->settings);
    g_free(service->job_threads);
    g_free(service);
}

void ytops_token_service_submit(YtopsTokenService *service, YtopsTokenAsk *ask, YtopsTokenDone done,
                                gpointer data)
{
    token_desk_submit(service->desk, ask, done, data);
}

/* A proxy that this identity has no state of was given out by somebody else. */
static gboolean refuse_foreign_proxy(const char *proxy_url, GError **error)
{
    g_autofree char *shown = ytops_redact(proxy_url != NULL ? proxy_url : "");

    g_clear_error(error);
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_OUT_OF_SCOPE,
                "proxy '%s' is not of this server identity; report to a server of the identity "
                "whose getToken gave it out",
                shown);
    return FALSE;
}

gboolean ytops_token_service_report_outcome(YtopsTokenService *service, const YtopsOutcome *outcome,
                                            GError **error)
{
    const TokenOutcomeSink *sink = &service->context.sink;
    TokenUse use = {outcome->job_id, outcome->account_id, outcome->proxy_url, TRUE};
    g_autoptr(GError) cause = NULL;
    gboolean recorded;

    if (!ytops_account_id_check(outcome->account_id, error))
        return FALSE;
    if (outcome->proxy_url == NULL || *outcome->proxy_url == '\0')
        return refuse_foreign_proxy(outcome->proxy_url, error);
    recorded = outcome->success
                   ? token_outcome_success(sink, &use, &cause)
                   : token_outcome_failure(sink, &use, outcome->code, outcome->details, &cause);
    if (recorded)
        return TRUE;
    if (ytops_error_get_code(cause) == YTOPS_ERROR_NOT_FOUND)
        return refuse_foreign_proxy(outcome->proxy_url, error);
    g_propagate_error(error, g_steal_pointer(&cause));
    return FALSE;
}

guint ytops_token_service_count_running(YtopsTokenService *service)
{
    return token_desk_count_running(service->desk);
}

guint ytops_token_service_count_waiting(YtopsTokenService *service)
{
    return token_desk_count_queued(service->desk);
}

guint ytops_token_service_count_ready(YtopsTokenService *service)
{
    guint ready = 0;

    for (guint i = 0; i < service->n_threads; i++)
        ready += g_atomic_int_get(&service->job_threads[i].ready) ? 1 : 0;
    return ready;
}

gboolean ytops_token_service_is_ready(YtopsTokenService *service)
{
    return ytops_token_service_count_ready(service) == service->n_threads;
}
