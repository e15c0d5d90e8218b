/*
 * The structs of WorkService: those of the contract into ours, checked, and ours into the contract's.
 */
#pragma once

#include "ytops/recovery.h"
#include "ytops/work_queue.h"
#include "ytops_work_types.h"

/* NULL and INVALID_ARGUMENT where it is missing or bad. Free with ytops_work_pool_free. */
YtopsWorkPool *work_convert_pool(const YtopsAccountPool *pool, GError **error);

/*
 * *failed borrows from `attempt`, *pool and *tried, which the caller frees (ytops_work_pool_free,
 * g_free). INVALID_ARGUMENT names the field.
 */
gboolean work_convert_attempt(const YtopsFailedAttempt *attempt, YtopsRecoveryCase *failed,
                              YtopsWorkPool **pool, const char ***tried, GError **error);

void work_convert_recovery(const YtopsRecovery *recovery, YtopsRecoveryPlan *plan);
void work_convert_item(const YtopsQueueItem *item, YtopsWorkItem *work_item);
void work_convert_counts(const char *queue, const YtopsQueueCounts *counts,
                         YtopsQueueStatus *status);

/* A new object. */
YtopsFailedUrl *work_convert_failure(const YtopsQueueFailure *failure);
