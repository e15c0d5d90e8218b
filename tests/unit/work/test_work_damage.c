/* What other hands wrote into Redis: a clear error or a sane end, and never a lost URL. */
#include <string.h>

#include "work_bed.h"
#include "ytops/json.h"

#define URL "https://a.example/1"

/* Every call on the queue fails, names the key, and changes nothing. */
static void assert_all_calls_name(WorkBed *bed, const char *item_id, const char *key)
{
    YtopsWorkQueues *queues = bed->queues;
    g_autoptr(GError) error = NULL;
    const char *urls[] = {URL, NULL};
    YtopsQueueCounts counts;
#define FAILS(call)                                                                                \
    (call);                                                                                        \
    work_bed_assert_error(&error, YTOPS_ERROR_INTERNAL, key, "belongs", NULL)

    FAILS(ytops_work_queues_push(queues, "q", urls, &error));
    FAILS(ytops_work_queues_pull(queues, "q", "l", 0, &error));
    FAILS(ytops_work_queues_renew(queues, "q", item_id, 0, &error));
    FAILS(ytops_work_queues_release(queues, "q", item_id, &error));
    FAILS(ytops_work_queues_mark_failure(queues, "q", item_id, "{}", &error));
    FAILS(ytops_work_queues_mark_success(queues, "q", item_id, "{}", NULL, NULL, &error));
    FAILS(ytops_work_queues_get_status(queues, "q", &counts, &error));
    FAILS(ytops_work_queues_list_failed(queues, "q", 0, &error));
    FAILS(ytops_work_queues_requeue_failed(queues, "q", &error));
    FAILS(ytops_work_queues_clear(queues, "q", YTOPS_WORK_QUEUE_FAIL, &error));
}

static void test_keys_of_another_type(WorkBed *bed)
{
    static const char *const keys[] = {"q_inbox",  "q_progress",   "q_result",   "q_fail",
                                       "q_leases", "q_deliveries", "work_queues"};
    work_bed_push(bed, "https://a.example/2");
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    work_bed_push(bed, "https://a.example/3");
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(YtopsRedisReply) exists = work_bed_redis(bed, "EXISTS", keys[i], NULL);
        gboolean was_there = ytops_redis_reply_int(exists, 0) == 1;
        if (was_there)
            work_bed_do(bed, "RENAME", keys[i], "aside", NULL);
        work_bed_do(bed, "SET", keys[i], "x", NULL);
        assert_all_calls_name(bed, item->item_id, keys[i]);
        work_bed_do(bed, "DEL", keys[i], NULL);
        if (was_there)
            work_bed_do(bed, "RENAME", "aside", keys[i], NULL);
    }
    work_bed_assert_counts(bed, 1, 1, 0, 0);
}

