#include "metric_family.h"

#include <stdarg.h>
#include <string.h>

/* Stands in no valid UTF-8, so that joined values cannot be mistaken for each other. */
#define SEPARATOR "\xff"

#define OTHER "other"

const double YTOPS_METRIC_SECONDS[16] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                         0.5,   1,      2.5,   5,    10,    25,   50,  100};

/* ---- numbers ------------------------------------------------------------------------------- */

static guint64 bits_of(double number)
{
    guint64 bits;

    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static double number_of(guint64 bits)
{
    double number;

    memcpy(&number, &bits, sizeof number);
    return number;
}

double metric_read_number(const YtopsMetric *metric)
{
    return number_of(atomic_load_explicit(&metric->number, memory_order_relaxed));
}

static void increase(YtopsMetric *metric, double amount)
{
    guint64 old = atomic_load_explicit(&metric->number, memory_order_relaxed);

    while (!atomic_compare_exchange_weak_explicit(&metric->number, &old,
                                                  bits_of(number_of(old) + amount),
                                                  memory_order_relaxed, memory_order_relaxed))
        ;
}

static void show(YtopsMetric *metric)
{
    atomic_store_explicit(&metric->was_set, TRUE, memory_order_relaxed);
    atomic_store_explicit(&metric->is_hidden, FALSE, memory_order_relaxed);
}

void ytops_metric_add(YtopsMetric *metric, double amount)
{
    if (metric != NULL)
        increase(metric, amount);
}

void ytops_metric_set(YtopsMetric *metric, double value)
{
    if (metric == NULL)
        return;
    atomic_store_explicit(&metric->number, bits_of(value), memory_order_relaxed);
    show(metric);
}

void ytops_metric_observe(YtopsMetric *metric, double value)
{
    const YtopsMetricSpec *spec;
    gsize bucket = 0;

    if (metric == NULL)
        return;
    spec = metric->family->spec;
    while (bucket < spec->n_bounds && value > spec->bounds[bucket])
        bucket++;
    atomic_fetch_add_explicit(&metric->buckets[bucket], 1, memory_order_relaxed);
    increase(metric, value);
}

double ytops_metric_read(const YtopsMetric *metric)
{
    guint64 count = 0;

    if (metric == NULL)
        return 0;
    if (metric->buckets == NULL)
        return metric_read_number(metric);
    for (gsize i = 0; i <= metric->family->spec->n_bounds; i++)
        count += atomic_load_explicit(&metric->buckets[i], memory_order_relaxed);
    return (double)count;
}

/* ---- series ---------------------------------------------------------------------------------- */

static void series_free(gpointer data)
{
    YtopsMetric *metric = data;

    for (guint i = 0; i < YTOPS_METRIC_LABELS; i++)
        g_free(metric->values[i]);
    g_free(metric->buckets);
    g_free(metric);
}

static char *join(const YtopsMetricFamily *family, const char *const *values)
{
    GString *joined = g_string_new(NULL);

    for (guint i = 0; i < family->n_labels; i++) {
        g_string_append(joined, values[i]);
        g_string_append(joined, SEPARATOR);
    }
    return g_string_free(joined, FALSE);
}

static YtopsMetric *series_new(YtopsMetricFamily *family, const char *const *values)
{
    YtopsMetric *metric = g_new0(YtopsMetric, 1);

    metric->family = family;
    for (guint i = 0; i < family->n_labels; i++)
        metric->values[i] = g_strdup(values[i]);
    if (family->spec->type == YTOPS_METRIC_HISTOGRAM)
        metric->buckets = g_malloc0_n(family->spec->n_bounds + 1, sizeof *metric->buckets);
    if (family->spec->type == YTOPS_METRIC_INFO)
        metric->number = bits_of(1);
    return metric;
}

/* Under the mutex; NULL where there is no room for one more. */
static YtopsMetric *find_or_make(YtopsMetricFamily *family, const char *const *values, guint limit)
{
    g_autofree char *joined = join(family, values);
    YtopsMetric *metric = g_hash_table_lookup(family->by_values, joined);

    if (metric != NULL || family->series->len >= limit)
        return metric;
    metric = series_new(family, values);
    g_ptr_array_add(family->series, metric);
    g_hash_table_insert(family->by_values, g_steal_pointer(&joined), metric);
    return metric;
}

static YtopsMetric *get_series(YtopsMetricFamily *family, const char *const *values)
{
    static const char *const others[YTOPS_METRIC_LABELS] = {OTHER, OTHER, OTHER, OTHER};
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&family->mutex);
    YtopsMetric *metric = find_or_make(family, values, YTOPS_METRIC_SERIES_LIMIT);

    if (metric != NULL)
        return metric;
    return find_or_make(family, others, YTOPS_METRIC_SERIES_LIMIT + 1);
}

YtopsMetric *ytops_metric_get(YtopsMetricFamily *family, ...)
{
    char *values[YTOPS_METRIC_LABELS] = {0};
    YtopsMetric *metric;
    va_list arguments;

    if (family == NULL)
        return NULL;
    va_start(arguments, family);
    for (guint i = 0; i < family->n_labels; i++) {
        const char *value = va_arg(arguments, const char *);

        values[i] = g_utf8_make_valid(value != NULL ? value : "", -1);
    }
    va_end(arguments);
    metric = get_series(family, (const char *const *)values);
    for (guint i = 0; i < family->n_labels; i++)
        g_free(values[i]);
    return metric;
}

/* ---- the family ------------------------------------------------------------------------------ */

YtopsMetricFamily *metric_family_new(const YtopsMetricSpec *spec)
{
    YtopsMetricFamily *family = g_new0(YtopsMetricFamily, 1);

    family->spec = spec;
    while (family->n_labels < YTOPS_METRIC_LABELS && spec->labels[family->n_labels] != NULL)
        family->n_labels++;
    g_mutex_init(&family->mutex);
    family->by_values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    family->series = g_ptr_array_new_with_free_func(series_free);
    if (family->n_labels == 0)
        ytops_metric_get(family);
    return family;
}

void metric_family_free(YtopsMetricFamily *family)
{
    g_hash_table_unref(family->by_values);
    g_ptr_array_unref(family->series);
    g_mutex_clear(&family->mutex);
    g_free(family);
}

GPtrArray *metric_family_copy_series(YtopsMetricFamily *family)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&family->mutex);
    GPtrArray *copy = g_ptr_array_new();

    g_ptr_array_extend(copy, family->series, NULL, NULL);
    return copy;
}

void ytops_metric_family_sweep(YtopsMetricFamily *family)
{
    g_autoptr(GPtrArray) series = NULL;

    if (family == NULL)
        return;
    series = metric_family_copy_series(family);
    for (guint i = 0; i < series->len; i++) {
        YtopsMetric *metric = series->pdata[i];

        if (!atomic_exchange_explicit(&metric->was_set, FALSE, memory_order_relaxed))
            atomic_store_explicit(&metric->is_hidden, TRUE, memory_order_relaxed);
    }
}
