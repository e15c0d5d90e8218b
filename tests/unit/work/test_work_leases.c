/* Leases on a virtual clock: what becomes of a URL whose lane says nothing more. */
#include <string.h>

#include "work_bed.h"
#include "ytops/json.h"

#define URL "https://a.example/1"
#define OTHER "https://a.example/2"

static gboolean succeed(WorkBed *bed, const YtopsQueueItem *item, GError **error)
{
    return ytops_work_queues_mark_success(bed->queues, "q", item->item_id, "{}", NULL, NULL, error);
}

static void expire(WorkBed *bed)
{
    bed->now += BED_LEASE_S;
}

static void test_a_lease_lasts_to_its_last_second(WorkBed *bed)
{
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    bed->now += BED_LEASE_S - 1;
    work_bed_assert_counts(bed, 0, 1, 0, 0);
    work_bed_assert_empty(bed, "1");
    bed->now += 1;
    work_bed_assert_counts(bed, 1, 0, 0, 0);
}

static void test_a_pull_finds_what_is_over_by_itself(WorkBed *bed)
{
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) first = work_bed_pull(bed);
    expire(bed);
    g_autoptr(YtopsQueueItem) second = work_bed_pull(bed);
    g_assert_cmpstr(second->url, ==, URL);
    g_assert_cmpint(second->deliveries, ==, 2);
    g_assert_cmpstr(second->item_id, !=, first->item_id);
}

static void test_it_comes_back_behind_the_others(WorkBed *bed)
{
    work_bed_push(bed, URL);
    work_bed_push(bed, OTHER);
    g_autoptr(YtopsQueueItem) first = work_bed_pull(bed);
    expire(bed);
    g_autoptr(YtopsQueueItem) second = work_bed_pull(bed);
    g_assert_cmpstr(second->url, ==, OTHER);
    g_autoptr(YtopsQueueItem) third = work_bed_pull(bed);
    g_assert_cmpstr(third->url, ==, URL);
}

static void test_a_renewal_counts_from_now(WorkBed *bed)
{
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    for (int i = 0; i < 5; i++) {
        bed->now += BED_LEASE_S - 1;
        g_assert_true(ytops_work_queues_renew(bed->queues, "q", item->item_id, 0, NULL));
    }
    bed->now += BED_LEASE_S - 1;
    g_assert_true(ytops_work_queues_renew(bed->queues, "q", item->item_id, 10, NULL));
    bed->now += 9;
    work_bed_assert_counts(bed, 0, 1, 0, 0);
    bed->now += 1;
    work_bed_assert_counts(bed, 1, 0, 0, 0);
}

/* The lane's work is not thrown away where nobody has begun it anew. */
static void test_a_lease_that_is_over_but_not_taken_back_still_counts(WorkBed *bed)
{
    work_bed_push(bed, URL);
    work_bed_push(bed, OTHER);
    g_autoptr(YtopsQueueItem) marked = work_bed_pull(bed);
    g_autoptr(YtopsQueueItem) renewed = work_bed_pull(bed);
    bed->now += 10 * BED_LEASE_S;
    g_assert_true(succeed(bed, marked, NULL));
    g_assert_true(ytops_work_queues_renew(bed->queues, "q", renewed->item_id, 0, NULL));
    work_bed_assert_counts(bed, 0, 1, 1, 0);
}

static void test_after_the_last_delivery_it_is_poison(WorkBed *bed)
{
    work_bed_push(bed, URL);
    for (int i = 1; i <= BED_MAX_DELIVERIES; i++) {
        g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
        g_assert_cmpint(item->deliveries, ==, i);
        expire(bed);
    }
    work_bed_assert_empty(bed, "0");
    work_bed_assert_counts(bed, 0, 0, 0, 1);
    g_autofree char *text = work_bed_entry(bed, "q_fail", URL);
    g_autoptr(YtopsJson) json = ytops_json_parse(text, -1, NULL);
    g_assert_cmpstr(ytops_json_get_string(json, "errorCode"), ==, "POISON");
    g_assert_cmpint(ytops_json_get_int(json, "deliveries"), ==, BED_MAX_DELIVERIES);
    g_assert_cmpstr(ytops_json_get_string(json, "laneId"), ==, "lane-1");
    g_assert_cmpint(ytops_json_get_int(json, "failedAt"), ==, bed->now);
    g_assert_nonnull(strstr(ytops_json_get_string(json, "message"), "delivered 3 times"));
}

static void test_a_release_keeps_earlier_deliveries(WorkBed *bed)
{
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) first = work_bed_pull(bed);
    expire(bed);
    for (int i = 0; i < 3; i++) {
        g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
        g_assert_cmpint(item->deliveries, ==, 2);
        g_assert_true(ytops_work_queues_release(bed->queues, "q", item->item_id, NULL));
    }
}

