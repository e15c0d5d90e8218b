/*
 * What Redis holds, as metrics: accounts, proxies and their windows, queues, lanes. A thread of its own reads
 * it now and then, so that no scrape waits for Redis, and 100,000 accounts cost little.
 */
#pragma once

#include "ytops/account_manager.h"
#include "ytops/lane_board.h"
#include "ytops/metrics.h"
#include "ytops/proxy_manager.h"
#include "ytops/role.h"
#include "ytops/work_queue.h"

/* Borrowed; must outlive the figures. */
typedef struct {
    YtopsRole role;
    const char *server_identity;
    /* A proxy is near its ban where one more failure, from another account, fills the window. */
    gint64 failure_threshold_count;
    gint64 failure_threshold_unique_accounts;
    YtopsMetrics *metrics;
    YtopsAccountManager *accounts;
    YtopsProxyManager *proxies;
    YtopsWorkQueues *queues;
    YtopsLaneBoard *board;
} YtopsPoolFiguresSources;

typedef struct YtopsPoolFigures YtopsPoolFigures;

/*
 * Starts the thread. The role worker reads the proxies of its own identity only: what all share is
 * read by the others.
 */
YtopsPoolFigures *ytops_pool_figures_new(const YtopsPoolFiguresSources *sources);

/* Ends the thread. NULL is fine. */
void ytops_pool_figures_free(YtopsPoolFigures *figures);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsPoolFigures, ytops_pool_figures_free)
