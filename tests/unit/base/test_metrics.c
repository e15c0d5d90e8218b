#include "ytops/metrics.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "ytops/process_metrics.h"

static const YtopsMetricSpec CALLS = {.type = YTOPS_METRIC_COUNTER,
                                      .name = "calls",
                                      .help = "Calls.",
                                      .labels = {"method", "result"}};
static const YtopsMetricSpec BYTES = {.type = YTOPS_METRIC_COUNTER,
                                      .name = "sent_bytes",
                                      .unit = "bytes",
                                      .help = "Bytes that were sent."};
static const YtopsMetricSpec LEVEL = {
    .type = YTOPS_METRIC_GAUGE, .name = "level", .help = "A level.", .labels = {"place"}};
static const double BOUNDS[] = {0.25, 1, 2.5};
static const YtopsMetricSpec TIME = {.type = YTOPS_METRIC_HISTOGRAM,
                                     .name = "took_seconds",
                                     .unit = "seconds",
                                     .help = "How long it took.",
                                     .bounds = BOUNDS,
                                     .n_bounds = G_N_ELEMENTS(BOUNDS)};
static const YtopsMetricSpec BUILD = {
    .type = YTOPS_METRIC_INFO, .name = "build", .help = "The build.", .labels = {"version"}};

static void assert_text(YtopsMetrics *metrics, YtopsMetricsFormat format, const char *wanted)
{
    g_autofree char *text = ytops_metrics_expose(metrics, format);

    g_assert_cmpstr(text, ==, wanted);
}

static void an_empty_registry_has_only_its_end(void)
{
    g_autoptr(YtopsMetrics) metrics = ytops_metrics_new();

    assert_text(metrics, YTOPS_METRICS_OPENMETRICS, "# EOF\n");
    assert_text(metrics, YTOPS_METRICS_PROMETHEUS, "");
}

static void fill(YtopsMetrics *metrics)
{
    YtopsMetricFamily *calls = ytops_metrics_add(metrics, &CALLS);
    YtopsMetric *took = ytops_metric_get(ytops_metrics_add(metrics, &TIME));

    ytops_metric_add(ytops_metric_get(calls, "ping", "ok"), 2);
    ytops_metric_add(ytops_metric_get(calls, "ping", "ok"), 1);
    ytops_metric_get(calls, "ping", "DRAINING");
    ytops_metric_observe(took, 0.25);
    ytops_metric_observe(took, 0.5);
    ytops_metric_observe(took, 100);
    ytops_metrics_add(metrics, &BYTES);
    ytops_metric_set(ytops_metric_get(ytops_metrics_add(metrics, &LEVEL), "here"), -0.1);
    ytops_metric_get(ytops_metrics_add(metrics, &BUILD), "1.2");
}

static void every_type_is_told_in_openmetrics(void)
{
    g_autoptr(YtopsMetrics) metrics = ytops_metrics_new();

    fill(metrics);
    assert_text(metrics, YTOPS_METRICS_OPENMETRICS,
                "# TYPE calls counter\n# HELP calls Calls.\n"
                "calls_total{method=\"ping\",result=\"ok\"} 3\n"
                "calls_total{method=\"ping\",result=\"DRAINING\"} 0\n"
                "# TYPE took_seconds histogram\n# UNIT took_seconds seconds\n"
                "# HELP took_seconds How long it took.\n"
                "took_seconds_bucket{le=\"0.25\"} 1\ntook_seconds_bucket{le=\"1.0\"} 2\n"
                "took_seconds_bucket{le=\"2.5\"} 2\ntook_seconds_bucket{le=\"+Inf\"} 3\n"
                "took_seconds_count 3\ntook_seconds_sum 100.75\n"
                "# TYPE sent_bytes counter\n# UNIT sent_bytes bytes\n"
                "# HELP sent_bytes Bytes that were sent.\nsent_bytes_total 0\n"
                "# TYPE level gauge\n# HELP level A level.\nlevel{place=\"here\"} -0.1\n"
                "# TYPE build info\n# HELP build The build.\nbuild_info{version=\"1.2\"} 1\n"
                "# EOF\n");
}

static void the_older_format_names_the_series(void)
{
    g_autoptr(YtopsMetrics) metrics = ytops_metrics_new();

    ytops_metrics_add(metrics, &BYTES);
    ytops_metric_get(ytops_metrics_add(metrics, &BUILD), "1.2");
    assert_text(metrics, YTOPS_METRICS_PROMETHEUS,
                "# TYPE sent_bytes_total counter\n# HELP sent_bytes_total Bytes that were sent.\n"
                "sent_bytes_total 0\n"
                "# TYPE build_info gauge\n# HELP build_info The build.\n"
                "build_info{version=\"1.2\"} 1\n");
}

