/*
 * What Redis holds, as metrics: accounts, proxies and their windows, queues, lanes. A thread of its own reads
 * it now and then, so that no scrape waits for Redis, and 100,000 accounts cost little.
 */
#pragma once

#include "ytops/account_manager.h"
#include "ytops/config.h"
#include "ytops/lane_board.h"
#include "ytops/metrics.h"
#include "ytops/proxy_manager.h"
#include "ytops/work_queue.h"

/* Borrowed; must outlive the figures. */
typedef struct {
    const YtopsConfig *config;
    YtopsMetrics *metrics;
    YtopsAccountManager *accounts;
    YtopsProxyManager *proxies;
    YtopsWorkQueues *queues;
    YtopsLaneBoard *board;
} PoolFiguresParts;

typedef struct PoolFigures PoolFigures;

/*
 * Starts the thread. The role worker reads the proxies of its own identity only: what all share is
 * read by the others.
 */
PoolFigures *pool_figures_new(const PoolFiguresParts *parts);

/* Ends the thread. NULL is fine. */
void pool_figures_free(PoolFigures *figures);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PoolFigures, pool_figures_free)