/* What a lane hears that comes too late, and that its late word changes nothing. */
static void assert_late(WorkBed *bed, const YtopsQueueItem *item, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(succeed(bed, item, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_NOT_FOUND, "its lease was over",
                          "went back to the inbox", words, "nothing was changed", NULL);
    g_assert_false(ytops_work_queues_mark_failure(bed->queues, "q", item->item_id, "{}", &error));
    work_bed_assert_error(&error, YTOPS_ERROR_NOT_FOUND, words, NULL);
    g_assert_false(ytops_work_queues_renew(bed->queues, "q", item->item_id, 0, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_NOT_FOUND, words, NULL);
    g_assert_false(ytops_work_queues_release(bed->queues, "q", item->item_id, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_NOT_FOUND, words, NULL);
}

static void test_who_comes_late_is_told_what_happened(WorkBed *bed)
{
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) late = work_bed_pull(bed);
    expire(bed);
    work_bed_assert_counts(bed, 1, 0, 0, 0);
    assert_late(bed, late, "another lane takes it");
    g_autoptr(YtopsQueueItem) other = work_bed_pull(bed);
    assert_late(bed, late, "another lane takes it");
    work_bed_assert_counts(bed, 0, 1, 0, 0);
    g_assert_true(succeed(bed, other, NULL));
    assert_late(bed, late, "it has succeeded since");
    work_bed_assert_counts(bed, 0, 0, 1, 0);
}

static void test_who_comes_late_is_told_of_the_failure(WorkBed *bed)
{
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) late = work_bed_pull(bed);
    expire(bed);
    g_autoptr(YtopsQueueItem) other = work_bed_pull(bed);
    g_assert_true(ytops_work_queues_mark_failure(bed->queues, "q", other->item_id, "{}", NULL));
    assert_late(bed, late, "it has failed since");
}

static void test_the_last_lane_of_a_poison_is_told(WorkBed *bed)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsQueueItem) last = NULL;
    work_bed_push(bed, URL);
    for (int i = 0; i < BED_MAX_DELIVERIES; i++) {
        g_clear_pointer(&last, ytops_queue_item_free);
        last = work_bed_pull(bed);
        expire(bed);
    }
    work_bed_assert_counts(bed, 0, 0, 0, 1);
    g_assert_false(succeed(bed, last, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_NOT_FOUND, "POISON", NULL);
}

/* More than one step takes back. */
static void test_thousands_of_leases_end_at_once(WorkBed *bed)
{
    enum { N = 2500 };
    for (int i = 0; i < N; i++) {
        g_autofree char *url = g_strdup_printf("https://a.example/%d", i);
        work_bed_push(bed, url);
    }
    for (int i = 0; i < N; i++)
        ytops_queue_item_free(work_bed_pull(bed));
    expire(bed);
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    g_assert_cmpint(item->deliveries, ==, 2);
    work_bed_assert_counts(bed, N - 1, 1, 0, 0);
    g_assert_cmpint(work_bed_count(bed, "ZCARD", "q_leases"), ==, 1);
}

/* Redis' own clock has fractions: a lease of a second is no shorter. */
static void test_leases_on_the_clock_of_redis(WorkBed *bed)
{
    YtopsWorkQueuePolicy policy = {1, 2};
    g_autoptr(YtopsWorkQueues) queues = ytops_work_queues_new(bed->pool, &policy, NULL);
    work_bed_push(bed, URL);
    gint64 before = g_get_real_time();
    g_autoptr(YtopsQueueItem) item = ytops_work_queues_pull(queues, "q", "lane-1", 0, NULL);
    g_assert_nonnull(item);
    YtopsQueueCounts counts = {.in_progress = 1};
    gint64 deadline = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
    while (counts.in_progress == 1 && g_get_monotonic_time() < deadline)
        g_assert_true(ytops_work_queues_get_status(queues, "q", &counts, NULL));
    g_assert_cmpint(counts.inbox, ==, 1);
    g_assert_cmpint(g_get_real_time() - before, >=, G_USEC_PER_SEC);
}

static void test_a_lane_that_lost_the_answer_finds_its_item(WorkBed *bed)
{
    g_autoptr(GError) error = NULL;
    work_bed_push(bed, URL);
    g_assert_null(ytops_work_queues_find_held(bed->queues, "q", "lane-1", 0, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_NOT_FOUND, "'lane-1' holds nothing", NULL);

    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    bed->now += 100;
    g_autoptr(YtopsQueueItem) held =
        ytops_work_queues_find_held(bed->queues, "q", "lane-1", 0, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(held->item_id, ==, item->item_id);
    g_assert_cmpstr(held->url, ==, URL);
    g_assert_cmpint(held->deliveries, ==, 1);
    g_assert_cmpint(held->lease_expires_at, ==, BED_START + 100 + BED_LEASE_S);
    bed->now += BED_LEASE_S - 1;
    work_bed_assert_counts(bed, 0, 1, 0, 0);

    g_assert_null(ytops_work_queues_find_held(bed->queues, "q", "lane-2", 0, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_NOT_FOUND, "'lane-2' holds nothing", NULL);
    g_assert_true(ytops_work_queues_release(bed->queues, "q", item->item_id, NULL));
    g_assert_null(ytops_work_queues_find_held(bed->queues, "q", "lane-1", 0, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_NOT_FOUND, "pull an item", NULL);
    g_assert_null(ytops_work_queues_find_held(bed->queues, "q", "", 0, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "lane's id is empty", NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(WorkBed) bed = work_bed_start();
#define ADD(name) work_bed_add_test(bed, "/work/leases/" #name, test_##name)
    ADD(a_lease_lasts_to_its_last_second);
    ADD(a_pull_finds_what_is_over_by_itself);
    ADD(it_comes_back_behind_the_others);
    ADD(a_renewal_counts_from_now);
    ADD(a_lease_that_is_over_but_not_taken_back_still_counts);
    ADD(after_the_last_delivery_it_is_poison);
    ADD(a_release_keeps_earlier_deliveries);
    ADD(who_comes_late_is_told_what_happened);
    ADD(who_comes_late_is_told_of_the_failure);
    ADD(the_last_lane_of_a_poison_is_told);
    ADD(thousands_of_leases_end_at_once);
    ADD(leases_on_the_clock_of_redis);
    ADD(a_lane_that_lost_the_answer_finds_its_item);
    return g_test_run();
}
