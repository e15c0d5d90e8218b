/* The way of a URL through a queue, and the keys that it leaves. */
#include <string.h>

#include "work_bed.h"
#include "ytops/json.h"

#define URL "https://a.example/1"
#define OTHER "https://a.example/2"

static gboolean succeed(WorkBed *bed, const YtopsQueueItem *item, const char *json, GError **error)
{
    return ytops_work_queues_mark_success(bed->queues, "q", item->item_id, json, NULL, NULL, error);
}

static void test_first_in_first_out(WorkBed *bed)
{
    const char *urls[] = {URL, OTHER, "BaW_jenozKc", "{\"a\":1}", NULL};
    g_assert_cmpint(ytops_work_queues_push(bed->queues, "q", urls, NULL), ==, 4);
    for (gsize i = 0; urls[i] != NULL; i++) {
        g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
        g_assert_cmpstr(item->url, ==, urls[i]);
        g_assert_cmpint(item->deliveries, ==, 1);
        g_assert_cmpint(item->lease_expires_at, ==, BED_START + BED_LEASE_S);
    }
    work_bed_assert_empty(bed, "4");
    work_bed_assert_counts(bed, 0, 4, 0, 0);
}

static void test_progress_tells_who_has_it(WorkBed *bed)
{
    g_autoptr(GError) error = NULL;
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) item =
        ytops_work_queues_pull(bed->queues, "q", "east-1-lane-3", 60, &error);
    g_assert_no_error(error);
    g_autofree char *text = work_bed_entry(bed, "q_progress", item->item_id);
    g_autoptr(YtopsJson) json = ytops_json_parse(text, -1, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(ytops_json_get_string(json, "url"), ==, URL);
    g_assert_cmpstr(ytops_json_get_string(json, "lane_id"), ==, "east-1-lane-3");
    g_assert_cmpint(ytops_json_get_int(json, "deliveries"), ==, 1);
    g_assert_cmpint(ytops_json_get_int(json, "pulled_at"), ==, BED_START);
    g_assert_cmpint(ytops_json_get_int(json, "lease_expires_at"), ==, BED_START + 60);
}

static void test_success_is_kept_under_the_url(WorkBed *bed)
{
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    g_assert_true(succeed(bed, item, "{\"file\": \"a.mp4\"}", NULL));
    g_autofree char *result = work_bed_entry(bed, "q_result", URL);
    g_assert_cmpstr(result, ==, "{\"file\": \"a.mp4\"}");
    work_bed_assert_counts(bed, 0, 0, 1, 0);
}

static void test_failure_is_kept_under_the_url(WorkBed *bed)
{
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    g_assert_true(ytops_work_queues_mark_failure(bed->queues, "q", item->item_id,
                                                 "{\"errorCode\": \"PRIVATE_VIDEO\"}", NULL));
    g_autofree char *why = work_bed_entry(bed, "q_fail", URL);
    g_assert_cmpstr(why, ==, "{\"errorCode\": \"PRIVATE_VIDEO\"}");
    work_bed_assert_counts(bed, 0, 0, 0, 1);
}

/* Nothing but the parts that people know is left when all is done. */
static void test_no_helper_stays_behind(WorkBed *bed)
{
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    g_assert_true(succeed(bed, item, "{}", NULL));
    work_bed_assert_empty(bed, "0");
    g_autofree char *memory = g_strconcat("q_item:", item->item_id, NULL);
    gint64 ttl = work_bed_count(bed, "TTL", memory);
    g_assert_cmpint(ttl, >, 3000);
    g_assert_cmpint(ttl, <=, 3600);
    work_bed_do(bed, "DEL", memory, NULL);
    /* q_result and work_queues */
    g_autoptr(YtopsRedisReply) keys = work_bed_redis(bed, "DBSIZE", NULL);
    g_assert_cmpint(ytops_redis_reply_int(keys, -1), ==, 2);
}

static void test_the_later_end_replaces_the_earlier(WorkBed *bed)
{
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) first = work_bed_pull(bed);
    g_assert_true(ytops_work_queues_mark_failure(bed->queues, "q", first->item_id, "{}", NULL));
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) second = work_bed_pull(bed);
    g_assert_true(succeed(bed, second, "{}", NULL));
    work_bed_assert_counts(bed, 0, 0, 1, 0);
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) third = work_bed_pull(bed);
    g_assert_true(ytops_work_queues_mark_failure(bed->queues, "q", third->item_id, "{}", NULL));
    work_bed_assert_counts(bed, 0, 0, 0, 1);
}

