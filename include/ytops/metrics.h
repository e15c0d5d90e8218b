/*
 * Figures for monitoring: a registry of counters, gauges and histograms, and its text for Prometheus.
 *
 *     family (a name, a type, label names) -> series (values of those labels) -> add, set, observe
 *
 * A registry is handed in, so none is global. NULL stands everywhere for "not measured": a NULL registry
 * gives NULL families, those give NULL series, and what is done to them is nothing; so the parts of
 * the program need not ask whether they are watched.
 *
 * Counting takes no lock; finding a series does: find it once, and keep it. Everything is thread-safe.
 */
#pragma once

#include <glib.h>

typedef struct YtopsMetrics YtopsMetrics;
typedef struct YtopsMetricFamily YtopsMetricFamily;
typedef struct YtopsMetric YtopsMetric;

YtopsMetrics *ytops_metrics_new(void);

/* Frees every family and series too. NULL is fine. */
void ytops_metrics_free(YtopsMetrics *metrics);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsMetrics, ytops_metrics_free)

/* ---- families ----------------------------------------------------------------------------- */

typedef enum {
    YTOPS_METRIC_COUNTER,   /* only grows; shown as NAME_total */
    YTOPS_METRIC_GAUGE,     /* goes up and down */
    YTOPS_METRIC_HISTOGRAM, /* shown as NAME_bucket, NAME_count and NAME_sum */
    YTOPS_METRIC_INFO       /* always 1; its labels are what it tells; shown as NAME_info */
} YtopsMetricType;

#define YTOPS_METRIC_LABELS 4

/* Static: must outlive the registry. */
typedef struct {
    YtopsMetricType type;
    const char *name; /* snake_case, without _total and its like; ends in _UNIT where it has one */
    const char *unit; /* "seconds", "bytes"; NULL: none */
    const char *help; /* one sentence */
    const char *labels[YTOPS_METRIC_LABELS]; /* names; NULL: no more */
    const double *bounds; /* upper bounds of a histogram's buckets, ascending, without infinity */
    gsize n_bounds;
} YtopsMetricSpec;

/*
 * Adds a family, or finds the one of that spec's name: it must then be the same spec. One without
 * labels has its series, at 0, from the beginning. Owned by the registry.
 */
YtopsMetricFamily *ytops_metrics_add(YtopsMetrics *metrics, const YtopsMetricSpec *spec);

/* Bounds from 1 ms to 100 s, for what may take so long; static. */
extern const double YTOPS_METRIC_SECONDS[16];

/* Series of a family, at most; whatever more is asked for is counted in one whose labels are "other". */
#define YTOPS_METRIC_SERIES_LIMIT 2000

/*
 * The series with these values (NULL is ""), in the order of the family's labels: as many as it has.
 * Made where it is not there. Owned by the registry, valid as long as it.
 */
YtopsMetric *ytops_metric_get(YtopsMetricFamily *family, ...);

/*
 * For gauges whose labels come and go: series that were not set since the last sweep are not shown
 * until they are set again.
 */
void ytops_metric_family_sweep(YtopsMetricFamily *family);

/* ---- values ------------------------------------------------------------------------------- */

/* Of a counter (amount >= 0) or a gauge. */
void ytops_metric_add(YtopsMetric *metric, double amount);

/* Of a gauge; or of a counter that is kept elsewhere and only shown here. */
void ytops_metric_set(YtopsMetric *metric, double value);

/* Of a histogram. */
void ytops_metric_observe(YtopsMetric *metric, double value);

/* What a counter or gauge holds, how many a histogram has observed; 0 for NULL. */
double ytops_metric_read(const YtopsMetric *metric);

/* ---- the text ------------------------------------------------------------------------------ */

/*
 * Called before each exposition, on its thread, to set what is only known by asking; must not block.
 * In the order in which they were added; may be called by two expositions at a time.
 */
typedef void (*YtopsMetricsCollector)(gpointer data);

/* Before the first exposition. */
void ytops_metrics_add_collector(YtopsMetrics *metrics, YtopsMetricsCollector collect,
                                 gpointer data);

typedef enum {
    YTOPS_METRICS_OPENMETRICS, /* 1.0.0 */
    YTOPS_METRICS_PROMETHEUS   /* the older text format, 0.0.4 */
} YtopsMetricsFormat;

/* Everything, families in the order in which they were added. g_free. */
char *ytops_metrics_expose(YtopsMetrics *metrics, YtopsMetricsFormat format);
