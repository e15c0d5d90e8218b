/*
 * How long the selection of a proxy takes with few and with many proxies: bench_selection REDIS_URL
 * SMALL LARGE ROUNDS. Selects from both pools in turn, so that whatever else the machine does falls
 * on both alike. Prints "small_us=MEDIAN large_us=MEDIAN".
 */
#include <stdio.h>
#include <stdlib.h>

#include "ytops/proxy_manager.h"

#define WARM_UP 50

typedef struct {
    YtopsProxyManager *manager;
    GArray *times_us; /* of double */
} Pool;

static void fail(const char *what, const GError *error)
{
    fprintf(stderr, "bench_selection: %s: %s\n", what, error->message);
    exit(EXIT_FAILURE);
}

static char **make_urls(guint count)
{
    char **urls = g_new0(char *, count + 1);

    for (guint i = 0; i < count; i++)
        urls[i] = g_strdup_printf("socks5://user%u:password@10.%u.%u.%u:1080", i, i >> 16 & 255,
                                  i >> 8 & 255, i & 255);
    return urls;
}

static void pool_init(Pool *pool, YtopsRedisPool *redis, guint count)
{
    YtopsProxyPolicy policy = {
        .window_s = 3600,
        .threshold_count = 3,
        .threshold_unique_accounts = 3,
        .ban_duration_s = 3600,
    };
    g_auto(GStrv) urls = make_urls(count);
    g_autofree char *identity = g_strdup_printf("bench-%u", count);

    pool->manager =
        ytops_proxy_manager_new(redis, &policy, identity, "bench", (const char *const *)urls, NULL);
    pool->times_us = g_array_new(FALSE, FALSE, sizeof(double));
}

static void pool_select(Pool *pool)
{
    g_autoptr(GError) error = NULL;
    gint64 begin = g_get_monotonic_time();
    g_autofree char *url = ytops_proxy_manager_select(pool->manager, &error);
    double took_us = (double)(g_get_monotonic_time() - begin);

    if (url == NULL)
        fail("select", error);
    g_array_append_val(pool->times_us, took_us);
}

static int compare(gconstpointer a, gconstpointer b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return (left > right) - (left < right);
}

static double pool_median(Pool *pool)
{
    g_array_sort(pool->times_us, compare);
    return g_array_index(pool->times_us, double, pool->times_us->len / 2);
}

static void pool_clear(Pool *pool)
{
    g_array_unref(pool->times_us);
    ytops_proxy_manager_free(pool->manager);
}

static void measure(Pool pools[2], guint rounds)
{
    for (guint round = 0; round < WARM_UP + rounds; round++) {
        for (guint i = 0; i < 2; i++) {
            if (round == WARM_UP)
                g_array_set_size(pools[i].times_us, 0);
            pool_select(&pools[i]);
        }
    }
}

static guint count_argument(const char *text)
{
    guint64 number = 0;
    g_autoptr(GError) error = NULL;

    if (!g_ascii_string_to_unsigned(text, 10, 1, 1000000, &number, &error))
        fail(text, error);
    return (guint)number;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsRedisPool) redis = NULL;
    Pool pools[2];

    if (argc != 5) {
        fprintf(stderr, "usage: bench_selection REDIS_URL SMALL LARGE ROUNDS\n");
        return EXIT_FAILURE;
    }
    redis = ytops_redis_pool_new(argv[1], NULL, &error);
    if (redis == NULL)
        fail("redis", error);
    for (guint i = 0; i < 2; i++)
        pool_init(&pools[i], redis, count_argument(argv[2 + i]));
    measure(pools, count_argument(argv[4]));
    printf("small_us=%.1f large_us=%.1f\n", pool_median(&pools[0]), pool_median(&pools[1]));
    for (guint i = 0; i < 2; i++)
        pool_clear(&pools[i]);
    return EXIT_SUCCESS;
}