static void test_the_same_url_twice_is_worked_on_twice(WorkBed *bed)
{
    work_bed_push(bed, URL);
    work_bed_push(bed, URL);
    work_bed_assert_counts(bed, 2, 0, 0, 0);
    g_autoptr(YtopsQueueItem) one = work_bed_pull(bed);
    g_autoptr(YtopsQueueItem) two = work_bed_pull(bed);
    g_assert_cmpstr(one->item_id, !=, two->item_id);
    g_assert_true(succeed(bed, one, "{\"n\":1}", NULL));
    g_assert_true(succeed(bed, two, "{\"n\":2}", NULL));
    work_bed_assert_counts(bed, 0, 0, 1, 0);
}

/* A caller that lost the answer says it again. */
static void test_the_same_end_said_again_changes_nothing(WorkBed *bed)
{
    g_autoptr(GError) error = NULL;
    const char *next[] = {"{\"format\":1}", NULL};
    work_bed_push(bed, URL);
    work_bed_push(bed, OTHER);
    g_autoptr(YtopsQueueItem) good = work_bed_pull(bed);
    g_autoptr(YtopsQueueItem) bad = work_bed_pull(bed);
    for (int i = 0; i < 2; i++) {
        g_assert_true(ytops_work_queues_mark_success(bed->queues, "q", good->item_id, "{}", "next",
                                                     next, NULL));
        g_assert_true(ytops_work_queues_mark_failure(bed->queues, "q", bad->item_id, "{}", NULL));
    }
    g_assert_cmpint(work_bed_count(bed, "LLEN", "next_inbox"), ==, 1);
    g_assert_false(ytops_work_queues_mark_failure(bed->queues, "q", good->item_id, "{}", &error));
    work_bed_assert_error(&error, YTOPS_ERROR_NOT_FOUND, "marked as a success before",
                          "nothing was changed", NULL);
    g_assert_false(succeed(bed, bad, "{}", &error));
    work_bed_assert_error(&error, YTOPS_ERROR_NOT_FOUND, "marked as a failure before", NULL);
    work_bed_assert_counts(bed, 0, 0, 1, 1);
}

static void test_a_success_feeds_the_next_queue(WorkBed *bed)
{
    const char *next[] = {"{\"format\":\"137\"}", "{\"format\":\"140\"}", NULL};
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    g_assert_true(
        ytops_work_queues_mark_success(bed->queues, "q", item->item_id, "{}", "q_dl", next, NULL));
    for (gsize i = 0; next[i] != NULL; i++) {
        g_autoptr(YtopsQueueItem) task =
            ytops_work_queues_pull(bed->queues, "q_dl", "lane-2", 0, NULL);
        g_assert_cmpstr(task->url, ==, next[i]);
    }
    g_auto(GStrv) names = ytops_work_queues_list(bed->queues, NULL);
    g_assert_cmpint(g_strv_length(names), ==, 2);
    g_assert_cmpstr(names[0], ==, "q");
    g_assert_cmpstr(names[1], ==, "q_dl");
}

