#include "work/download_progress.h"

static const struct {
    const char *line;
    double percent; /* below 0: nothing is said */
} rows[] = {
    {"ytops-progress 0 1000 NA", 0},
    {"ytops-progress 250 1000 NA", 25},
    {"ytops-progress 1000 1000 1000.0", 100},
    {"ytops-progress 250 NA 500.0", 50},
    {"ytops-progress  250   NA  1e3", 25},
    {"ytops-progress 1200 1000 NA", 100},
    {"ytops-progress 10 0 NA", -1},
    {"ytops-progress NA 1000 NA", -1},
    {"ytops-progress 250 NA NA", -1},
    {"ytops-progress 250", -1},
    {"ytops-progress ", -1},
    {"ytops-progress -5 100 NA", -1},
    {"ytops-progress 5 nan NA", -1},
    {"ytops-progress inf 100 NA", -1},
    {"ytops-progress", -1},
    {"", -1},
    {"[download] 25% of 1000", -1},
    {" ytops-progress 250 1000 NA", -1},
};

static void only_lines_of_progress_are_read(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        double percent = -7;
        gboolean said = download_progress_parse(rows[i].line, &percent);

        g_test_message("%s", rows[i].line);
        g_assert_cmpint(said, ==, rows[i].percent >= 0);
        g_assert_cmpfloat(percent, ==, said ? rows[i].percent : -7);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/download-progress/lines", only_lines_of_progress_are_read);
    return g_test_run();
}
