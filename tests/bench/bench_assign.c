/*
 * How long the choice of an account takes with few and with many: bench_assign REDIS_URL SMALL LARGE
 * ROUNDS. Half of the accounts of each pool are banned. Chooses from both in turn, so that whatever
 * else the machine does falls on both alike. Prints "small_us=MEDIAN large_us=MEDIAN".
 */
#include <stdio.h>
#include <stdlib.h>

#include "ytops/log.h"
#include "ytops/work_pool.h"

#define WARM_UP 50

typedef struct {
    YtopsAccountManager *accounts;
    YtopsWorkPool *pool;
    GArray *times_us; /* of double */
} Bench;

static void fail(const char *what, const GError *error)
{
    fprintf(stderr, "bench_assign: %s: %s\n", what, error->message);
    exit(EXIT_FAILURE);
}

static void ban_half(const Bench *bench, const char *prefix, guint count)
{
    g_autoptr(GError) error = NULL;

    for (guint i = 2; i <= count; i += 2) {
        g_autofree char *id = g_strdup_printf("%s_%02u", prefix, i);
        if (!ytops_account_manager_ban(bench->accounts, id, "bench", 36000, &error))
            fail("ban", error);
    }
}

static void bench_init(Bench *bench, YtopsAccountManager *accounts, guint count)
{
    g_autofree char *prefix = g_strdup_printf("bench%u", count);
    g_autoptr(GError) error = NULL;

    bench->accounts = accounts;
    bench->pool = ytops_work_pool_new(prefix, count, NULL, FALSE, &error);
    if (bench->pool == NULL)
        fail("pool", error);
    bench->times_us = g_array_new(FALSE, FALSE, sizeof(double));
    ban_half(bench, prefix, count);
}

static void bench_assign(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    gint64 begin = g_get_monotonic_time();
    g_autofree char *id = ytops_work_pool_assign(bench->pool, bench->accounts, NULL, NULL, &error);
    double took_us = (double)(g_get_monotonic_time() - begin);

    if (id == NULL)
        fail("assign", error);
    g_array_append_val(bench->times_us, took_us);
}

static int compare(gconstpointer a, gconstpointer b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return (left > right) - (left < right);
}

static double bench_median(Bench *bench)
{
    g_array_sort(bench->times_us, compare);
    return g_array_index(bench->times_us, double, bench->times_us->len / 2);
}

static void bench_clear(Bench *bench)
{
    g_array_unref(bench->times_us);
    ytops_work_pool_free(bench->pool);
}

static void measure(Bench benches[2], guint rounds)
{
    for (guint round = 0; round < WARM_UP + rounds; round++) {
        for (guint i = 0; i < 2; i++) {
            if (round == WARM_UP)
                g_array_set_size(benches[i].times_us, 0);
            bench_assign(&benches[i]);
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
    static const YtopsAccountPolicy policy = {1800, 3600, 5, 3600};
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsRedisPool) redis = NULL;
    g_autoptr(YtopsAccountManager) accounts = NULL;
    Bench benches[2];

    if (argc != 5) {
        fprintf(stderr, "usage: bench_assign REDIS_URL SMALL LARGE ROUNDS\n");
        return EXIT_FAILURE;
    }
    ytops_log_set_level(YTOPS_LOG_ERROR);
    redis = ytops_redis_pool_new(argv[1], NULL, &error);
    if (redis == NULL)
        fail("redis", error);
    accounts = ytops_account_manager_new(redis, &policy, "bench", NULL);
    for (guint i = 0; i < 2; i++)
        bench_init(&benches[i], accounts, count_argument(argv[2 + i]));
    measure(benches, count_argument(argv[4]));
    printf("small_us=%.1f large_us=%.1f\n", bench_median(&benches[0]), bench_median(&benches[1]));
    for (guint i = 0; i < 2; i++)
        bench_clear(&benches[i]);
    return EXIT_SUCCESS;
}