/* All or none: the next queue's fault leaves the item where it is. */
static void test_a_bad_next_queue_changes_nothing(WorkBed *bed)
{
    g_autoptr(GError) error = NULL;
    const char *good[] = {"{}", NULL};
    const char *bad[] = {"{}", "nonsense", NULL};
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    g_assert_false(
        ytops_work_queues_mark_success(bed->queues, "q", item->item_id, "{}", "a b", good, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "a b", NULL);
    g_assert_false(
        ytops_work_queues_mark_success(bed->queues, "q", item->item_id, "{}", "next", bad, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "entry 2", "nonsense", NULL);
    work_bed_do(bed, "SET", "next_inbox", "x", NULL);
    g_assert_false(ytops_work_queues_mark_success(bed->queues, "q", item->item_id, "{}", "next",
                                                  good, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_INTERNAL, "next_inbox", NULL);
    work_bed_assert_counts(bed, 0, 1, 0, 0);
}

static void test_a_release_is_as_if_it_was_never_taken(WorkBed *bed)
{
    work_bed_push(bed, URL);
    work_bed_push(bed, OTHER);
    for (int i = 0; i < 2 * BED_MAX_DELIVERIES; i++) {
        g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
        g_assert_cmpstr(item->url, ==, URL);
        g_assert_cmpint(item->deliveries, ==, 1);
        /* Again, for a caller that lost the answer. */
        g_assert_true(ytops_work_queues_release(bed->queues, "q", item->item_id, NULL));
        g_assert_true(ytops_work_queues_release(bed->queues, "q", item->item_id, NULL));
        work_bed_assert_counts(bed, 2, 0, 0, 0);
    }
}

static void test_a_push_is_all_or_none(WorkBed *bed)
{
    g_autoptr(GError) error = NULL;
    const char *urls[] = {URL, OTHER, "ftp://a/", NULL};
    const char *none[] = {NULL};
    g_assert_cmpint(ytops_work_queues_push(bed->queues, "q", urls, &error), ==, -1);
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "entry 3", "nothing was pushed",
                          "ftp://a/", NULL);
    g_assert_cmpint(ytops_work_queues_push(bed->queues, "q", none, &error), ==, -1);
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "nothing to push", NULL);
    work_bed_assert_counts(bed, 0, 0, 0, 0);
}

static void test_a_push_of_100000_is_one_step(WorkBed *bed)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) urls = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < 100000; i++)
        g_ptr_array_add(urls, g_strdup_printf("https://a.example/watch?v=%08d", i));
    g_ptr_array_add(urls, NULL);
    const char *const *all = (const char *const *)urls->pdata;
    g_assert_cmpint(ytops_work_queues_push(bed->queues, "q", all, &error), ==, 100000);
    g_assert_no_error(error);
    g_autoptr(YtopsRedisReply) last = work_bed_redis(bed, "LINDEX", "q_inbox", "-1", NULL);
    g_assert_cmpstr(ytops_redis_reply_string(last), ==, all[99999]);
    urls->pdata[100000] = g_strdup(URL);
    g_ptr_array_add(urls, NULL);
    g_assert_cmpint(
        ytops_work_queues_push(bed->queues, "q", (const char *const *)urls->pdata, &error), ==, -1);
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "more than 100000", NULL);
    g_assert_cmpint(work_bed_count(bed, "LLEN", "q_inbox"), ==, 100000);
}

static void test_bad_arguments_change_nothing(WorkBed *bed)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *long_id = g_strnfill(257, 'x');
    YtopsWorkQueues *queues = bed->queues;
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    g_assert_null(ytops_work_queues_pull(queues, "q", "", 0, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "lane's id is empty", NULL);
    g_assert_null(ytops_work_queues_pull(queues, "q", long_id, 0, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "256", NULL);
    g_assert_null(ytops_work_queues_pull(queues, "q", "l", -1, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "-1 s", "604800", NULL);
    g_assert_false(ytops_work_queues_renew(queues, "q", item->item_id, 604801, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "604801", NULL);
    g_assert_false(succeed(bed, item, "[]", &error));
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "the result is a JSON array", NULL);
    g_assert_false(ytops_work_queues_mark_failure(queues, "q", item->item_id, "x", &error));
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "the error is not valid JSON",
                          NULL);
    g_assert_false(ytops_work_queues_release(queues, "q", "", &error));
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "item's id is empty", NULL);
    work_bed_assert_counts(bed, 0, 1, 0, 0);
}

static void test_an_unknown_item_is_said_to_be_one(WorkBed *bed)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(ytops_work_queues_release(bed->queues, "q", "none", &error));
    work_bed_assert_error(&error, YTOPS_ERROR_NOT_FOUND, "item none of queue \"q\"",
                          "no such item was pulled", NULL);
    /* The item of one queue is none of another's. */
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    g_assert_false(ytops_work_queues_renew(bed->queues, "other", item->item_id, 0, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_NOT_FOUND, "\"other\"", NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(WorkBed) bed = work_bed_start();
#define ADD(name) work_bed_add_test(bed, "/work/queue/" #name, test_##name)
    ADD(first_in_first_out);
    ADD(progress_tells_who_has_it);
    ADD(success_is_kept_under_the_url);
    ADD(failure_is_kept_under_the_url);
    ADD(no_helper_stays_behind);
    ADD(the_later_end_replaces_the_earlier);
    ADD(the_same_url_twice_is_worked_on_twice);
    ADD(the_same_end_said_again_changes_nothing);
    ADD(a_success_feeds_the_next_queue);
    ADD(a_bad_next_queue_changes_nothing);
    ADD(a_release_is_as_if_it_was_never_taken);
    ADD(a_push_is_all_or_none);
    ADD(a_push_of_100000_is_one_step);
    ADD(bad_arguments_change_nothing);
    ADD(an_unknown_item_is_said_to_be_one);
    return g_test_run();
}
