/* Many threads at once, and many proxies at once. */
#include "proxy_bed.h"
#include "ytops/error.h"

#include <stdlib.h>

enum { THREADS = 16, ROUNDS = 100, MANY = 10000 };

typedef struct {
    YtopsProxyManager *manager;
    const char *account_id;
    GHashTable *taken; /* URL -> how often, of this thread */
} Selector;

static gpointer select_and_report(gpointer data)
{
    Selector *selector = data;
    for (int i = 0; i < ROUNDS; i++) {
        g_autoptr(GError) error = NULL;
        char *url = ytops_proxy_manager_select(selector->manager, &error);
        g_assert_no_error(error);
        gsize times = GPOINTER_TO_SIZE(g_hash_table_lookup(selector->taken, url));
        YtopsProxyUse use = {.proxy_url = url, .account_id = selector->account_id};
        gboolean reported =
            i % 2 == 0 ? ytops_proxy_manager_report_success(selector->manager, &use, &error)
                       : ytops_proxy_manager_report_failure(selector->manager, &use, NULL, &error);
        g_assert_no_error(error);
        g_assert_true(reported);
        g_hash_table_replace(selector->taken, url, GSIZE_TO_POINTER(times + 1));
    }
    return NULL;
}

static void run_threads(Selector selectors[THREADS])
{
    GThread *threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        selectors[i].account_id = "acc_01";
        selectors[i].taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        threads[i] = g_thread_new("selector", select_and_report, &selectors[i]);
    }
    for (int i = 0; i < THREADS; i++)
        g_thread_join(threads[i]);
}

static gsize count_taken(Selector selectors[THREADS], const char *url)
{
    gsize taken = 0;
    for (int i = 0; i < THREADS; i++)
        taken += GPOINTER_TO_SIZE(g_hash_table_lookup(selectors[i].taken, url));
    return taken;
}

static void free_taken(Selector selectors[THREADS])
{
    for (int i = 0; i < THREADS; i++)
        g_hash_table_unref(selectors[i].taken);
}

/* Each proxy is taken as often as any other, and no count is lost. */
static void assert_even(Selector selectors[THREADS], YtopsProxyManager *manager, gsize expected)
{
    g_autoptr(GPtrArray) infos = ytops_proxy_manager_list(manager, NULL, NULL);
    g_assert_cmpuint(infos->len * expected, ==, THREADS * ROUNDS);
    gint64 successes = 0;
    for (guint i = 0; i < infos->len; i++) {
        const YtopsProxyInfo *info = g_ptr_array_index(infos, i);
        g_assert_cmpuint(count_taken(selectors, info->proxy_url), ==, expected);
        g_assert_cmpint(info->success_count + info->failure_count, ==, expected);
        successes += info->success_count;
    }
    g_assert_cmpint(successes, ==, THREADS * ROUNDS / 2);
}

static void test_threads_of_one_manager(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    static const guint sizes[] = {1, 10, 50, 100};
    for (gsize s = 0; s < G_N_ELEMENTS(sizes); s++) {
        g_autofree char *flushed = proxy_bed_redis(bed, "FLUSHALL", NULL);
        g_autoptr(YtopsProxyManager) manager =
            proxy_bed_large_manager(bed, PROXY_BED_INSTANCE, sizes[s]);
        Selector selectors[THREADS] = {0};
        for (int i = 0; i < THREADS; i++)
            selectors[i].manager = manager;
        run_threads(selectors);
        assert_even(selectors, manager, THREADS * ROUNDS / sizes[s]);
        free_taken(selectors);
    }
}

/* Two processes with one instance id, as after a restart that overlaps: one turn, still even. */
static void test_threads_of_two_managers(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) first = proxy_bed_large_manager(bed, PROXY_BED_INSTANCE, 100);
    g_autoptr(YtopsProxyManager) second = proxy_bed_large_manager(bed, PROXY_BED_INSTANCE, 100);
    Selector selectors[THREADS] = {0};
    for (int i = 0; i < THREADS; i++)
        selectors[i].manager = i % 2 == 0 ? first : second;
    run_threads(selectors);
    assert_even(selectors, first, THREADS * ROUNDS / 100);
    free_taken(selectors);
}

