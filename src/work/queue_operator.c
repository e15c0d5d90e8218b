#include <string.h>

#include "queue_name.h"
#include "work_queue_private.h"
#include "ytops/error.h"

/* Entries and leases that one step handles: Redis is held for a few milliseconds. */
#define STEP 500
#define STEP_TEXT G_STRINGIFY(STEP)

gboolean ytops_work_queues_get_status(YtopsWorkQueues *queues, const char *queue,
                                      YtopsQueueCounts *counts, GError **error)
{
    g_autofree char *max_deliveries = ytops_redis_number_text(queues->policy.max_deliveries);
    const char *args[] = {max_deliveries, STEP_TEXT, NULL};
    gint64 n_swept;
    do {
        g_autoptr(YtopsRedisReply) reply =
            queue_store_run(queues->store, QUEUE_SCRIPT_STATUS, queue, args, NULL, error);
        if (reply == NULL)
            return FALSE;
        *counts = (YtopsQueueCounts){
            .inbox = ytops_redis_reply_int_at(reply, 0, 0),
            .in_progress = ytops_redis_reply_int_at(reply, 1, 0),
            .succeeded = ytops_redis_reply_int_at(reply, 2, 0),
            .failed = ytops_redis_reply_int_at(reply, 3, 0),
        };
        n_swept = ytops_redis_reply_int_at(reply, 4, 0);
    } while (n_swept >= STEP);
    return TRUE;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char **ytops_work_queues_list(YtopsWorkQueues *queues, GError **error)
{
    g_autoptr(YtopsRedisReply) reply = queue_store_list(queues->store, error);
    if (reply == NULL)
        return NULL;
    gsize n = ytops_redis_reply_length(reply);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (gsize i = 0; i < n; i++) {
        const char *name = ytops_redis_reply_string_at(reply, i);
        /* A name written by hand that no call could be made with is no queue. */
        if (queue_name_check(name, NULL))
            g_ptr_array_add(names, g_strdup(name));
    }
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_steal(names, NULL);
}

/* ---- the failures, in steps ------------------------------------------------------------------ */

typedef void (*StepFunc)(const YtopsRedisReply *reply, gpointer data);

/* Runs a script on the failures, a step at a time, until it has seen all or `is_enough`. */
static gboolean walk_failures(YtopsWorkQueues *queues, QueueScript script, const char *queue,
                              StepFunc take, gpointer data, gboolean (*is_enough)(gpointer data),
                              GError **error)
{
    g_autofree char *cursor = g_strdup("0");
    do {
        const char *args[] = {cursor, STEP_TEXT, NULL};
        g_autoptr(YtopsRedisReply) reply =
            queue_store_run(queues->store, script, queue, args, NULL, error);
        if (reply == NULL)
            return FALSE;
        take(reply, data);
        const char *next = ytops_redis_reply_string_at(reply, 0);
        g_free(cursor);
        cursor = g_strdup(next != NULL ? next : "0");
    } while (strcmp(cursor, "0") != 0 && !is_enough(data));
    return TRUE;
}

/* A walk may see an entry twice; what is kept is one of each. */
typedef struct {
    GPtrArray *failures;
    GHashTable *seen; /* the URLs in `failures` */
    gint64 limit;     /* 0: none */
} FailureList;

static gboolean list_is_full(gpointer data)
{
    FailureList *list = data;
    return list->limit > 0 && list->failures->len >= list->limit;
}

static char *text_at(const YtopsRedisReply *reply, gsize index)
{
    const char *text = ytops_redis_reply_string_at(reply, index);
    return g_utf8_make_valid(text != NULL ? text : "", -1);
}

static void take_failures(const YtopsRedisReply *reply, gpointer data)
{
    FailureList *list = data;
    const YtopsRedisReply *pairs = ytops_redis_reply_at(reply, 1);
    gsize length = ytops_redis_reply_length(pairs);
    for (gsize i = 0; i + 1 < length && !list_is_full(list); i += 2) {
        g_autoptr(YtopsQueueFailure) failure = g_new0(YtopsQueueFailure, 1);
        failure->url = text_at(pairs, i);
        failure->error_json = text_at(pairs, i + 1);
        if (g_hash_table_add(list->seen, failure->url))
            g_ptr_array_add(list->failures, g_steal_pointer(&failure));
    }
}

static void free_failure(gpointer failure)
{
    ytops_queue_failure_free(failure);
}

static int compare_failures(const void *a, const void *b)
{
    const YtopsQueueFailure *const *left = a;
    const YtopsQueueFailure *const *right = b;
    return strcmp((*left)->url, (*right)->url);
}

GPtrArray *ytops_work_queues_list_failed(YtopsWorkQueues *queues, const char *queue, gint64 limit,
                                         GError **error)
{
    YtopsQueueCounts counts;
    if (limit < 0) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "limit %" G_GINT64_FORMAT " is negative: give 0 for all, or how many to list",
                    limit);
        return NULL;
    }
    /* Whose last lease is over has failed, whether anybody looked since or not. */
    if (!ytops_work_queues_get_status(queues, queue, &counts, error))
        return NULL;
    g_autoptr(GPtrArray) failures = g_ptr_array_new_with_free_func(free_failure);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    FailureList list = {failures, seen, limit};
    if (!walk_failures(queues, QUEUE_SCRIPT_FAILURES, queue, take_failures, &list, list_is_full,
                       error))
        return NULL;
    g_ptr_array_sort(failures, compare_failures);
    return g_steal_pointer(&failures);
}

static void take_moved(const YtopsRedisReply *reply, gpointer data)
{
    gint64 *moved = data;
    *moved += ytops_redis_reply_int_at(reply, 1, 0);
}

static gboolean never_enough(gpointer data G_GNUC_UNUSED)
{
    return FALSE;
}

gint64 ytops_work_queues_requeue_failed(YtopsWorkQueues *queues, const char *queue, GError **error)
{
    YtopsQueueCounts counts;
    gint64 moved = 0;
    if (!ytops_work_queues_get_status(queues, queue, &counts, error) ||
        !walk_failures(queues, QUEUE_SCRIPT_REQUEUE, queue, take_moved, &moved, never_enough,
                       error))
        return -1;
    return moved;
}

gint64 ytops_work_queues_clear(YtopsWorkQueues *queues, const char *queue, YtopsWorkQueuePart part,
                               GError **error)
{
    static const char *const parts[] = {
        [YTOPS_WORK_QUEUE_INBOX] = "inbox",
        [YTOPS_WORK_QUEUE_RESULT] = "result",
        [YTOPS_WORK_QUEUE_FAIL] = "fail",
    };
    if ((guint)part >= G_N_ELEMENTS(parts)) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "part %d: a queue's inbox is 0, its result 1, its fail 2", (int)part);
        return -1;
    }
    const char *args[] = {parts[part], NULL};
    g_autoptr(YtopsRedisReply) reply =
        queue_store_run(queues->store, QUEUE_SCRIPT_CLEAR, queue, args, NULL, error);
    return reply != NULL ? ytops_redis_reply_int(reply, 0) : -1;
}
