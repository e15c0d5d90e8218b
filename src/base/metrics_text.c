#include "metrics_text.h"

#include <math.h>
#include <stdlib.h>

/* Whole numbers up to here are written without an exponent. */
#define LARGEST_WHOLE 9007199254740992.0

static const struct {
    const char *name;    /* of the type in OpenMetrics */
    const char *classic; /* of the type in the older format */
    const char *suffix; /* of the series' name; "" for those of a histogram, which have their own */
} TYPES[] = {
    [YTOPS_METRIC_COUNTER] = {"counter", "counter", "_total"},
    [YTOPS_METRIC_GAUGE] = {"gauge", "gauge", ""},
    [YTOPS_METRIC_HISTOGRAM] = {"histogram", "histogram", ""},
    [YTOPS_METRIC_INFO] = {"info", "gauge", "_info"},
};

/* The shortest text that reads back as the number. */
static void append_number(GString *text, double number)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];

    if (isnan(number) || isinf(number)) {
        g_string_append(text, isnan(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf");
        return;
    }
    if (number == trunc(number) && fabs(number) <= LARGEST_WHOLE) {
        g_string_append_printf(text, "%.0f", number);
        return;
    }
    for (int digits = 6; digits <= 17; digits++) {
        char format[8];

        g_snprintf(format, sizeof format, "%%.%dg", digits);
        g_ascii_formatd(buffer, sizeof buffer, format, number);
        if (g_ascii_strtod(buffer, NULL) == number)
            break;
    }
    g_string_append(text, buffer);
}

/* OpenMetrics wants 1.0, not 1. */
static void append_bound(GString *text, double bound)
{
    append_number(text, bound);
    if (isfinite(bound) && bound == trunc(bound))
        g_string_append(text, ".0");
}

static void append_escaped(GString *text, const char *value, gboolean is_quoted)
{
    for (; *value != '\0'; value++) {
        if (*value == '\n')
            g_string_append(text, "\\n");
        else if (*value == '\\' || (is_quoted && *value == '"'))
            g_string_append_printf(text, "\\%c", *value);
        else
            g_string_append_c(text, *value);
    }
}

/* {a="b",le="0.5"}; `bound` NULL: without le. */
static void append_labels(GString *text, const YtopsMetric *metric, const double *bound)
{
    const YtopsMetricFamily *family = metric->family;

    if (family->n_labels == 0 && bound == NULL)
        return;
    g_string_append_c(text, '{');
    for (guint i = 0; i < family->n_labels; i++) {
        g_string_append_printf(text, "%s%s=\"", i > 0 ? "," : "", family->spec->labels[i]);
        append_escaped(text, metric->values[i], TRUE);
        g_string_append_c(text, '"');
    }
    if (bound != NULL) {
        g_string_append(text, family->n_labels > 0 ? ",le=\"" : "le=\"");
        append_bound(text, *bound);
        g_string_append_c(text, '"');
    }
    g_string_append_c(text, '}');
}

static void append_sample(GString *text, const YtopsMetric *metric, const char *suffix,
                          const double *bound, double value)
{
    g_string_append_printf(text, "%s%s", metric->family->spec->name, suffix);
    append_labels(text, metric, bound);
    g_string_append_c(text, ' ');
    append_number(text, value);
    g_string_append_c(text, '\n');
}

static void append_histogram(GString *text, const YtopsMetric *metric)
{
    const YtopsMetricSpec *spec = metric->family->spec;
    double infinity = INFINITY;
    guint64 count = 0;

    for (gsize i = 0; i <= spec->n_bounds; i++) {
        const double *bound = i < spec->n_bounds ? &spec->bounds[i] : &infinity;

        count += atomic_load_explicit(&metric->buckets[i], memory_order_relaxed);
        append_sample(text, metric, "_bucket", bound, (double)count);
    }
    append_sample(text, metric, "_count", NULL, (double)count);
    append_sample(text, metric, "_sum", NULL, metric_read_number(metric));
}

static void append_description(GString *text, const YtopsMetricSpec *spec,
                               YtopsMetricsFormat format)
{
    gboolean is_open = format == YTOPS_METRICS_OPENMETRICS;
    const char *suffix = is_open ? "" : TYPES[spec->type].suffix;

    g_string_append_printf(text, "# TYPE %s%s %s\n", spec->name, suffix,
                           is_open ? TYPES[spec->type].name : TYPES[spec->type].classic);
    if (is_open && spec->unit != NULL)
        g_string_append_printf(text, "# UNIT %s %s\n", spec->name, spec->unit);
    g_string_append_printf(text, "# HELP %s%s ", spec->name, suffix);
    append_escaped(text, spec->help, is_open);
    g_string_append_c(text, '\n');
}

void metrics_text_add(GString *text, YtopsMetricFamily *family, YtopsMetricsFormat format)
{
    g_autoptr(GPtrArray) series = metric_family_copy_series(family);
    const YtopsMetricSpec *spec = family->spec;

    append_description(text, spec, format);
    for (guint i = 0; i < series->len; i++) {
        const YtopsMetric *metric = series->pdata[i];

        if (atomic_load_explicit(&metric->is_hidden, memory_order_relaxed))
            continue;
        if (spec->type == YTOPS_METRIC_HISTOGRAM)
            append_histogram(text, metric);
        else
            append_sample(text, metric, TYPES[spec->type].suffix, NULL, metric_read_number(metric));
    }
}