static void test_instances_never_take_each_others(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    const char *const lists[2][3] = {{"socks5://a:1", "socks5://b:1", NULL},
                                     {"socks5://c:1", "socks5://d:1", NULL}};
    g_autoptr(YtopsProxyManager) first = proxy_bed_manager(bed, "worker-1", lists[0]);
    g_autoptr(YtopsProxyManager) second = proxy_bed_manager(bed, "worker-2", lists[1]);
    Selector selectors[THREADS] = {0};
    for (int i = 0; i < THREADS; i++)
        selectors[i].manager = i % 2 == 0 ? first : second;
    run_threads(selectors);
    for (int i = 0; i < THREADS; i++) {
        for (int url = 0; url < 2; url++)
            g_assert_null(g_hash_table_lookup(selectors[i].taken, lists[1 - i % 2][url]));
    }
    g_autoptr(GPtrArray) infos = ytops_proxy_manager_list(first, NULL, NULL);
    g_assert_cmpuint(infos->len, ==, 4);
    free_taken(selectors);
}

static void unban(YtopsProxyManager *manager, guint number)
{
    g_autofree char *url = proxy_bed_url(number);
    g_assert_true(ytops_proxy_manager_unban(manager, NULL, url, NULL));
}

static void test_one_active_among_many(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_large_manager(bed, PROXY_BED_INSTANCE, MANY);
    g_autofree char *first = proxy_bed_url(0);
    g_autofree char *early = proxy_bed_url(3);
    g_autofree char *late = proxy_bed_url(9876);
    proxy_bed_assert_select(manager, first);
    g_assert_cmpint(ytops_proxy_manager_ban_all(manager, NULL, "all", 300, NULL), ==, MANY);
    proxy_bed_assert_none(manager, "300");
    unban(manager, 9876);
    for (int i = 0; i < 3; i++)
        proxy_bed_assert_select(manager, late);
    g_autofree char *turn = proxy_bed_turn(bed, PROXY_BED_INSTANCE);
    g_assert_cmpstr(turn, ==, late);
    /* Behind the turn: the search must go round. */
    unban(manager, 3);
    proxy_bed_assert_select(manager, late);
    g_autofree char *turn_after = proxy_bed_turn(bed, PROXY_BED_INSTANCE);
    g_assert_cmpstr(turn_after, ==, early);
    proxy_bed_assert_select(manager, early);
    proxy_bed_assert_select(manager, late);
}

static int compare_numbers(const void *a, const void *b)
{
    const gint64 *first = a;
    const gint64 *second = b;
    return (*first > *second) - (*first < *second);
}

static void time_selections(YtopsProxyManager *manager, gint64 *times_us, int n)
{
    for (int i = 0; i < n; i++) {
        gint64 start_us = g_get_monotonic_time();
        g_autofree char *url = ytops_proxy_manager_select(manager, NULL);
        times_us[i] = g_get_monotonic_time() - start_us;
        g_assert_nonnull(url);
    }
}

/* Blocks of both in turn, so that what else the machine does meets both alike. */
static void test_the_cost_does_not_grow_with_the_pool(ProxyBed *bed,
                                                      gconstpointer redis G_GNUC_UNUSED)
{
    enum { BLOCK = 50, BLOCKS = 40, N = BLOCK * BLOCKS };
    g_autofree gint64 *few_us = g_new0(gint64, N);
    g_autofree gint64 *many_us = g_new0(gint64, N);
    g_autoptr(YtopsProxyManager) many = proxy_bed_large_manager(bed, "many", MANY);
    g_autoptr(YtopsProxyManager) few = ytops_proxy_manager_new(
        bed->pool, &bed->policy, "pool-2", "few",
        (const char *const[]){"socks5://10.1.0.1:1080", "socks5://10.1.0.2:1080",
                              "socks5://10.1.0.3:1080", "socks5://10.1.0.4:1080",
                              "socks5://10.1.0.5:1080", "socks5://10.1.0.6:1080",
                              "socks5://10.1.0.7:1080", "socks5://10.1.0.8:1080",
                              "socks5://10.1.0.9:1080", "socks5://10.1.1.0:1080", NULL},
        &bed->now);
    for (int i = 0; i < BLOCKS; i++) {
        time_selections(few, few_us + i * BLOCK, BLOCK);
        time_selections(many, many_us + i * BLOCK, BLOCK);
    }
    qsort(few_us, N, sizeof *few_us, compare_numbers);
    qsort(many_us, N, sizeof *many_us, compare_numbers);
    double few_median = (double)few_us[N / 2];
    double many_median = (double)many_us[N / 2];
    g_test_message("median of 10: %.0f us, of %d: %.0f us, ratio %.2f", few_median, MANY,
                   many_median, many_median / few_median);
    g_assert_cmpfloat(many_median, <=, 1.5 * few_median);
}

