#include "work_bed.h"

#include <string.h>

typedef struct {
    WorkBed *bed;
    void (*test)(WorkBed *bed);
} BedTest;

static const YtopsAccountPolicy account_policy = {1800, 3600, 5, BED_BAN_S};
static const YtopsProxyPolicy proxy_policy = {3600, 3, 3, BED_BAN_S};
static const YtopsWorkQueuePolicy queue_policy = {BED_LEASE_S, BED_MAX_DELIVERIES};

WorkBed *work_bed_start(void)
{
    static const char *const proxies[] = {BED_PROXY, BED_OTHER_PROXY, NULL};
    WorkBed *bed = g_new0(WorkBed, 1);
    g_autoptr(GError) error = NULL;
    YtopsRedisPoolOptions options = {.timeout_ms = 30000};
    bed->redis = redis_fixture_start();
    bed->pool = ytops_redis_pool_new(redis_fixture_url(bed->redis), &options, &error);
    g_assert_no_error(error);
    bed->now = BED_START;
    bed->queues = ytops_work_queues_new(bed->pool, &queue_policy, &bed->now);
    bed->accounts = ytops_account_manager_new(bed->pool, &account_policy, BED_INSTANCE, &bed->now);
    bed->proxies =
        ytops_proxy_manager_new(bed->pool, &proxy_policy, "home", BED_INSTANCE, proxies, &bed->now);
    bed->errors = ytops_error_policy_new(NULL, &error);
    g_assert_no_error(error);
    return bed;
}

void work_bed_stop(WorkBed *bed)
{
    ytops_error_policy_free(bed->errors);
    ytops_proxy_manager_free(bed->proxies);
    ytops_account_manager_free(bed->accounts);
    ytops_work_queues_free(bed->queues);
    ytops_redis_pool_free(bed->pool);
    redis_fixture_stop(bed->redis);
    g_free(bed);
}

static void run_test(gconstpointer data)
{
    const BedTest *test = data;
    work_bed_do(test->bed, "FLUSHALL", NULL);
    test->bed->now = BED_START;
    test->test(test->bed);
}

void work_bed_add_test(WorkBed *bed, const char *path, void (*test)(WorkBed *bed))
{
    BedTest *added = g_new(BedTest, 1);
    *added = (BedTest){bed, test};
    g_test_add_data_func_full(path, added, run_test, g_free);
}

static YtopsRedisReply *redis_va(WorkBed *bed, va_list list)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    for (char *word = va_arg(list, char *); word != NULL; word = va_arg(list, char *))
        g_ptr_array_add(words, word);
    YtopsRedisReply *reply =
        ytops_redis_commandv(bed->pool, words->len, (const char *const *)words->pdata, &error);
    g_assert_no_error(error);
    return reply;
}

YtopsRedisReply *work_bed_redis(WorkBed *bed, ...)
{
    va_list list;
    va_start(list, bed);
    YtopsRedisReply *reply = redis_va(bed, list);
    va_end(list);
    return reply;
}

void work_bed_do(WorkBed *bed, ...)
{
    va_list list;
    va_start(list, bed);
    ytops_redis_reply_free(redis_va(bed, list));
    va_end(list);
}

gint64 work_bed_count(WorkBed *bed, const char *command, const char *key)
{
    g_autoptr(YtopsRedisReply) reply = work_bed_redis(bed, command, key, NULL);
    return ytops_redis_reply_int(reply, -1);
}

void work_bed_push(WorkBed *bed, const char *url)
{
    g_autoptr(GError) error = NULL;
    const char *urls[] = {url, NULL};
    ytops_work_queues_push(bed->queues, "q", urls, &error);
    g_assert_no_error(error);
}

YtopsQueueItem *work_bed_pull(WorkBed *bed)
{
    g_autoptr(GError) error = NULL;
    YtopsQueueItem *item = ytops_work_queues_pull(bed->queues, "q", "lane-1", 0, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(item->queue, ==, "q");
    return item;
}

void work_bed_assert_empty(WorkBed *bed, const char *in_progress)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(ytops_work_queues_pull(bed->queues, "q", "lane-1", 0, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_QUEUE_EMPTY);
    g_assert_cmpstr(ytops_error_get_context(error, "inProgress"), ==, in_progress);
}

void work_bed_assert_counts(WorkBed *bed, gint64 inbox, gint64 in_progress, gint64 succeeded,
                            gint64 failed)
{
    g_autoptr(GError) error = NULL;
    YtopsQueueCounts counts;
    ytops_work_queues_get_status(bed->queues, "q", &counts, &error);
    g_assert_no_error(error);
    g_assert_cmpint(counts.inbox, ==, inbox);
    g_assert_cmpint(counts.in_progress, ==, in_progress);
    g_assert_cmpint(counts.succeeded, ==, succeeded);
    g_assert_cmpint(counts.failed, ==, failed);
}

char *work_bed_entry(WorkBed *bed, const char *hash, const char *url)
{
    g_autoptr(YtopsRedisReply) reply = work_bed_redis(bed, "HGET", hash, url, NULL);
    return g_strdup(ytops_redis_reply_string(reply));
}

YtopsWorkPool *work_bed_pool(const char *text, gboolean auto_create)
{
    g_autoptr(GError) error = NULL;
    YtopsWorkPool *pool = ytops_work_pool_parse(text, auto_create, &error);
    g_assert_no_error(error);
    return pool;
}

void work_bed_assert_error(GError **error, YtopsErrorCode code, ...)
{
    va_list list;
    g_assert_error(*error, YTOPS_ERROR, (gint)code);
    va_start(list, code);
    for (char *words = va_arg(list, char *); words != NULL; words = va_arg(list, char *)) {
        if (strstr((*error)->message, words) == NULL)
            g_error("\"%s\" does not say: %s", (*error)->message, words);
    }
    va_end(list);
    g_clear_error(error);
}
