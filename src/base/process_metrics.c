#include "ytops/process_metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define STAT_THREADS 20
#define STAT_START 22

static const YtopsMetricSpec CPU = {
    .type = YTOPS_METRIC_COUNTER,
    .name = "process_cpu_seconds",
    .unit = "seconds",
    .help = "Processor time of the server itself, user and system, without its yt-dlp workers."};
static const YtopsMetricSpec RESIDENT = {
    .type = YTOPS_METRIC_GAUGE,
    .name = "process_resident_memory_bytes",
    .unit = "bytes",
    .help = "Memory of the server itself that is in use, without its yt-dlp workers."};
static const YtopsMetricSpec VIRTUAL = {.type = YTOPS_METRIC_GAUGE,
                                        .name = "process_virtual_memory_bytes",
                                        .unit = "bytes",
                                        .help = "Address space of the server."};
static const YtopsMetricSpec OPEN_FILES = {
    .type = YTOPS_METRIC_GAUGE, .name = "process_open_fds", .help = "Open file descriptors."};
static const YtopsMetricSpec MAX_FILES = {.type = YTOPS_METRIC_GAUGE,
                                          .name = "process_max_fds",
                                          .help = "File descriptors that may be open."};
static const YtopsMetricSpec THREADS = {
    .type = YTOPS_METRIC_GAUGE, .name = "process_threads", .help = "Threads of the server."};
static const YtopsMetricSpec START = {.type = YTOPS_METRIC_GAUGE,
                                      .name = "process_start_time_seconds",
                                      .unit = "seconds",
                                      .help = "When the server started, Unix time."};

/* A series that belongs to the registry, by the spec of its family, which has no labels. */
static void set(YtopsMetrics *metrics, const YtopsMetricSpec *spec, double value)
{
    ytops_metric_set(ytops_metric_get(ytops_metrics_add(metrics, spec)), value);
}

static void set_times(YtopsMetrics *metrics)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) == 0)
        set(metrics, &CPU,
            (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / G_USEC_PER_SEC);
}

static void set_memory(YtopsMetrics *metrics)
{
    g_autofree char *text = NULL;
    unsigned long pages, resident;
    double page_bytes = (double)sysconf(_SC_PAGESIZE);

    if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL) ||
        sscanf(text, "%lu %lu", &pages, &resident) != 2)
        return;
    set(metrics, &VIRTUAL, (double)pages * page_bytes);
    set(metrics, &RESIDENT, (double)resident * page_bytes);
}

static void set_files(YtopsMetrics *metrics)
{
    g_autoptr(GDir) folder = g_dir_open("/proc/self/fd", 0, NULL);
    struct rlimit limit;
    guint count = 0;

    if (folder != NULL) {
        while (g_dir_read_name(folder) != NULL)
            count++;
        set(metrics, &OPEN_FILES, count - 1); /* the folder itself is one */
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        set(metrics, &MAX_FILES, (double)limit.rlim_cur);
}

/* Unix seconds; 0 where it is not known. */
static double boot_time(void)
{
    g_autofree char *text = NULL;
    const char *line;

    if (!g_file_get_contents("/proc/stat", &text, NULL, NULL))
        return 0;
    line = strstr(text, "\nbtime ");
    return line != NULL ? g_ascii_strtod(line + strlen("\nbtime "), NULL) : 0;
}

/* Fields are counted from 1; the second, a name in brackets, may hold anything. */
static double field_of_stat(const char *text, int number)
{
    const char *at = strrchr(text, ')');

    for (int field = 2; at != NULL && field < number; field++) {
        at = strchr(at, ' ');
        if (at != NULL)
            at++;
    }
    return at != NULL ? g_ascii_strtod(at, NULL) : 0;
}

static void set_life(YtopsMetrics *metrics)
{
    g_autofree char *text = NULL;
    double booted = boot_time();

    if (!g_file_get_contents("/proc/self/stat", &text, NULL, NULL))
        return;
    set(metrics, &THREADS, field_of_stat(text, STAT_THREADS));
    if (booted > 0)
        set(metrics, &START,
            booted + field_of_stat(text, STAT_START) / (double)sysconf(_SC_CLK_TCK));
}

static void collect(gpointer data)
{
    YtopsMetrics *metrics = data;

    set_times(metrics);
    set_memory(metrics);
    set_files(metrics);
    set_life(metrics);
}

void ytops_process_metrics_add(YtopsMetrics *metrics)
{
    ytops_metrics_add_collector(metrics, collect, metrics);
}
