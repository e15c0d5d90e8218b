#include "cli/duration.h"
#include "ytops/error.h"

static void test_durations_that_are_understood(void)
{
    static const struct {
        const char *text;
        gint64 seconds;
    } cases[] = {
        {"1", 1},
        {"90", 90},
        {"90s", 90},
        {"55m", 3300},
        {"1h", 3600},
        {"1h30m", 5400},
        {"2d", 172800},
        {"1d2h3m4s", 93784},
        {"1h5s", 3605},
        {"3650d", 315360000},
        {"315360000", 315360000},
        {"007m", 420},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        gint64 seconds = -7;
        g_assert_true(cli_duration_parse(cases[i].text, &seconds, &error));
        g_assert_no_error(error);
        g_assert_cmpint(seconds, ==, cases[i].seconds);
    }
}

static void test_durations_that_are_refused(void)
{
    static const char *const cases[] = {
        "",
        "0",
        "0s",
        "-1",
        "+1",
        "1.5h",
        "h",
        "1x",
        "55 m",
        " 55m",
        "55m ",
        "30m1h",
        "1h1h",
        "1h30",
        "0h0m",
        "1h0m",
        "3651d",
        "315360001",
        "99999999999999999999",
        "99999999999999999999d",
        "1M",
        "\xc2\xb9m",
        "until-unbanned",
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *shown = g_strdup_printf("'%s'", cases[i]);
        gint64 seconds = -7;
        g_assert_false(cli_duration_parse(cases[i], &seconds, &error));
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(error->message, shown));
        g_assert_nonnull(strstr(error->message, "1h30m"));
        g_assert_cmpint(seconds, ==, -7);
    }
}

static void test_durations_are_written_like_the_server_does(void)
{
    static const struct {
        gint64 seconds;
        const char *text;
    } cases[] = {
        {-5, "0s"},      {0, "0s"},          {42, "42s"},   {59, "59s"},
        {60, "1m"},      {3300, "55m"},      {3599, "59m"}, {3600, "1h"},
        {3900, "1h 5m"}, {86399, "23h 59m"}, {86400, "1d"}, {273600, "3d 4h"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = cli_duration_format(cases[i].seconds);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

static void test_ages(void)
{
    static const struct {
        gint64 then;
        const char *text;
    } cases[] = {
        {0, "never"}, {-3, "never"}, {1000000, "now"}, {1000009, "now"}, {999700, "5m ago"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = cli_age_format(cases[i].then, 1000000);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/duration/understood", test_durations_that_are_understood);
    g_test_add_func("/duration/refused", test_durations_that_are_refused);
    g_test_add_func("/duration/written", test_durations_are_written_like_the_server_does);
    g_test_add_func("/duration/ages", test_ages);
    return g_test_run();
}
