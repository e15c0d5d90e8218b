#include "proxy_reports.h"

#include "ytops/log.h"

/* More come only where Redis is away for long, and then the oldest are no news any more. */
#define QUEUE_LIMIT 1024

typedef struct {
    char *proxy_url;
    char *account_id;
    char *job_id;
    char *details;
    gboolean success;
    YtopsErrorCode code;
} Report;

struct ProxyReports {
    YtopsTokenService *tokens;
    YtopsProxyManager *proxies;
    const YtopsErrorPolicy *policy;
    GThread *thread;
    GMutex lock; /* guards what follows */
    GCond work;
    GQueue queue; /* Report */
    guint64 n_dropped;
    gboolean stopping;
};

static void report_free(Report *report)
{
    g_free(report->proxy_url);
    g_free(report->account_id);
    g_free(report->job_id);
    g_free(report->details);
    g_free(report);
}

/* ---- on the thread --------------------------------------------------------------------------- */

static gboolean send_of_token(ProxyReports *self, const Report *report, GError **error)
{
    YtopsOutcome outcome = {
        .job_id = report->job_id,
        .account_id = report->account_id,
        .proxy_url = report->proxy_url,
        .success = report->success,
        .code = report->code,
        .details = report->details,
    };

    return ytops_token_service_report_outcome(self->tokens, &outcome, error);
}

/* Of a stream of a plain URL: the proxy may be none of ours, which is no business of ours then. */
static gboolean send_of_proxy(ProxyReports *self, const Report *report, GError **error)
{
    g_autofree char *reason = NULL;
    YtopsProxyUse use = {.proxy_url = report->proxy_url, .penalize = TRUE};

    if (!ytops_proxy_manager_owns(self->proxies, report->proxy_url))
        return TRUE;
    if (report->success)
        return ytops_proxy_manager_report_success(self->proxies, &use, error);
    if (!ytops_error_policy_get(self->policy, report->code)->charges_proxy)
        return TRUE;
    reason = g_strconcat(ytops_error_code_to_string(report->code), ": ", report->details, NULL);
    use.error = reason;
    return ytops_proxy_manager_report_failure(self->proxies, &use, NULL, error);
}

static gboolean send_report(ProxyReports *self, const Report *report)
{
    g_autoptr(GError) error = NULL;
    gboolean sent = report->account_id != NULL ? send_of_token(self, report, &error)
                                               : send_of_proxy(self, report, &error);

    if (!sent)
        ytops_log_warning("relay", "what became of a proxy could not be recorded", "proxy_url",
                          report->proxy_url, "code",
                          report->success ? NULL : ytops_error_code_to_string(report->code),
                          "error", error->message, NULL);
    return sent;
}

/* NULL: it is to stop, and nothing is left. */
static Report *wait_for_report(ProxyReports *self)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    while (g_queue_is_empty(&self->queue) && !self->stopping)
        g_cond_wait(&self->work, &self->lock);
    return g_queue_pop_head(&self->queue);
}

static gboolean is_stopping(ProxyReports *self)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    return self->stopping;
}

static gpointer run(gpointer data)
{
    ProxyReports *self = data;
    Report *report;

    while ((report = wait_for_report(self)) != NULL) {
        gboolean sent = send_report(self, report);

        report_free(report);
        /* The end must not wait for a Redis that is away, once for each report. */
        if (!sent && is_stopping(self))
            break;
    }
    return NULL;
}

/* ---- for others ------------------------------------------------------------------------------ */

ProxyReports *proxy_reports_new(YtopsTokenService *tokens, YtopsProxyManager *proxies,
                                const YtopsErrorPolicy *policy)
{
    ProxyReports *self = g_new0(ProxyReports, 1);

    self->tokens = tokens;
    self->proxies = proxies;
    self->policy = policy;
    g_mutex_init(&self->lock);
    g_cond_init(&self->work);
    g_queue_init(&self->queue);
    self->thread = g_thread_new("proxy-reports", run, self);
    return self;
}

static Report *report_new(const YtopsRelayProxyUse *use)
{
    Report *report = g_new0(Report, 1);

    report->proxy_url = g_strdup(use->proxy_url);
    report->account_id = g_strdup(use->account_id);
    report->job_id = g_strdup(use->job_id);
    report->details = g_strdup(use->details);
    report->success = use->success;
    report->code = use->code;
    return report;
}

static gboolean queue_report(ProxyReports *self, Report *report, guint64 *n_dropped)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    if (g_queue_get_length(&self->queue) >= QUEUE_LIMIT) {
        *n_dropped = ++self->n_dropped;
        return FALSE;
    }
    g_queue_push_tail(&self->queue, report);
    g_cond_signal(&self->work);
    return TRUE;
}

void proxy_reports_add(ProxyReports *self, const YtopsRelayProxyUse *use)
{
    Report *report = report_new(use);
    guint64 n_dropped = 0;

    if (queue_report(self, report, &n_dropped))
        return;
    ytops_log_warning("relay", "a report on a proxy is dropped: too many wait for Redis",
                      "proxy_url", report->proxy_url, "dropped_in_all",
                      YTOPS_LOG_INT((gint64)n_dropped), NULL);
    report_free(report);
}

void proxy_reports_free(ProxyReports *self)
{
    if (self == NULL)
        return;
    g_mutex_lock(&self->lock);
    self->stopping = TRUE;
    g_cond_signal(&self->work);
    g_mutex_unlock(&self->lock);
    g_thread_join(self->thread);
    g_queue_clear_full(&self->queue, (GDestroyNotify)report_free);
    g_mutex_clear(&self->lock);
    g_cond_clear(&self->work);
    g_free(self);
}
