/*
 * Queues of URLs in Redis: Q_inbox (list), Q_progress (hash), Q_result (hash), Q_fail (hash).
 *
 *     push -> inbox -> pull: progress, under a lease -> mark_success: result
 *                ^                                   -> mark_failure: fail
 *                +---- the lease expires, or release
 *                      (past max_deliveries: fail, as POISON)
 *
 * Each arrow is one Lua script, so a URL is in one place at any moment, whoever dies when. An expired
 * lease is found by any pull, status or sweep of its queue, on Redis' own clock. Calls block on Redis
 * and are thread-safe; errors are those of ytops/redis.h, INVALID_ARGUMENT for a bad queue name, item
 * or JSON, NOT_FOUND for an item that is not in progress (any more): its lease has expired and
 * another lane may have it. Keys: docs/redis-keys.md.
 */
#pragma once

#include "ytops/redis.h"

typedef struct {
    gint64 lease_s;        /* where a call gives 0 */
    gint64 max_deliveries; /* a URL whose lane died so often is POISON */
} YtopsWorkQueuePolicy;

typedef struct {
    char *item_id;
    char *queue;
    char *url;               /* or, in a queue of download tasks, the task as JSON */
    gint64 deliveries;       /* 1: the first */
    gint64 lease_expires_at; /* Unix seconds */
} YtopsQueueItem;

void ytops_queue_item_free(YtopsQueueItem *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsQueueItem, ytops_queue_item_free)

typedef struct {
    gint64 inbox;
    gint64 in_progress;
    gint64 succeeded;
    gint64 failed;
} YtopsQueueCounts;

typedef struct {
    char *url;
    char *error_json;
} YtopsQueueFailure;

void ytops_queue_failure_free(YtopsQueueFailure *failed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsQueueFailure, ytops_queue_failure_free)

typedef enum {
    YTOPS_WORK_QUEUE_INBOX,
    YTOPS_WORK_QUEUE_RESULT,
    YTOPS_WORK_QUEUE_FAIL
} YtopsWorkQueuePart;

typedef struct YtopsWorkQueues YtopsWorkQueues;

/* `pool` must outlive it; now_override as in ytops/account_manager.h. */
YtopsWorkQueues *ytops_work_queues_new(YtopsRedisPool *pool, const YtopsWorkQueuePolicy *policy,
                                       const gint64 *now_override);
void ytops_work_queues_free(YtopsWorkQueues *queues);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsWorkQueues, ytops_work_queues_free)

/*
 * Whether the text can be an item: an http or https URL or a bare video id (at most 8 KiB), or a
 * JSON object (at most 1 MiB). INVALID_ARGUMENT that shows it and says what is wrong otherwise.
 */
gboolean ytops_work_item_check(const char *text, GError **error);

/*
 * Appends; how many the inbox holds then, -1 on error. All of `urls`, at most 100,000, or where one
 * is bad none. The same URL may stand in it more than once.
 */
gint64 ytops_work_queues_push(YtopsWorkQueues *queues, const char *queue, const char *const *urls,
                              GError **error);

/*
 * Takes one under a lease for the lane. QUEUE_EMPTY where there is none, with the context inProgress:
 * how many are with other lanes. What other hands have put into the inbox and is no item goes to the
 * fail hash as INVALID_URL.
 */
YtopsQueueItem *ytops_work_queues_pull(YtopsWorkQueues *queues, const char *queue,
                                       const char *lane_id, gint64 lease_s, GError **error);

/*
 * What the lane has pulled and still holds, with its lease renewed: for a lane that lost the answer of
 * its pull. NOT_FOUND where it holds nothing. Any one of them, where it holds several.
 */
YtopsQueueItem *ytops_work_queues_find_held(YtopsWorkQueues *queues, const char *queue,
                                            const char *lane_id, gint64 lease_s, GError **error);

gboolean ytops_work_queues_renew(YtopsWorkQueues *queues, const char *queue, const char *item_id,
                                 gint64 lease_s, GError **error);

/* Back to the inbox, to be taken next, as if it had never been taken: the lane stops in good order. */
gboolean ytops_work_queues_release(YtopsWorkQueues *queues, const char *queue, const char *item_id,
                                   GError **error);

/*
 * The end of an item. The JSON object is kept under its URL; an earlier entry for that URL, in the
 * result or the fail hash, gives way. next_queue NULL: none; otherwise next_items (NULL-terminated)
 * enter its inbox in the same step. Said again within an hour, for a caller that lost the answer, it
 * is a success that changes nothing. An item whose lease is over but that nobody took back yet counts
 * as in progress.
 */
gboolean ytops_work_queues_mark_success(YtopsWorkQueues *queues, const char *queue,
                                        const char *item_id, const char *result_json,
                                        const char *next_queue, const char *const *next_items,
                                        GError **error);
gboolean ytops_work_queues_mark_failure(YtopsWorkQueues *queues, const char *queue,
                                        const char *item_id, const char *error_json,
                                        GError **error);

/* mark_failure, and in the same step `items` enter the inbox of the queue that can mend it. */
gboolean ytops_work_queues_send_back(YtopsWorkQueues *queues, const char *queue,
                                     const char *item_id, const char *error_json,
                                     const char *other_queue, const char *const *items,
                                     GError **error);

gboolean ytops_work_queues_get_status(YtopsWorkQueues *queues, const char *queue,
                                      YtopsQueueCounts *status, GError **error);

/* Every queue that was ever pushed to and still holds something, sorted; g_strfreev. */
char **ytops_work_queues_list(YtopsWorkQueues *queues, GError **error);

/* Elements are YtopsQueueFailure; at most `limit`, 0: all. */
GPtrArray *ytops_work_queues_list_failed(YtopsWorkQueues *queues, const char *queue, gint64 limit,
                                         GError **error);

/* Every failed URL back to the inbox, with its deliveries forgotten; how many, -1 on error. */
gint64 ytops_work_queues_requeue_failed(YtopsWorkQueues *queues, const char *queue, GError **error);

/* How many entries it held, -1 on error. */
gint64 ytops_work_queues_clear(YtopsWorkQueues *queues, const char *queue, YtopsWorkQueuePart part,
                               GError **error);
