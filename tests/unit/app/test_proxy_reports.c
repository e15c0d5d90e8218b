#include "app/proxy_reports.h"
#include "redis_fixture.h"
#include "ytops/log.h"

#define PROXY "socks5://user:secret@127.0.0.1:1080"
#define OTHER "socks5://127.0.0.1:1081"

/* A pool of one proxy in a real Redis, and the reports on their way to it. */
typedef struct {
    RedisFixture *redis;
    YtopsRedisPool *pool;
    YtopsProxyManager *proxies;
    YtopsErrorPolicy *policy;
    ProxyReports *reports;
} Bed;

static void bed_open(Bed *bed, guint redis_timeout_ms)
{
    static const char *const urls[] = {PROXY, NULL};
    YtopsRedisPoolOptions options = {.max_connections = 2, .timeout_ms = redis_timeout_ms};
    YtopsProxyPolicy policy = {.window_s = 3600, .ban_duration_s = 60};

    bed->redis = redis_fixture_start();
    bed->pool = ytops_redis_pool_new(redis_fixture_url(bed->redis), &options, NULL);
    bed->proxies = ytops_proxy_manager_new(bed->pool, &policy, "here", "one", urls, NULL);
    bed->policy = ytops_error_policy_new(NULL, NULL);
    bed->reports = proxy_reports_new(NULL, bed->proxies, bed->policy);
}

static void bed_close(Bed *bed)
{
    proxy_reports_free(bed->reports);
    ytops_error_policy_free(bed->policy);
    ytops_proxy_manager_free(bed->proxies);
    ytops_redis_pool_free(bed->pool);
    redis_fixture_stop(bed->redis);
}

/* What is queued is sent before the end. */
static void flush(Bed *bed)
{
    proxy_reports_free(bed->reports);
    bed->reports = proxy_reports_new(NULL, bed->proxies, bed->policy);
}

static void add(Bed *bed, const char *proxy_url, gboolean success, YtopsErrorCode code)
{
    YtopsRelayProxyUse use = {
        .proxy_url = proxy_url, .success = success, .code = code, .details = "seen"};

    proxy_reports_add(bed->reports, &use);
}

static void check_counts(Bed *bed, gint64 successes, gint64 failures)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) list = ytops_proxy_manager_list(bed->proxies, NULL, &error);
    const YtopsProxyInfo *info;

    g_assert_no_error(error);
    g_assert_cmpuint(list->len, ==, 1);
    info = list->pdata[0];
    g_assert_cmpstr(info->proxy_url, ==, PROXY);
    g_assert_cmpint(info->success_count, ==, successes);
    g_assert_cmpint(info->failure_count, ==, failures);
    g_assert_cmpint(info->recent_failures, ==, failures);
}

static void test_uses_are_counted(void)
{
    Bed bed;

    bed_open(&bed, 5000);
    add(&bed, PROXY, TRUE, 0);
    add(&bed, PROXY, FALSE, YTOPS_ERROR_MEDIA_403);
    add(&bed, PROXY, TRUE, 0);
    flush(&bed);
    check_counts(&bed, 2, 1);
    bed_close(&bed);
}

/* By the table of errors: a failing site is no failure of the proxy. And others' proxies are theirs. */
static void test_what_is_nobodys_is_not_counted(void)
{
    Bed bed;

    bed_open(&bed, 5000);
    add(&bed, PROXY, FALSE, YTOPS_ERROR_HTTP_5XX);
    add(&bed, PROXY, FALSE, YTOPS_ERROR_DNS_FAILED);
    add(&bed, OTHER, TRUE, 0);
    add(&bed, OTHER, FALSE, YTOPS_ERROR_MEDIA_403);
    add(&bed, PROXY, TRUE, 0);
    flush(&bed);
    check_counts(&bed, 1, 0);
    bed_close(&bed);
}

/* Redis accepts and does not answer: adding never waits, and what is too much is dropped. */
static void test_a_redis_that_hangs_holds_up_nobody(void)
{
    Bed bed;
    gint64 begun_us;
    g_autoptr(GPtrArray) list = NULL;
    const YtopsProxyInfo *info;

    bed_open(&bed, 60000);
    redis_fixture_freeze(bed.redis);
    begun_us = g_get_monotonic_time();
    for (guint i = 0; i < 3000; i++)
        add(&bed, PROXY, TRUE, 0);
    g_assert_cmpint(g_get_monotonic_time() - begun_us, <, 30 * G_USEC_PER_SEC);
    redis_fixture_thaw(bed.redis);
    flush(&bed);
    list = ytops_proxy_manager_list(bed.proxies, NULL, NULL);
    info = list->pdata[0];
    g_assert_cmpint(info->success_count, >=, 1024);
    g_assert_cmpint(info->success_count, <=, 1025);
    bed_close(&bed);
}

/* The end does not wait once for each report that cannot be sent. */
static void test_the_end_does_not_wait_for_a_dead_redis(void)
{
    Bed bed;
    gint64 begun_us;

    bed_open(&bed, 500);
    redis_fixture_freeze(bed.redis);
    for (guint i = 0; i < 1000; i++)
        add(&bed, PROXY, TRUE, 0);
    begun_us = g_get_monotonic_time();
    flush(&bed);
    g_assert_cmpint(g_get_monotonic_time() - begun_us, <, 60 * G_USEC_PER_SEC);
    redis_fixture_thaw(bed.redis);
    bed_close(&bed);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ytops_log_set_level(YTOPS_LOG_ERROR);
    g_test_add_func("/proxy-reports/counted", test_uses_are_counted);
    g_test_add_func("/proxy-reports/nobodys", test_what_is_nobodys_is_not_counted);
    g_test_add_func("/proxy-reports/hangs", test_a_redis_that_hangs_holds_up_nobody);
    g_test_add_func("/proxy-reports/end", test_the_end_does_not_wait_for_a_dead_redis);
    return g_test_run();
}
