#include <string.h>

#include "queue_item.h"
#include "queue_name.h"
#include "work_queue_private.h"
#include "ytops/error.h"
#include "ytops/json.h"

#define LARGEST_PUSH 100000
#define LONGEST_LEASE_S (7 * 24 * 3600)
#define LONGEST_ID 256

YtopsWorkQueues *ytops_work_queues_new(YtopsRedisPool *pool, const YtopsWorkQueuePolicy *policy,
                                       const gint64 *now_override)
{
    YtopsWorkQueues *queues = g_new0(YtopsWorkQueues, 1);
    queues->policy = *policy;
    queues->store = queue_store_new(pool, now_override);
    return queues;
}

void ytops_work_queues_free(YtopsWorkQueues *queues)
{
    if (queues == NULL)
        return;
    queue_store_free(queues->store);
    g_free(queues);
}

/* ---- arguments ----------------------------------------------------------------------------- */

/* Names of lanes and items: what we make ourselves, or the caller's own. */
static gboolean check_id(const char *id, const char *what, GError **error)
{
    if (id == NULL || *id == '\0')
        return ytops_refuse(error, "the %s is empty: it must be given", what);
    if (strlen(id) > LONGEST_ID || !g_utf8_validate(id, -1, NULL))
        return ytops_refuse(error, "the %s is longer than %d bytes or not valid UTF-8", what,
                            LONGEST_ID);
    return TRUE;
}

/* The lease as the scripts take it; NULL and INVALID_ARGUMENT. */
static char *lease_text(const YtopsWorkQueues *queues, gint64 lease_s, GError **error)
{
    if (lease_s >= 0 && lease_s <= LONGEST_LEASE_S)
        return ytops_redis_number_text(lease_s == 0 ? queues->policy.lease_s : lease_s);
    ytops_refuse(error,
                 "a lease of %" G_GINT64_FORMAT " s is out of range: give 1 to %d, or 0 for the "
                 "server's default",
                 lease_s, LONGEST_LEASE_S);
    return NULL;
}

static gboolean check_items(const char *const *urls, GError **error)
{
    gsize n = 0;
    for (; urls[n] != NULL; n++) {
        if (n >= LARGEST_PUSH)
            return ytops_refuse(error, "more than %d items in one call: push them in several",
                                LARGEST_PUSH);
        if (!ytops_work_item_check(urls[n], error)) {
            g_prefix_error(error, "entry %" G_GSIZE_FORMAT ", nothing was pushed: ", n + 1);
            return FALSE;
        }
    }
    return TRUE;
}

/* ---- into the queue and out of it ----------------------------------------------------------- */

gint64 ytops_work_queues_push(YtopsWorkQueues *queues, const char *queue, const char *const *urls,
                              GError **error)
{
    if (*urls == NULL) {
        ytops_refuse(error, "there is nothing to push: give at least one URL");
        return -1;
    }
    if (!queue_name_check(queue, error) || !check_items(urls, error))
        return -1;
    g_autoptr(YtopsRedisReply) reply =
        queue_store_run(queues->store, QUEUE_SCRIPT_PUSH, queue, urls, NULL, error);
    return reply != NULL ? ytops_redis_reply_int(reply, 0) : -1;
}

static void set_empty(GError **error, const char *queue, const YtopsRedisReply *reply)
{
    gint64 n_in_progress = ytops_redis_reply_int_at(reply, 1, 0);
    g_autofree char *number = ytops_redis_number_text(n_in_progress);
    GError *empty =
        g_error_new(YTOPS_ERROR, YTOPS_ERROR_QUEUE_EMPTY,
                    "queue \"%s\" has nothing to pull; %s with lanes at work", queue, number);
    ytops_error_set_context(empty, "inProgress", number);
    g_propagate_error(error, empty);
}