static void test_a_long_listing(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_large_manager(bed, PROXY_BED_INSTANCE, MANY);
    g_autoptr(YtopsProxyManager) management = proxy_bed_manager(bed, "management", NULL);
    proxy_bed_use(manager);
    g_autoptr(YtopsRedisReply) reset = proxy_bed_redis_reply(bed, "CONFIG", "RESETSTAT", NULL);
    gint64 start_us = g_get_monotonic_time();
    g_autoptr(GPtrArray) infos = ytops_proxy_manager_list(management, NULL, NULL);
    gint64 spent_us = g_get_monotonic_time() - start_us;
    g_assert_cmpuint(infos->len, ==, MANY);
    for (guint i = 0; i < infos->len; i++) {
        const YtopsProxyInfo *info = g_ptr_array_index(infos, i);
        g_autofree char *expected = proxy_bed_url(i);
        g_assert_cmpstr(info->proxy_url, ==, expected);
    }
    g_test_message("listing %d proxies took %.1f ms", MANY, (double)spent_us / 1000);
    g_assert_cmpint(spent_us, <, 5 * G_USEC_PER_SEC);
    /* No round trip for each proxy: a call for each chunk, and a few around them. */
    g_autofree char *stats = proxy_bed_redis(bed, "INFO", "commandstats", NULL);
    const char *calls = g_strstr_len(stats, -1, "cmdstat_evalsha:calls=");
    g_assert_nonnull(calls);
    g_assert_cmpint(atoi(calls + sizeof "cmdstat_evalsha:calls=" - 1), <, 100);
}

/* Histories take as many calls as they need, so that none holds Redis for long. */
static void test_a_listing_of_long_histories(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    static const char fill[] =
        "for n = 0, 199 do for i = 1, 1000 do redis.call('ZADD', "
        "'proxy_failures:" PROXY_BED_IDENTITY ":socks5://10.0.0.' .. n .. ':1080', ARGV[1] - i, "
        "cjson.encode({account_id = 'acc_0' .. i % 2, number = i})) end end";
    g_autoptr(YtopsProxyManager) manager = proxy_bed_large_manager(bed, PROXY_BED_INSTANCE, 200);
    g_autofree char *now = g_strdup_printf("%" G_GINT64_FORMAT, bed->now);
    gint64 change = 0;
    guint n_told = 0, n_steps = 0, length;
    proxy_bed_use(manager);
    g_autoptr(YtopsRedisReply) filled = proxy_bed_redis_reply(bed, "EVAL", fill, "0", now, NULL);
    g_autoptr(GPtrArray) infos = ytops_proxy_manager_list(manager, NULL, NULL);
    g_assert_cmpuint(infos->len, ==, 200);
    for (guint i = 0; i < infos->len; i++) {
        const YtopsProxyInfo *info = g_ptr_array_index(infos, i);
        g_autofree char *expected = proxy_bed_url(i);
        g_assert_cmpstr(info->proxy_url, ==, expected);
        g_assert_cmpint(info->recent_failures, ==, 1000);
        g_assert_cmpint(info->recent_failure_accounts, ==, 2);
    }
    do {
        g_autoptr(GPtrArray) changed =
            ytops_proxy_manager_list_changed(manager, NULL, &change, NULL);
        length = changed->len;
        n_told += length;
        n_steps++;
    } while (length > 0);
    g_assert_cmpuint(n_told, ==, 200);
    g_assert_cmpuint(n_steps, >=, 20);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(RedisFixture) redis = redis_fixture_start();
#define ADD(path, test) proxy_bed_add_test("/proxy-scale/" path, redis, test)
    ADD("threads-of-one-manager-take-evenly", test_threads_of_one_manager);
    ADD("threads-of-two-managers-take-evenly", test_threads_of_two_managers);
    ADD("instances-never-take-each-others", test_instances_never_take_each_others);
    ADD("one-active-among-many", test_one_active_among_many);
    ADD("the-cost-does-not-grow-with-the-pool", test_the_cost_does_not_grow_with_the_pool);
    ADD("a-long-listing", test_a_long_listing);
    ADD("a-listing-of-long-histories", test_a_listing_of_long_histories);
    return g_test_run();
}