static void label_values_are_escaped_and_made_valid(void)
{
    g_autoptr(YtopsMetrics) metrics = ytops_metrics_new();
    YtopsMetricFamily *family = ytops_metrics_add(metrics, &LEVEL);
    g_autofree char *text = NULL;

    ytops_metric_set(ytops_metric_get(family, "a\"b\\c\nd"), 1);
    ytops_metric_set(ytops_metric_get(family, NULL), 2);
    ytops_metric_set(ytops_metric_get(family, "\xff"), 3);
    ytops_metric_set(ytops_metric_get(family, "\xfe"), 4);
    text = ytops_metrics_expose(metrics, YTOPS_METRICS_OPENMETRICS);
    g_assert_nonnull(strstr(text, "level{place=\"a\\\"b\\\\c\\nd\"} 1\n"));
    g_assert_nonnull(strstr(text, "level{place=\"\"} 2\n"));
    g_assert_nonnull(strstr(text, "level{place=\"\xef\xbf\xbd\"} 4\n"));
    g_assert_null(strstr(text, "} 3\n"));
}

static void numbers_read_back_as_they_were(void)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {1e15, "1000000000000000"},
        {0.1, "0.1"},
        {1.0 / 3, "0.3333333333333333"},
        {1e300, "1e+300"},
        {INFINITY, "+Inf"},
        {-INFINITY, "-Inf"},
        {NAN, "NaN"},
        {1700000000.25, "1700000000.25"},
    };
    g_autoptr(YtopsMetrics) metrics = ytops_metrics_new();
    YtopsMetric *metric = ytops_metric_get(ytops_metrics_add(metrics, &LEVEL), "x");

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *wanted = g_strdup_printf("level{place=\"x\"} %s\n", cases[i].text);
        g_autofree char *text = NULL;

        ytops_metric_set(metric, cases[i].value);
        text = ytops_metrics_expose(metrics, YTOPS_METRICS_OPENMETRICS);
        g_assert_nonnull(strstr(text, wanted));
    }
}

static void what_was_not_set_is_swept(void)
{
    g_autoptr(YtopsMetrics) metrics = ytops_metrics_new();
    YtopsMetricFamily *family = ytops_metrics_add(metrics, &LEVEL);

    ytops_metric_set(ytops_metric_get(family, "a"), 1);
    ytops_metric_set(ytops_metric_get(family, "b"), 2);
    ytops_metric_family_sweep(family);
    ytops_metric_set(ytops_metric_get(family, "b"), 3);
    ytops_metric_family_sweep(family);
    assert_text(metrics, YTOPS_METRICS_OPENMETRICS,
                "# TYPE level gauge\n# HELP level A level.\nlevel{place=\"b\"} 3\n# EOF\n");
    ytops_metric_set(ytops_metric_get(family, "a"), 4);
    assert_text(metrics, YTOPS_METRICS_OPENMETRICS,
                "# TYPE level gauge\n# HELP level A level.\nlevel{place=\"a\"} 4\n"
                "level{place=\"b\"} 3\n# EOF\n");
}

static void a_flood_of_labels_ends_in_one_series(void)
{
    g_autoptr(YtopsMetrics) metrics = ytops_metrics_new();
    YtopsMetricFamily *family = ytops_metrics_add(metrics, &CALLS);
    g_autofree char *text = NULL;
    guint lines = 0;

    for (guint i = 0; i < YTOPS_METRIC_SERIES_LIMIT + 500; i++) {
        g_autofree char *name = g_strdup_printf("method-%u", i);

        ytops_metric_add(ytops_metric_get(family, name, "ok"), 1);
    }
    ytops_metric_add(ytops_metric_get(family, "method-7", "ok"), 1);
    g_assert_cmpfloat(ytops_metric_read(ytops_metric_get(family, "method-7", "ok")), ==, 2);
    g_assert_cmpfloat(ytops_metric_read(ytops_metric_get(family, "new", "one")), ==, 500);
    text = ytops_metrics_expose(metrics, YTOPS_METRICS_OPENMETRICS);
    g_assert_nonnull(strstr(text, "calls_total{method=\"other\",result=\"other\"} 500\n"));
    for (const char *at = text; (at = strstr(at, "calls_total{")) != NULL; at++)
        lines++;
    g_assert_cmpuint(lines, ==, YTOPS_METRIC_SERIES_LIMIT + 1);
}

static void without_a_registry_nothing_is_measured(void)
{
    YtopsMetricFamily *family = ytops_metrics_add(NULL, &LEVEL);
    YtopsMetric *metric = ytops_metric_get(family, "a");

    g_assert_null(family);
    g_assert_null(metric);
    ytops_metric_add(metric, 1);
    ytops_metric_set(metric, 1);
    ytops_metric_observe(metric, 1);
    ytops_metric_family_sweep(family);
    ytops_metrics_add_collector(NULL, NULL, NULL);
    ytops_metrics_free(NULL);
    g_assert_cmpfloat(ytops_metric_read(metric), ==, 0);
}

#define THREADS 4
#define ROUNDS 20000

