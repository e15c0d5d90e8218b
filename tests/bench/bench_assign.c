/* How long the choice of an account takes with few and with many, half of them banned; see growth.h. */
#include "growth.h"
#include "ytops/work_pool.h"

typedef struct {
    YtopsAccountManager *accounts;
    YtopsWorkPool *pool;
} Bench;

static void ban_half(YtopsAccountManager *accounts, const char *prefix, guint count)
{
    g_autoptr(GError) error = NULL;

    for (guint i = 2; i <= count; i += 2) {
        g_autofree char *id = g_strdup_printf("%s_%02u", prefix, i);
        if (!ytops_account_manager_ban(accounts, id, "bench", 36000, &error))
            growth_fail("ban", error);
    }
}

static gpointer bench_new(YtopsRedisPool *redis, guint count)
{
    static const YtopsAccountPolicy policy = {1800, 3600, 5, 3600};
    g_autofree char *prefix = g_strdup_printf("bench%u", count);
    g_autoptr(GError) error = NULL;
    Bench *bench = g_new0(Bench, 1);

    bench->accounts = ytops_account_manager_new(redis, &policy, "bench", NULL);
    bench->pool = ytops_work_pool_new(prefix, count, NULL, FALSE, &error);
    if (bench->pool == NULL)
        growth_fail("pool", error);
    ban_half(bench->accounts, prefix, count);
    return bench;
}

static void bench_assign(gpointer data)
{
    const Bench *bench = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *id = ytops_work_pool_assign(bench->pool, bench->accounts, NULL, NULL, &error);

    if (id == NULL)
        growth_fail("assign", error);
}

static void bench_free(gpointer data)
{
    Bench *bench = data;

    ytops_work_pool_free(bench->pool);
    ytops_account_manager_free(bench->accounts);
    g_free(bench);
}

int main(int argc, char **argv)
{
    static const Growth growth = {bench_new, bench_assign, bench_free};

    return growth_main(argc, argv, &growth);
}
