#include "work/tool.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "ytops/error.h"

static gboolean run_shell(const char *script, const char *input, Tool *tool,
                          const YtopsJobLimits *limits, ToolEnd *end, GError **error)
{
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};

    tool->argv = argv;
    tool->input = input;
    tool->limits = limits;
    tool->purpose = "the script";
    return tool_run(tool, end, error);
}

static void add_line(const char *line, gpointer data)
{
    g_string_append_printf(data, "<%s>", line);
}

static void output_and_status_come_back(void)
{
    YtopsJobLimits limits;
    g_auto(ToolEnd) end = {0};
    Tool tool = {0};

    ytops_job_limits_init(&limits, 60000, -1);
    g_assert_true(run_shell("cat; echo oops >&2; exit 3", "in\nput", &tool, &limits, &end, NULL));
    g_assert_cmpint(end.status, ==, 3);
    g_assert_cmpstr(end.output, ==, "in\nput");
    g_assert_cmpstr(end.errors, ==, "oops\n");
}

static void without_input_there_is_none_to_wait_for(void)
{
    YtopsJobLimits limits;
    g_auto(ToolEnd) end = {0};
    Tool tool = {0};

    ytops_job_limits_init(&limits, 60000, -1);
    g_assert_true(run_shell("cat; kill -9 $$", NULL, &tool, &limits, &end, NULL));
    g_assert_cmpint(end.status, ==, 128 + 9);
}

static void lines_are_told_as_they_come(void)
{
    YtopsJobLimits limits;
    g_auto(ToolEnd) end = {0};
    g_autoptr(GString) lines = g_string_new(NULL);
    Tool tool = {.line = add_line, .data = lines};

    ytops_job_limits_init(&limits, 60000, -1);
    g_assert_true(
        run_shell("printf 'a\\n\\nb'; printf 'c\\nlast'", NULL, &tool, &limits, &end, NULL));
    g_assert_cmpstr(lines->str, ==, "<a><><bc><last>");
    g_assert_cmpstr(end.output, ==, "");
}

static void the_time_is_limited(void)
{
    YtopsJobLimits limits;
    g_auto(ToolEnd) end = {0};
    Tool tool = {0};
    g_autoptr(GError) error = NULL;

    ytops_job_limits_init(&limits, 300, -1);
    g_assert_false(run_shell("exec sleep 600", NULL, &tool, &limits, &end, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_TIMEOUT);
}

static void a_program_that_closes_its_pipes_is_waited_for(void)
{
    YtopsJobLimits limits;
    g_auto(ToolEnd) end = {0};
    Tool tool = {0};
    g_autoptr(GError) error = NULL;

    ytops_job_limits_init(&limits, 300, -1);
    g_assert_false(
        run_shell("exec >/dev/null 2>&1; exec sleep 600", NULL, &tool, &limits, &end, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_TIMEOUT);
}

static void the_descriptor_ends_it_at_once(void)
{
    YtopsJobLimits limits;
    g_auto(ToolEnd) end = {0};
    Tool tool = {0};
    g_autoptr(GError) error = NULL;
    int fd = eventfd(1, EFD_CLOEXEC);

    ytops_job_limits_init(&limits, G_MAXINT, fd);
    g_assert_false(run_shell("exec sleep 600", NULL, &tool, &limits, &end, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_DRAINING);
    close(fd);
}

static gboolean give_up(gpointer data, GError **error)
{
    guint *n_ticks = data;

    if (++*n_ticks < 2)
        return TRUE;
    g_set_error_literal(error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND, "the lease is lost");
    return FALSE;
}

static void the_tick_can_give_up(void)
{
    YtopsJobLimits limits;
    g_auto(ToolEnd) end = {0};
    guint n_ticks = 0;
    Tool tool = {.tick = give_up, .data = &n_ticks};
    g_autoptr(GError) error = NULL;

    ytops_job_limits_init(&limits, G_MAXINT, -1);
    g_assert_false(run_shell("exec sleep 600", NULL, &tool, &limits, &end, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND);
    g_assert_cmpuint(n_ticks, ==, 2);
}

static void a_program_that_is_not_there_is_named(void)
{
    static const char *const argv[] = {"/nowhere/ffprobe", NULL};
    YtopsJobLimits limits;
    g_auto(ToolEnd) end = {0};
    Tool tool = {.argv = argv, .limits = &limits, .purpose = "the probe"};
    g_autoptr(GError) error = NULL;

    ytops_job_limits_init(&limits, 60000, -1);
    g_assert_false(tool_run(&tool, &end, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
    g_assert_nonnull(strstr(error->message, "/nowhere/ffprobe"));
}

static void a_flood_is_ended(void)
{
    YtopsJobLimits limits;
    g_auto(ToolEnd) end = {0};
    Tool tool = {0};
    g_autoptr(GError) error = NULL;

    ytops_job_limits_init(&limits, 60000, -1);
    g_assert_false(run_shell("exec yes", NULL, &tool, &limits, &end, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tool/end", output_and_status_come_back);
    g_test_add_func("/tool/no-input", without_input_there_is_none_to_wait_for);
    g_test_add_func("/tool/lines", lines_are_told_as_they_come);
    g_test_add_func("/tool/timeout", the_time_is_limited);
    g_test_add_func("/tool/closed-pipes", a_program_that_closes_its_pipes_is_waited_for);
    g_test_add_func("/tool/cancel", the_descriptor_ends_it_at_once);
    g_test_add_func("/tool/tick", the_tick_can_give_up);
    g_test_add_func("/tool/absent", a_program_that_is_not_there_is_named);
    g_test_add_func("/tool/flood", a_flood_is_ended);
    return g_test_run();
}
