/* Families and series as the registry and the text see them. */
#pragma once

#include <stdatomic.h>

#include "ytops/metrics.h"

/* One series. Numbers are doubles, kept as their bits so that they can be exchanged atomically. */
struct YtopsMetric {
    YtopsMetricFamily *family;
    char *values[YTOPS_METRIC_LABELS];
    _Atomic guint64 number;   /* the value; of a histogram the sum */
    _Atomic guint64 *buckets; /* of a histogram: n_bounds and infinity, each by itself */
    _Atomic gboolean was_set; /* since the last sweep */
    _Atomic gboolean is_hidden;
};

struct YtopsMetricFamily {
    const YtopsMetricSpec *spec;
    guint n_labels;
    GMutex mutex;
    GHashTable *by_values; /* label values, joined -> YtopsMetric, borrowed */
    GPtrArray *series;     /* of YtopsMetric, owned, oldest first; never shrinks */
};

YtopsMetricFamily *metric_family_new(const YtopsMetricSpec *spec);
void metric_family_free(YtopsMetricFamily *family);

/* The series so far; elements are borrowed. */
GPtrArray *metric_family_copy_series(YtopsMetricFamily *family);

double metric_read_number(const YtopsMetric *metric);
