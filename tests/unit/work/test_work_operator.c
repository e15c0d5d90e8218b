/* What people do with a queue: list, look at the failures, requeue, clear. */
#include <string.h>

#include "work_bed.h"

static void fail(WorkBed *bed, const char *url, const char *json)
{
    work_bed_push(bed, url);
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    g_assert_true(ytops_work_queues_mark_failure(bed->queues, "q", item->item_id, json, NULL));
}

static GPtrArray *list_failed(WorkBed *bed, gint64 limit)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *failures = ytops_work_queues_list_failed(bed->queues, "q", limit, &error);
    g_assert_no_error(error);
    return failures;
}

static void assert_queues(WorkBed *bed, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) names = ytops_work_queues_list(bed->queues, &error);
    g_assert_no_error(error);
    g_autofree char *joined = g_strjoinv(" ", names);
    g_assert_cmpstr(joined, ==, expected);
}

static void test_queues_that_hold_something_are_listed(WorkBed *bed)
{
    const char *urls[] = {"https://a/", NULL};
    const char *names[] = {"b", "a", "c:1"};
    assert_queues(bed, "");
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        ytops_work_queues_push(bed->queues, names[i], urls, NULL);
    assert_queues(bed, "a b c:1");
    g_assert_cmpint(ytops_work_queues_clear(bed->queues, "b", YTOPS_WORK_QUEUE_INBOX, NULL), ==, 1);
    assert_queues(bed, "a c:1");
    /* In progress, it is still there. */
    g_autoptr(YtopsQueueItem) item = ytops_work_queues_pull(bed->queues, "a", "l", 0, NULL);
    assert_queues(bed, "a c:1");
    /* One that was fed by hand is known once somebody has looked at it. */
    work_bed_do(bed, "RPUSH", "hand_inbox", "https://a/", NULL);
    assert_queues(bed, "a c:1");
    YtopsQueueCounts counts;
    g_assert_true(ytops_work_queues_get_status(bed->queues, "hand", &counts, NULL));
    assert_queues(bed, "a c:1 hand");
}

static void test_a_name_that_is_none_is_not_listed(WorkBed *bed)
{
    work_bed_do(bed, "SADD", "work_queues", "a b", "x_inbox", NULL);
    work_bed_do(bed, "RPUSH", "a b_inbox", "https://a/", NULL);
    work_bed_do(bed, "RPUSH", "x_inbox_inbox", "https://a/", NULL);
    assert_queues(bed, "");
}

