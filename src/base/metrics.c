#include "metrics_text.h"

typedef struct {
    YtopsMetricsCollector collect;
    gpointer data;
} Collector;

struct YtopsMetrics {
    GMutex mutex;
    GHashTable *by_name; /* borrowed name -> YtopsMetricFamily, borrowed */
    GPtrArray *families; /* of YtopsMetricFamily, in order */
    GArray *collectors;  /* of Collector; not changed once there is an exposition */
};

static void free_family(gpointer family)
{
    metric_family_free(family);
}

YtopsMetrics *ytops_metrics_new(void)
{
    YtopsMetrics *metrics = g_new0(YtopsMetrics, 1);

    g_mutex_init(&metrics->mutex);
    metrics->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    metrics->families = g_ptr_array_new_with_free_func(free_family);
    metrics->collectors = g_array_new(FALSE, FALSE, sizeof(Collector));
    return metrics;
}

void ytops_metrics_free(YtopsMetrics *metrics)
{
    if (metrics == NULL)
        return;
    g_hash_table_unref(metrics->by_name);
    g_ptr_array_unref(metrics->families);
    g_array_unref(metrics->collectors);
    g_mutex_clear(&metrics->mutex);
    g_free(metrics);
}

YtopsMetricFamily *ytops_metrics_add(YtopsMetrics *metrics, const YtopsMetricSpec *spec)
{
    g_autoptr(GMutexLocker) locker = NULL;
    YtopsMetricFamily *family;

    if (metrics == NULL)
        return NULL;
    locker = g_mutex_locker_new(&metrics->mutex);
    family = g_hash_table_lookup(metrics->by_name, spec->name);
    if (family != NULL) {
        g_assert(family->spec == spec);
        return family;
    }
    family = metric_family_new(spec);
    g_ptr_array_add(metrics->families, family);
    g_hash_table_insert(metrics->by_name, (gpointer)spec->name, family);
    return family;
}

void ytops_metrics_add_collector(YtopsMetrics *metrics, YtopsMetricsCollector collect,
                                 gpointer data)
{
    Collector collector = {.collect = collect, .data = data};

    if (metrics != NULL)
        g_array_append_val(metrics->collectors, collector);
}

static GPtrArray *copy_families(YtopsMetrics *metrics)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&metrics->mutex);
    GPtrArray *copy = g_ptr_array_new();

    g_ptr_array_extend(copy, metrics->families, NULL, NULL);
    return copy;
}

char *ytops_metrics_expose(YtopsMetrics *metrics, YtopsMetricsFormat format)
{
    g_autoptr(GPtrArray) families = NULL;
    GString *text = g_string_sized_new(16384);

    for (guint i = 0; i < metrics->collectors->len; i++) {
        const Collector *collector = &g_array_index(metrics->collectors, Collector, i);

        collector->collect(collector->data);
    }
    families = copy_families(metrics);
    for (guint i = 0; i < families->len; i++)
        metrics_text_add(text, families->pdata[i], format);
    if (format == YTOPS_METRICS_OPENMETRICS)
        g_string_append(text, "# EOF\n");
    return g_string_free(text, FALSE);
}
