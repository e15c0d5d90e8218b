/* Queues as people see them. */
#include "cli/queue_view.h"

#include <string.h>

static YtopsQueueStatus *status_of(gint64 inbox, gint64 in_progress, gint64 succeeded,
                                   gint64 failed)
{
    return g_object_new(YTOPS_TYPE_QUEUE_STATUS, "queue", "q", "inbox", inbox, "inProgress",
                        in_progress, "succeeded", succeeded, "failed", failed, NULL);
}

static void assert_text(gint64 inbox, gint64 in_progress, gint64 succeeded, gint64 failed,
                        gint64 done_before, gint64 elapsed_s, const char *expected)
{
    YtopsQueueStatus *status = status_of(inbox, in_progress, succeeded, failed);
    CliQueueProgress progress = {status, done_before, elapsed_s};
    g_autofree char *text = cli_queue_progress_text(&progress);

    g_assert_cmpstr(text, ==, expected);
    g_object_unref(status);
}

static void test_progress(void)
{
    assert_text(40, 0, 0, 0, 0, 0, "q  0%, 40 waiting, 0 at work, 0 ok, 0 failed");
    /* 10 in 10 s, 30 are left */
    assert_text(26, 4, 8, 2, 0, 10, "q  25%, 26 waiting, 4 at work, 8 ok, 2 failed, 30s left");
    assert_text(0, 1, 99, 0, 0, 9900, "q  99%, 0 waiting, 1 at work, 99 ok, 0 failed, 1m left");
    assert_text(0, 0, 38, 2, 0, 40, "q  100%, 0 waiting, 0 at work, 38 ok, 2 failed");
    /* What ended before is no part of it ... */
    assert_text(10, 0, 1000, 0, 1000, 5, "q  0%, 10 waiting, 0 at work, 1000 ok, 0 failed");
    assert_text(5, 0, 1005, 0, 1000, 5, "q  50%, 5 waiting, 0 at work, 1005 ok, 0 failed, 5s left");
    /* ... also where some of it was done anew, or cleared. */
    assert_text(5, 0, 3, 0, 1000, 5, "q  0%, 5 waiting, 0 at work, 3 ok, 0 failed");
    /* An empty queue is drained. */
    assert_text(0, 0, 0, 0, 0, 0, "q  100%, 0 waiting, 0 at work, 0 ok, 0 failed");
}

static void test_drained(void)
{
    static const struct {
        gint64 inbox, in_progress;
        gboolean drained;
    } cases[] = {{0, 0, TRUE}, {1, 0, FALSE}, {0, 1, FALSE}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        YtopsQueueStatus *status = status_of(cases[i].inbox, cases[i].in_progress, 7, 7);
        g_assert_cmpint(cli_queue_is_drained(status), ==, cases[i].drained);
        g_object_unref(status);
    }
}

static void test_the_bar_fits(void)
{
    YtopsQueueStatus *status = status_of(26, 4, 8, 2);
    CliQueueProgress progress = {status, 0, 10};
    g_autofree char *wide = cli_queue_progress_bar(&progress, 200);
    g_autofree char *medium = cli_queue_progress_bar(&progress, 75);

    g_assert_true(g_str_has_prefix(wide, "[##########..............................] q  25%"));
    g_assert_cmpint(strlen(medium), ==, 75);
    g_assert_true(g_str_has_prefix(medium, "[####"));
    for (gsize width = 0; width < 120; width++) {
        g_autofree char *bar = cli_queue_progress_bar(&progress, width);
        g_assert_cmpint(cli_text_width(bar), <=, width);
    }
    g_object_unref(status);
}

static GPtrArray *failures_of(const char *error_json)
{
    GPtrArray *failures = g_ptr_array_new_with_free_func(g_object_unref);

    g_ptr_array_add(failures, g_object_new(YTOPS_TYPE_FAILED_URL, "url", "https://u:secret@a/",
                                           "errorJson", error_json, NULL));
    return failures;
}

static void assert_failure(const char *error_json, const char *in_table, const char *in_json)
{
    static const CliTableLook look = {.mark = ""};
    g_autoptr(GPtrArray) failures = failures_of(error_json);
    g_autoptr(CliTable) table = cli_failed_table(failures);
    g_autofree char *text = cli_table_render(table, &look);
    g_autoptr(YtopsJson) document = cli_failed_json(failures);
    g_autofree char *json = ytops_json_to_string(document);

    g_assert_null(strstr(text, "secret"));
    if (strstr(text, in_table) == NULL)
        g_error("\"%s\" is not in: %s", in_table, text);
    if (strstr(json, in_json) == NULL)
        g_error("%s is not in: %s", in_json, json);
}

static void test_failures(void)
{
    assert_failure("{\"errorCode\":\"POISON\",\"message\":\"gone\"}", "POISON  gone",
                   "\"error\":{\"errorCode\":\"POISON\",\"message\":\"gone\"}");
    /* What other hands wrote is shown as it is. */
    assert_failure("nonsense", "nonsense", "\"error\":\"nonsense\"");
    assert_failure("[1]", "[1]", "\"error\":\"[1]\"");
    assert_failure("{\"errorCode\":7}", "https://u:***@a/", "\"error\":{\"errorCode\":7}");
    assert_failure("", "https://u:***@a/", "\"error\":\"\"");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/queue-view/progress", test_progress);
    g_test_add_func("/queue-view/drained", test_drained);
    g_test_add_func("/queue-view/bar", test_the_bar_fits);
    g_test_add_func("/queue-view/failures", test_failures);
    return g_test_run();
}
