#include "ytops/pool_figures.h"

#include "ytops/error.h"
#include "ytops/log.h"
#include "ytops/ticker.h"

#define INTERVAL_US (10 * G_USEC_PER_SEC)
/* Reading takes at most this part of the time, however much there is to read. */
#define SHARE 20
/* Queues beyond these are not shown. */
#define QUEUES_LIMIT 400

static const YtopsMetricSpec ACCOUNTS = {
    .type = YTOPS_METRIC_GAUGE,
    .name = "ytdlp_ops_accounts",
    .help = "Accounts by state; not told by the role worker.",
    .labels = {"state"},
};
static const YtopsMetricSpec PROXIES = {
    .type = YTOPS_METRIC_GAUGE,
    .name = "ytdlp_ops_proxies",
    .help = "Proxies by server identity and state.",
    .labels = {"server_identity", "state"},
};
static const YtopsMetricSpec WINDOW_FAILURES = {
    .type = YTOPS_METRIC_GAUGE,
    .name = "ytdlp_ops_proxy_window_failures",
    .help = "Failures in the sliding windows of all proxies of the identity.",
    .labels = {"server_identity"},
};
static const YtopsMetricSpec WINDOW_FAILURES_MAX = {
    .type = YTOPS_METRIC_GAUGE,
    .name = "ytdlp_ops_proxy_window_failures_max",
    .help = "Failures in the fullest sliding window of a proxy of the identity.",
    .labels = {"server_identity"},
};
static const YtopsMetricSpec NEAR_BAN = {
    .type = YTOPS_METRIC_GAUGE,
    .name = "ytdlp_ops_proxies_near_ban",
    .help = "Active proxies whose window one more failure, from another account, would fill.",
    .labels = {"server_identity"},
};
static const YtopsMetricSpec QUEUE_ITEMS = {
    .type = YTOPS_METRIC_GAUGE,
    .name = "ytdlp_ops_queue_items",
    .help = "What work queues hold: inbox, in_progress, result, fail; not told by the role worker.",
    .labels = {"queue", "part"},
};
static const YtopsMetricSpec LANES = {
    .type = YTOPS_METRIC_GAUGE,
    .name = "ytdlp_ops_lanes",
    .help = "Lanes of all instances by queue and state; not told by the role worker.",
    .labels = {"queue", "state"},
};
static const YtopsMetricSpec READ_AT = {
    .type = YTOPS_METRIC_GAUGE,
    .name = "ytdlp_ops_pools_read_timestamp_seconds",
    .unit = "seconds",
    .help = "When accounts, proxies, queues and lanes were last read from Redis, Unix time; 0: not "
            "yet.",
};

struct YtopsPoolFigures {
    YtopsPoolFiguresSources sources;
    YtopsMetricFamily *accounts;
    YtopsMetricFamily *proxies;
    YtopsMetricFamily *window_failures;
    YtopsMetricFamily *window_failures_max;
    YtopsMetricFamily *near_ban;
    YtopsMetricFamily *queue_items;
    YtopsMetricFamily *lanes;
    YtopsMetric *read_at;
    YtopsTicker *ticker;
};

static gboolean read_accounts(YtopsPoolFigures *figures, GError **error)
{
    YtopsAccountCounts counts;

    if (!ytops_account_manager_count(figures->sources.accounts, &counts, error))
        return FALSE;
    for (int state = 0; state <= YTOPS_POOL_STATE_BANNED; state++)
        ytops_metric_set(
            ytops_metric_get(figures->accounts, ytops_pool_state_to_string((YtopsPoolState)state)),
            (double)counts.by_state[state]);
    return TRUE;
}

static gboolean is_near_ban(const YtopsPoolFigures *figures, const YtopsProxyInfo *info)
{
    const YtopsPoolFiguresSources *sources = &figures->sources;

    return sources->failure_threshold_count > 0 && info->state == YTOPS_POOL_STATE_ACTIVE &&
           info->recent_failures + 1 >= sources->failure_threshold_count &&
           info->recent_failure_accounts + 1 >= sources->failure_threshold_unique_accounts;
}

static gboolean read_identity(YtopsPoolFigures *figures, const char *identity, GError **error)
{
    g_autoptr(GPtrArray) infos =
        ytops_proxy_manager_list(figures->sources.proxies, identity, error);
    gint64 active = 0, sum = 0, max = 0, near_ban = 0;

    if (infos == NULL)
        return FALSE;
    for (guint i = 0; i < infos->len; i++) {
        const YtopsProxyInfo *info = infos->pdata[i];

        active += info->state == YTOPS_POOL_STATE_ACTIVE;
        sum += info->recent_failures;
        max = MAX(max, info->recent_failures);
        near_ban += is_near_ban(figures, info);
    }
    ytops_metric_set(ytops_metric_get(figures->proxies, identity, "ACTIVE"), (double)active);
    ytops_metric_set(ytops_metric_get(figures->proxies, identity, "BANNED"),
                     (double)(infos->len - active));
    ytops_metric_set(ytops_metric_get(figures->window_failures, identity), (double)sum);
    ytops_metric_set(ytops_metric_get(figures->window_failures_max, identity), (double)max);
    ytops_metric_set(ytops_metric_get(figures->near_ban, identity), (double)near_ban);
    return TRUE;
}