static void test_the_list_of_queues_of_another_type(WorkBed *bed)
{
    g_autoptr(GError) error = NULL;
    work_bed_do(bed, "SET", "work_queues", "x", NULL);
    g_assert_null(ytops_work_queues_list(bed->queues, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_INTERNAL, "work_queues", NULL);
}

static void test_urls_pushed_by_hand_are_fine(WorkBed *bed)
{
    work_bed_do(bed, "RPUSH", "q_inbox", "https://a/1", "https://a/2", NULL);
    work_bed_do(bed, "LPUSH", "q_inbox", "https://a/0", NULL);
    for (int i = 0; i < 3; i++) {
        g_autofree char *url = g_strdup_printf("https://a/%d", i);
        g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
        g_assert_cmpstr(item->url, ==, url);
    }
}

static void assert_put_aside(WorkBed *bed, const char *url)
{
    g_autofree char *text = work_bed_entry(bed, "q_fail", url);
    g_autoptr(YtopsJson) json = ytops_json_parse(text, -1, NULL);
    g_assert_nonnull(json);
    g_assert_cmpstr(ytops_json_get_string(json, "errorCode"), ==, "INVALID_URL");
    g_assert_nonnull(ytops_json_get_string(json, "message"));
}

static void test_junk_in_the_inbox_goes_to_the_failures(WorkBed *bed)
{
    static const char *const junk[] = {"nonsense", " ",        "ftp://a/",     "[1]",
                                       "{\"a\"",   "\xff\xfe", "https://a/b c"};
    for (gsize i = 0; i < G_N_ELEMENTS(junk); i++)
        work_bed_do(bed, "RPUSH", "q_inbox", junk[i], NULL);
    work_bed_do(bed, "RPUSH", "q_inbox", "", NULL);
    work_bed_do(bed, "RPUSH", "q_inbox", URL, NULL);
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    g_assert_cmpstr(item->url, ==, URL);
    work_bed_assert_counts(bed, 0, 1, 0, G_N_ELEMENTS(junk) + 1);
    for (gsize i = 0; i < G_N_ELEMENTS(junk); i++)
        assert_put_aside(bed, junk[i]);
    g_autoptr(GPtrArray) failures = ytops_work_queues_list_failed(bed->queues, "q", 0, NULL);
    g_assert_cmpint(failures->len, ==, G_N_ELEMENTS(junk) + 1);
    for (guint i = 0; i < failures->len; i++) {
        const YtopsQueueFailure *failure = g_ptr_array_index(failures, i);
        g_assert_true(g_utf8_validate(failure->url, -1, NULL));
    }
}

/* The answer of the pull that would have put it aside was lost. */
static void test_junk_that_a_lane_holds_goes_to_the_failures(WorkBed *bed)
{
    g_autoptr(GError) error = NULL;
    work_bed_do(bed, "HSET", "q_progress", "i1", "{\"url\":\"nonsense\",\"lane_id\":\"l\"}", NULL);
    g_assert_null(ytops_work_queues_find_held(bed->queues, "q", "l", 0, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_NOT_FOUND, "holds nothing", NULL);
    assert_put_aside(bed, "nonsense");
    work_bed_assert_counts(bed, 0, 0, 0, 1);
}

/* An entry that no lane of ours wrote: its text is the URL, and it has no lease to wait for. */
static void test_junk_in_progress_is_taken_back(WorkBed *bed)
{
    work_bed_do(bed, "HSET", "q_progress", "i1", URL, "i2", "{\"url\": 7}", "i3", "null", NULL);
    work_bed_assert_counts(bed, 3, 0, 0, 0);
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    while (strcmp(item->url, URL) != 0) {
        ytops_queue_item_free(item);
        item = work_bed_pull(bed);
    }
    g_assert_cmpint(item->deliveries, ==, 2);
}

static void test_a_lost_lease_is_found_again(WorkBed *bed)
{
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    work_bed_do(bed, "DEL", "q_leases", NULL);
    work_bed_assert_counts(bed, 0, 1, 0, 0);
    g_assert_cmpint(work_bed_count(bed, "ZCARD", "q_leases"), ==, 1);
    bed->now += BED_LEASE_S;
    work_bed_assert_counts(bed, 1, 0, 0, 0);
}

static void test_a_lease_of_nothing_goes(WorkBed *bed)
{
    work_bed_do(bed, "ZADD", "q_leases", "1", "ghost", NULL);
    work_bed_assert_counts(bed, 0, 0, 0, 0);
    g_assert_cmpint(work_bed_count(bed, "ZCARD", "q_leases"), ==, 0);
}

static void test_text_where_a_delivery_count_belongs(WorkBed *bed)
{
    work_bed_push(bed, URL);
    work_bed_do(bed, "HSET", "q_deliveries", URL, "many", NULL);
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    g_assert_cmpint(item->deliveries, ==, 1);
}

/* JSON can write none of them, and fails a script that has taken the URL out already. */
static void test_numbers_that_are_no_count_of_deliveries(WorkBed *bed)
{
    static const char *const numbers[] = {"nan", "inf", "-inf", "1e300", "-7", "0x7fffffffff"};
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        work_bed_push(bed, URL);
        work_bed_do(bed, "HSET", "q_deliveries", URL, numbers[i], NULL);
        g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
        g_assert_cmpint(item->deliveries, ==, 1);
        g_assert_true(ytops_work_queues_mark_success(bed->queues, "q", item->item_id, "{}", NULL,
                                                     NULL, NULL));
    }
    work_bed_do(bed, "HSET", "q_progress", "i1",
                "{\"url\":\"" URL "\",\"deliveries\":1e999,\"lease_expires_at\":1}", NULL);
    work_bed_assert_counts(bed, 1, 0, 1, 0);
    work_bed_do(bed, "HSET", "q_progress", "i2",
                "{\"url\":\"u\",\"deliveries\":3,\"lane_id\":1e999,\"lease_expires_at\":1}", NULL);
    work_bed_assert_counts(bed, 1, 0, 1, 1);
}

static void test_a_damaged_memory_is_none(WorkBed *bed)
{
    g_autoptr(GError) error = NULL;
    work_bed_do(bed, "SET", "q_item:a", "{", NULL);
    work_bed_do(bed, "SET", "q_item:b", "[1]", NULL);
    work_bed_do(bed, "SET", "q_item:c", "{\"url\": \"u\", \"what\": 7}", NULL);
    for (const char *id = "a\0b\0c\0"; *id != '\0'; id += 2) {
        g_assert_false(ytops_work_queues_release(bed->queues, "q", id, &error));
        work_bed_assert_error(&error, YTOPS_ERROR_NOT_FOUND, "no such item", NULL);
    }
}

static void test_what_was_acknowledged_survives_the_death_of_redis(WorkBed *bed)
{
    work_bed_push(bed, URL);
    g_autoptr(YtopsQueueItem) item = work_bed_pull(bed);
    redis_fixture_kill(bed->redis);
    g_autoptr(GError) error = NULL;
    g_assert_null(ytops_work_queues_pull(bed->queues, "q", "l", 0, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
    redis_fixture_restart(bed->redis);
    gint64 deadline = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
    gboolean marked = FALSE;
    while (!marked && g_get_monotonic_time() < deadline)
        marked =
            ytops_work_queues_mark_success(bed->queues, "q", item->item_id, "{}", NULL, NULL, NULL);
    g_assert_true(marked);
    work_bed_assert_counts(bed, 0, 0, 1, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(WorkBed) bed = work_bed_start();
#define ADD(name) work_bed_add_test(bed, "/work/damage/" #name, test_##name)
    ADD(keys_of_another_type);
    ADD(the_list_of_queues_of_another_type);
    ADD(urls_pushed_by_hand_are_fine);
    ADD(junk_in_the_inbox_goes_to_the_failures);
    ADD(junk_that_a_lane_holds_goes_to_the_failures);
    ADD(junk_in_progress_is_taken_back);
    ADD(a_lost_lease_is_found_again);
    ADD(a_lease_of_nothing_goes);
    ADD(text_where_a_delivery_count_belongs);
    ADD(numbers_that_are_no_count_of_deliveries);
    ADD(a_damaged_memory_is_none);
    ADD(what_was_acknowledged_survives_the_death_of_redis);
    return g_test_run();
}