static gpointer count_a_lot(gpointer data)
{
    YtopsMetrics *metrics = data;
    YtopsMetricFamily *calls = ytops_metrics_add(metrics, &CALLS);
    YtopsMetric *took = ytops_metric_get(ytops_metrics_add(metrics, &TIME));

    for (guint i = 0; i < ROUNDS; i++) {
        ytops_metric_add(ytops_metric_get(calls, "ping", i % 2 == 0 ? "ok" : "x"), 1);
        ytops_metric_observe(took, 0.5);
        if (i % (ROUNDS / 4) == 0)
            g_free(ytops_metrics_expose(metrics, YTOPS_METRICS_OPENMETRICS));
    }
    return NULL;
}

static void nothing_is_lost_between_threads(void)
{
    g_autoptr(YtopsMetrics) metrics = ytops_metrics_new();
    GThread *threads[THREADS];
    YtopsMetricFamily *calls;

    for (guint i = 0; i < THREADS; i++)
        threads[i] = g_thread_new("count", count_a_lot, metrics);
    for (guint i = 0; i < THREADS; i++)
        g_thread_join(threads[i]);
    calls = ytops_metrics_add(metrics, &CALLS);
    g_assert_cmpfloat(ytops_metric_read(ytops_metric_get(calls, "ping", "ok")), ==,
                      THREADS * ROUNDS / 2);
    g_assert_cmpfloat(ytops_metric_read(ytops_metric_get(calls, "ping", "x")), ==,
                      THREADS * ROUNDS / 2);
    g_assert_cmpfloat(ytops_metric_read(ytops_metric_get(ytops_metrics_add(metrics, &TIME))), ==,
                      THREADS * ROUNDS);
}

static void collect(gpointer data)
{
    ytops_metric_add(data, 1);
}

static void collectors_run_before_each_exposition(void)
{
    g_autoptr(YtopsMetrics) metrics = ytops_metrics_new();
    YtopsMetric *metric = ytops_metric_get(ytops_metrics_add(metrics, &LEVEL), "x");

    ytops_metrics_add_collector(metrics, collect, metric);
    assert_text(metrics, YTOPS_METRICS_OPENMETRICS,
                "# TYPE level gauge\n# HELP level A level.\nlevel{place=\"x\"} 1\n# EOF\n");
    g_free(ytops_metrics_expose(metrics, YTOPS_METRICS_PROMETHEUS));
    g_assert_cmpfloat(ytops_metric_read(metric), ==, 2);
}

/* The value of a series without labels in the text. */
static double value_in(const char *text, const char *name)
{
    g_autofree char *line = g_strdup_printf("\n%s ", name);
    const char *at = strstr(text, line);

    g_assert_nonnull(at);
    return g_ascii_strtod(at + strlen(line), NULL);
}

static void the_process_tells_of_itself(void)
{
    g_autoptr(YtopsMetrics) metrics = ytops_metrics_new();
    g_autofree char *text = NULL;
    double now = (double)g_get_real_time() / G_USEC_PER_SEC;
    gint64 pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);

    ytops_process_metrics_add(metrics);
    text = ytops_metrics_expose(metrics, YTOPS_METRICS_OPENMETRICS);
    g_assert_cmpfloat(value_in(text, "process_cpu_seconds_total"), >, 0);
    g_assert_cmpfloat(value_in(text, "process_cpu_seconds_total"), <, 100);
    g_assert_cmpfloat(value_in(text, "process_resident_memory_bytes"), >, 100000);
    g_assert_cmpfloat(value_in(text, "process_resident_memory_bytes"), <,
                      (double)(pages * page_bytes));
    g_assert_cmpfloat(value_in(text, "process_virtual_memory_bytes"), >, 100000);
    g_assert_cmpfloat(value_in(text, "process_open_fds"), >=, 3);
    g_assert_cmpfloat(value_in(text, "process_open_fds"), <, 100);
    g_assert_cmpfloat(value_in(text, "process_max_fds"), >=, 256);
    g_assert_cmpfloat(value_in(text, "process_threads"), >=, 1);
    g_assert_cmpfloat(value_in(text, "process_start_time_seconds"), >, now - 600);
    g_assert_cmpfloat(value_in(text, "process_start_time_seconds"), <, now + 5);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/metrics/empty", an_empty_registry_has_only_its_end);
    g_test_add_func("/metrics/openmetrics", every_type_is_told_in_openmetrics);
    g_test_add_func("/metrics/prometheus", the_older_format_names_the_series);
    g_test_add_func("/metrics/labels", label_values_are_escaped_and_made_valid);
    g_test_add_func("/metrics/numbers", numbers_read_back_as_they_were);
    g_test_add_func("/metrics/sweep", what_was_not_set_is_swept);
    g_test_add_func("/metrics/flood", a_flood_of_labels_ends_in_one_series);
    g_test_add_func("/metrics/none", without_a_registry_nothing_is_measured);
    g_test_add_func("/metrics/threads", nothing_is_lost_between_threads);
    g_test_add_func("/metrics/collectors", collectors_run_before_each_exposition);
    g_test_add_func("/metrics/process", the_process_tells_of_itself);
    return g_test_run();
}