static YtopsQueueItem *pull_any(YtopsWorkQueues *queues, const char *queue, const char *lane_id,
                                const char *lease, GError **error)
{
    g_autofree char *item_id = g_uuid_string_random();
    g_autofree char *max_deliveries = ytops_redis_number_text(queues->policy.max_deliveries);
    const char *args[] = {max_deliveries, item_id, lane_id, lease, NULL};
    g_autoptr(YtopsRedisReply) reply =
        queue_store_run(queues->store, QUEUE_SCRIPT_PULL, queue, args, NULL, error);
    if (reply == NULL)
        return NULL;
    if (!ytops_redis_reply_is_nil(ytops_redis_reply_at(reply, 0)))
        return queue_item_from_reply(reply, queue, item_id);
    set_empty(error, queue, reply);
    return NULL;
}

/* Other hands may have written anything into the inbox. */
static gboolean put_aside(YtopsWorkQueues *queues, const YtopsQueueItem *item, const GError *fault,
                          GError **error)
{
    g_autoptr(YtopsJson) json = ytops_json_object_new();
    ytops_json_set_string(json, "errorCode", ytops_error_code_to_string(YTOPS_ERROR_INVALID_URL));
    ytops_json_set_string(json, "message", fault->message);
    g_autofree char *text = ytops_json_to_string(json);
    return ytops_work_queues_mark_failure(queues, item->queue, item->item_id, text, error);
}

static YtopsQueueItem *find_any_held(YtopsWorkQueues *queues, const char *queue,
                                     const char *lane_id, const char *lease, GError **error)
{
    const char *args[] = {lane_id, lease, NULL};
    g_autoptr(YtopsRedisReply) reply =
        queue_store_run(queues->store, QUEUE_SCRIPT_HELD, queue, args, NULL, error);
    if (reply == NULL)
        return NULL;
    const char *item_id = ytops_redis_reply_string_at(reply, 3);
    if (item_id != NULL)
        return queue_item_from_reply(reply, queue, item_id);
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND,
                "the lane '%s' holds nothing of queue \"%s\": pull an item", lane_id, queue);
    return NULL;
}

typedef YtopsQueueItem *(*TakeItem)(YtopsWorkQueues *queues, const char *queue, const char *lane_id,
                                    const char *lease, GError **error);

/* What can be worked on; the rest fails on the way. */
static YtopsQueueItem *take_good(YtopsWorkQueues *queues, TakeItem take_any, const char *queue,
                                 const char *lane_id, gint64 lease_s, GError **error)
{
    g_autofree char *lease = lease_text(queues, lease_s, error);
    if (lease == NULL || !check_id(lane_id, "lane's id", error))
        return NULL;
    for (;;) {
        g_autoptr(GError) fault = NULL;
        g_autoptr(YtopsQueueItem) item = take_any(queues, queue, lane_id, lease, error);
        if (item == NULL || ytops_work_item_check(item->url, &fault))
            return g_steal_pointer(&item);
        if (!put_aside(queues, item, fault, error))
            return NULL;
    }
}

YtopsQueueItem *ytops_work_queues_pull(YtopsWorkQueues *queues, const char *queue,
                                       const char *lane_id, gint64 lease_s, GError **error)
{
    return take_good(queues, pull_any, queue, lane_id, lease_s, error);
}

YtopsQueueItem *ytops_work_queues_find_held(YtopsWorkQueues *queues, const char *queue,
                                            const char *lane_id, gint64 lease_s, GError **error)
{
    return take_good(queues, find_any_held, queue, lane_id, lease_s, error);
}

/* ---- items that a lane holds ---------------------------------------------------------------- */

