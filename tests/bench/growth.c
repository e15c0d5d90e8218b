#include "growth.h"

#include <stdio.h>
#include <stdlib.h>

#include "ytops/log.h"

#define WARM_UP 50

typedef struct {
    gpointer pool;
    GArray *times_us; /* of double */
} Side;

void growth_fail(const char *what, const GError *error)
{
    fprintf(stderr, "%s: %s: %s\n", g_get_prgname(), what, error->message);
    exit(EXIT_FAILURE);
}

static void side_use(Side *side, const Growth *growth)
{
    gint64 begin = g_get_monotonic_time();
    double took_us;

    growth->use(side->pool);
    took_us = (double)(g_get_monotonic_time() - begin);
    g_array_append_val(side->times_us, took_us);
}

static int compare(gconstpointer a, gconstpointer b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return (left > right) - (left < right);
}

static double side_median(Side *side)
{
    g_array_sort(side->times_us, compare);
    return g_array_index(side->times_us, double, side->times_us->len / 2);
}

static void measure(Side sides[2], const Growth *growth, guint rounds)
{
    for (guint round = 0; round < WARM_UP + rounds; round++) {
        for (guint i = 0; i < 2; i++) {
            if (round == WARM_UP)
                g_array_set_size(sides[i].times_us, 0);
            side_use(&sides[i], growth);
        }
    }
}

static guint count_argument(const char *text)
{
    guint64 number = 0;
    g_autoptr(GError) error = NULL;

    if (!g_ascii_string_to_unsigned(text, 10, 1, 1000000, &number, &error))
        growth_fail(text, error);
    return (guint)number;
}

int growth_main(int argc, char **argv, const Growth *growth)
{
    g_autofree char *name = g_path_get_basename(argv[0]);
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsRedisPool) redis = NULL;
    Side sides[2];

    g_set_prgname(name);
    if (argc != 5) {
        fprintf(stderr, "usage: %s REDIS_URL SMALL LARGE ROUNDS\n", name);
        return EXIT_FAILURE;
    }
    ytops_log_set_level(YTOPS_LOG_ERROR);
    redis = ytops_redis_pool_new(argv[1], NULL, &error);
    if (redis == NULL)
        growth_fail("redis", error);
    for (guint i = 0; i < 2; i++) {
        sides[i].pool = growth->make(redis, count_argument(argv[2 + i]));
        sides[i].times_us = g_array_new(FALSE, FALSE, sizeof(double));
    }
    measure(sides, growth, count_argument(argv[4]));
    printf("small_us=%.1f large_us=%.1f\n", side_median(&sides[0]), side_median(&sides[1]));
    for (guint i = 0; i < 2; i++) {
        growth->free(sides[i].pool);
        g_array_unref(sides[i].times_us);
    }
    return EXIT_SUCCESS;
}