static gboolean read_proxies(YtopsPoolFigures *figures, GError **error)
{
    g_auto(GStrv) identities = NULL;

    /* A listing writes this instance's own proxies to Redis; measuring is no use of them. */
    if (!ytops_proxy_manager_was_used(figures->sources.proxies))
        return TRUE;
    if (figures->sources.role == YTOPS_ROLE_WORKER)
        return read_identity(figures, figures->sources.server_identity, error);
    identities = ytops_proxy_manager_list_identities(figures->sources.proxies, error);
    for (guint i = 0; identities != NULL && identities[i] != NULL; i++) {
        if (!read_identity(figures, identities[i], error))
            return FALSE;
    }
    return identities != NULL;
}

/* One with a key of another type has no figures, and hides no others. */
static gboolean read_queue(YtopsPoolFigures *figures, const char *queue, GError **error)
{
    YtopsQueueCounts counts;
    g_autoptr(GError) problem = NULL;

    if (!ytops_work_queues_get_status(figures->sources.queues, queue, &counts, &problem)) {
        if (ytops_error_get_code(problem) == YTOPS_ERROR_INTERNAL)
            return TRUE;
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    ytops_metric_set(ytops_metric_get(figures->queue_items, queue, "inbox"), (double)counts.inbox);
    ytops_metric_set(ytops_metric_get(figures->queue_items, queue, "in_progress"),
                     (double)counts.in_progress);
    ytops_metric_set(ytops_metric_get(figures->queue_items, queue, "result"),
                     (double)counts.succeeded);
    ytops_metric_set(ytops_metric_get(figures->queue_items, queue, "fail"), (double)counts.failed);
    return TRUE;
}

static gboolean read_queues(YtopsPoolFigures *figures, GError **error)
{
    g_auto(GStrv) queues = ytops_work_queues_list(figures->sources.queues, error);

    for (guint i = 0; queues != NULL && queues[i] != NULL && i < QUEUES_LIMIT; i++) {
        if (!read_queue(figures, queues[i], error))
            return FALSE;
    }
    return queues != NULL;
}

static void add_one(GHashTable *by_queue, const YtopsLaneInfo *lane)
{
    gint64 *counts = g_hash_table_lookup(by_queue, lane->queue);

    if (counts == NULL) {
        counts = g_new0(gint64, YTOPS_LANE_N_STATES);
        g_hash_table_insert(by_queue, lane->queue, counts);
    }
    counts[lane->state]++;
}

static gboolean read_lanes(YtopsPoolFigures *figures, GError **error)
{
    g_autoptr(GPtrArray) lanes = ytops_lane_board_list(figures->sources.board, "", error);
    g_autoptr(GHashTable) by_queue = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    GHashTableIter iterator;
    gpointer queue, counts;

    if (lanes == NULL)
        return FALSE;
    for (guint i = 0; i < lanes->len; i++)
        add_one(by_queue, lanes->pdata[i]);
    g_hash_table_iter_init(&iterator, by_queue);
    while (g_hash_table_iter_next(&iterator, &queue, &counts)) {
        for (int state = 0; state < YTOPS_LANE_N_STATES; state++)
            ytops_metric_set(ytops_metric_get(figures->lanes, queue,
                                              ytops_lane_state_to_string((YtopsLanePhase)state)),
                             (double)((gint64 *)counts)[state]);
    }
    return TRUE;
}

/* What is gone is not shown any more; what could not be read stays as it was. */
static void sweep(YtopsPoolFigures *figures)
{
    ytops_metric_family_sweep(figures->proxies);
    ytops_metric_family_sweep(figures->window_failures);
    ytops_metric_family_sweep(figures->window_failures_max);
    ytops_metric_family_sweep(figures->near_ban);
    ytops_metric_family_sweep(figures->queue_items);
    ytops_metric_family_sweep(figures->lanes);
}

static void read_all(YtopsPoolFigures *figures)
{
    gboolean is_worker = figures->sources.role == YTOPS_ROLE_WORKER;
    g_autoptr(GError) error = NULL;

    if (read_proxies(figures, &error) &&
        (is_worker || (read_accounts(figures, &error) && read_queues(figures, &error) &&
                       read_lanes(figures, &error)))) {
        sweep(figures);
        ytops_metric_set(figures->read_at, (double)g_get_real_time() / G_USEC_PER_SEC);
    } else {
        ytops_log_debug("status", "the pools cannot be read", "error", error->message, NULL);
    }
}

static gint64 tick(gpointer data)
{
    gint64 start = g_get_monotonic_time();

    read_all(data);
    return MAX(INTERVAL_US, (g_get_monotonic_time() - start) * SHARE);
}

YtopsPoolFigures *ytops_pool_figures_new(const YtopsPoolFiguresSources *sources)
{
    YtopsPoolFigures *figures = g_new0(YtopsPoolFigures, 1);
    YtopsMetrics *metrics = sources->metrics;

    figures->sources = *sources;
    figures->accounts = ytops_metrics_add(metrics, &ACCOUNTS);
    figures->proxies = ytops_metrics_add(metrics, &PROXIES);
    figures->window_failures = ytops_metrics_add(metrics, &WINDOW_FAILURES);
    figures->window_failures_max = ytops_metrics_add(metrics, &WINDOW_FAILURES_MAX);
    figures->near_ban = ytops_metrics_add(metrics, &NEAR_BAN);
    figures->queue_items = ytops_metrics_add(metrics, &QUEUE_ITEMS);
    figures->lanes = ytops_metrics_add(metrics, &LANES);
    figures->read_at = ytops_metric_get(ytops_metrics_add(metrics, &READ_AT));
    figures->ticker = ytops_ticker_new("pool-figures", tick, figures);
    return figures;
}

void ytops_pool_figures_free(YtopsPoolFigures *figures)
{
    if (figures == NULL)
        return;
    ytops_ticker_free(figures->ticker);
    g_free(figures);
}
