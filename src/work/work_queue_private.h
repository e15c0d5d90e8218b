/*
 * What the two halves of the queues share: work_queue.c (lanes) and queue_operator.c (people).
 */
#pragma once

#include "queue_store.h"
#include "ytops/work_queue.h"

struct YtopsWorkQueues {
    YtopsWorkQueuePolicy policy;
    QueueStore *store;
};