static void test_failures_by_url(WorkBed *bed)
{
    fail(bed, "https://a/2", "{\"errorCode\":\"B\"}");
    fail(bed, "https://a/1", "{\"errorCode\":\"A\"}");
    g_autoptr(GPtrArray) failures = list_failed(bed, 0);
    g_assert_cmpint(failures->len, ==, 2);
    const YtopsQueueFailure *first = g_ptr_array_index(failures, 0);
    g_assert_cmpstr(first->url, ==, "https://a/1");
    g_assert_cmpstr(first->error_json, ==, "{\"errorCode\":\"A\"}");
    g_autoptr(GPtrArray) one = list_failed(bed, 1);
    g_assert_cmpint(one->len, ==, 1);
    g_autoptr(GError) error = NULL;
    g_assert_null(ytops_work_queues_list_failed(bed->queues, "q", -1, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "limit -1", NULL);
}

/* Whose last lease is over has failed, though nobody pulled since. */
static void test_the_failures_include_poison_that_is_due(WorkBed *bed)
{
    work_bed_push(bed, "https://a/1");
    for (int i = 0; i < BED_MAX_DELIVERIES; i++) {
        ytops_queue_item_free(work_bed_pull(bed));
        bed->now += BED_LEASE_S;
    }
    g_autoptr(GPtrArray) failures = list_failed(bed, 0);
    g_assert_cmpint(failures->len, ==, 1);
}

/* More than Redis keeps in one small piece. */
static void test_thousands_of_failures(WorkBed *bed)
{
    enum { N = 3000 };
    for (int i = 0; i < N; i++) {
        g_autofree char *url = g_strdup_printf("https://a.example/%05d", i);
        work_bed_do(bed, "HSET", "q_fail", url, "{}", NULL);
    }
    g_autoptr(GPtrArray) failures = list_failed(bed, 0);
    g_assert_cmpint(failures->len, ==, N);
    for (guint i = 0; i < failures->len; i++) {
        const YtopsQueueFailure *failure = g_ptr_array_index(failures, i);
        g_autofree char *url = g_strdup_printf("https://a.example/%05u", i);
        g_assert_cmpstr(failure->url, ==, url);
    }
    g_autoptr(GPtrArray) some = list_failed(bed, 700);
    g_assert_cmpint(some->len, ==, 700);
    g_assert_cmpint(ytops_work_queues_requeue_failed(bed->queues, "q", NULL), ==, N);
    work_bed_assert_counts(bed, N, 0, 0, 0);
    g_assert_cmpint(ytops_work_queues_requeue_failed(bed->queues, "q", NULL), ==, 0);
}

static void test_a_requeue_forgets_deliveries(WorkBed *bed)
{
    work_bed_push(bed, "https://a/1");
    for (int i = 0; i < BED_MAX_DELIVERIES; i++) {
        ytops_queue_item_free(work_bed_pull(bed));
        bed->now += BED_LEASE_S;
    }
    g_assert_cmpint(ytops_work_queues_requeue_failed(bed->queues, "q", NULL), ==, 1);
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    g_assert_cmpint(item->deliveries, ==, 1);
}

static void test_clearing(WorkBed *bed)
{
    fail(bed, "https://a/1", "{}");
    work_bed_push(bed, "https://a/2");
    g_autoptr(YtopsQueueItem) good = work_bed_pull(bed);
    g_assert_true(
        ytops_work_queues_mark_success(bed->queues, "q", good->item_id, "{}", NULL, NULL, NULL));
    work_bed_push(bed, "https://a/3");
    g_autoptr(YtopsQueueItem) held = work_bed_pull(bed);
    work_bed_push(bed, "https://a/4");
    work_bed_push(bed, "https://a/5");
    work_bed_assert_counts(bed, 2, 1, 1, 1);
    g_assert_cmpint(ytops_work_queues_clear(bed->queues, "q", YTOPS_WORK_QUEUE_INBOX, NULL), ==, 2);
    work_bed_assert_counts(bed, 0, 1, 1, 1);
    g_assert_cmpint(ytops_work_queues_clear(bed->queues, "q", YTOPS_WORK_QUEUE_RESULT, NULL), ==,
                    1);
    work_bed_assert_counts(bed, 0, 1, 0, 1);
    g_assert_cmpint(ytops_work_queues_clear(bed->queues, "q", YTOPS_WORK_QUEUE_FAIL, NULL), ==, 1);
    work_bed_assert_counts(bed, 0, 1, 0, 0);
    g_assert_cmpint(ytops_work_queues_clear(bed->queues, "q", YTOPS_WORK_QUEUE_FAIL, NULL), ==, 0);
    /* What is in progress ends all the same. */
    g_assert_true(
        ytops_work_queues_mark_success(bed->queues, "q", held->item_id, "{}", NULL, NULL, NULL));
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(ytops_work_queues_clear(bed->queues, "q", (YtopsWorkQueuePart)7, &error), ==,
                    -1);
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "part 7", NULL);
}

/* The counts of what was cleared do not meet the same URL when it is pushed again. */
static void test_clearing_the_inbox_forgets_deliveries(WorkBed *bed)
{
    work_bed_push(bed, "https://a/1");
    ytops_queue_item_free(work_bed_pull(bed));
    bed->now += BED_LEASE_S;
    work_bed_assert_counts(bed, 1, 0, 0, 0);
    g_assert_cmpint(ytops_work_queues_clear(bed->queues, "q", YTOPS_WORK_QUEUE_INBOX, NULL), ==, 1);
    work_bed_push(bed, "https://a/1");
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    g_assert_cmpint(item->deliveries, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(WorkBed) bed = work_bed_start();
#define ADD(name) work_bed_add_test(bed, "/work/operator/" #name, test_##name)
    ADD(queues_that_hold_something_are_listed);
    ADD(a_name_that_is_none_is_not_listed);
    ADD(failures_by_url);
    ADD(the_failures_include_poison_that_is_due);
    ADD(thousands_of_failures);
    ADD(a_requeue_forgets_deliveries);
    ADD(clearing);
    ADD(clearing_the_inbox_forgets_deliveries);
    return g_test_run();
}