static const char *past_of(const char *what)
{
    static const char *const pasts[][2] = {
        {"expired", "its lease was over, and its URL went back to the inbox"},
        {"poison", "its last lease was over, and its URL went to the failures as POISON"},
        {"released", "it was released, and its URL went back to the inbox"},
        {"succeeded", "it was marked as a success before"},
        {"failed", "it was marked as a failure before"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(pasts); i++) {
        if (g_strcmp0(what, pasts[i][0]) == 0)
            return pasts[i][1];
    }
    return "no such item was pulled, or it ended more than an hour ago";
}

static const char *present_of(const char *what, const char *state)
{
    gboolean went_back = g_strcmp0(what, "expired") == 0 || g_strcmp0(what, "released") == 0;
    if (!went_back)
        return "";
    if (g_strcmp0(state, "result") == 0)
        return ", and it has succeeded since";
    if (g_strcmp0(state, "fail") == 0)
        return ", and it has failed since";
    return ", where another lane takes it or has taken it";
}

/* TRUE where the script did its part: it answers 1, and {what, state} where the item is gone. */
static gboolean finish(const YtopsRedisReply *reply, const char *queue, const char *item_id,
                       GError **error)
{
    if (reply == NULL)
        return FALSE;
    if (ytops_redis_reply_int(reply, 0) == 1)
        return TRUE;
    const char *what = ytops_redis_reply_string_at(reply, 0);
    const char *state = ytops_redis_reply_string_at(reply, 1);
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND,
                "item %s of queue \"%s\" is not in progress: %s%s; nothing was changed", item_id,
                queue, past_of(what), present_of(what, state));
    return FALSE;
}

gboolean ytops_work_queues_renew(YtopsWorkQueues *queues, const char *queue, const char *item_id,
                                 gint64 lease_s, GError **error)
{
    g_autofree char *lease = lease_text(queues, lease_s, error);
    if (lease == NULL || !check_id(item_id, "item's id", error))
        return FALSE;
    const char *args[] = {item_id, lease, NULL};
    g_autoptr(YtopsRedisReply) reply =
        queue_store_run(queues->store, QUEUE_SCRIPT_RENEW, queue, args, NULL, error);
    return finish(reply, queue, item_id, error);
}

gboolean ytops_work_queues_release(YtopsWorkQueues *queues, const char *queue, const char *item_id,
                                   GError **error)
{
    if (!check_id(item_id, "item's id", error))
        return FALSE;
    const char *args[] = {item_id, NULL};
    g_autoptr(YtopsRedisReply) reply =
        queue_store_run(queues->store, QUEUE_SCRIPT_RELEASE, queue, args, NULL, error);
    return finish(reply, queue, item_id, error);
}

/* `into` is "result" or "fail"; `name` is what the JSON is called in an error. */
static gboolean mark(YtopsWorkQueues *queues, const char *queue, const char *item_id,
                     const char *into, const char *json, const char *name, const char *next_queue,
                     const char *const *next_items, GError **error)
{
    if (!check_id(item_id, "item's id", error) || !queue_item_check_json(json, name, error))
        return FALSE;
    if (next_queue != NULL &&
        (!queue_name_check(next_queue, error) || !check_items(next_items, error)))
        return FALSE;
    const char *args[] = {item_id, into, json, next_queue != NULL ? next_queue : "", NULL};
    g_autoptr(YtopsRedisReply) reply =
        queue_store_run(queues->store, QUEUE_SCRIPT_MARK, queue, args,
                        next_queue != NULL ? next_items : NULL, error);
    return finish(reply, queue, item_id, error);
}

gboolean ytops_work_queues_mark_success(YtopsWorkQueues *queues, const char *queue,
                                        const char *item_id, const char *result_json,
                                        const char *next_queue, const char *const *next_items,
                                        GError **error)
{
    return mark(queues, queue, item_id, "result", result_json, "the result", next_queue, next_items,
                error);
}

gboolean ytops_work_queues_mark_failure(YtopsWorkQueues *queues, const char *queue,
                                        const char *item_id, const char *error_json, GError **error)
{
    return mark(queues, queue, item_id, "fail", error_json, "the error", NULL, NULL, error);
}

gboolean ytops_work_queues_send_back(YtopsWorkQueues *queues, const char *queue,
                                     const char *item_id, const char *error_json,
                                     const char *other_queue, const char *const *items,
                                     GError **error)
{
    return mark(queues, queue, item_id, "fail", error_json, "the error", other_queue, items, error);
}
