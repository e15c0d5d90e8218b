#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "token_fixture.h"
#include "tokens/command_runner.h"
#include "ytops/error.h"
#include "ytops/json.h"

enum { AMPLE_MS = 60 * 1000 };

static const char *ytdlp(void)
{
    const char *command = g_getenv("YTOPS_TEST_YTDLP");

    return command != NULL ? command : "/usr/bin/yt-dlp";
}

static RunnerOutcome *run(const char *command, const YtdlpExtraction *extraction, gint64 timeout_ms,
                          GError **error)
{
    g_autoptr(Runner) runner = command_runner_new(command);
    YtopsJobLimits limits;
    RunnerJob job = {"job-1", extraction, &limits};

    g_assert_true(runner_prepare(runner, -1));
    ytops_job_limits_init(&limits, timeout_ms, -1);
    return runner_run(runner, &job, error);
}

/* A command in Python that does what the test needs. */
static char *write_command(const char *folder, const char *python)
{
    g_autofree char *text = g_strconcat("#!/usr/bin/python3\nimport os, sys, time, subprocess\n",
                                        "here = os.path.dirname(sys.argv[0])\n", python, NULL);
    char *path = test_folder_write(folder, "command", text);

    g_assert_cmpint(chmod(path, 0700), ==, 0);
    return path;
}

static RunnerOutcome *run_script(const char *folder, const char *python, gint64 timeout_ms,
                                 GError **error)
{
    g_autofree char *command = write_command(folder, python);
    YtdlpExtraction extraction = {.url = "http://127.0.0.1/clip.mp4",
                                  .proxy_url = "socks5://me:secret@127.0.0.1:1"};

    return run(command, &extraction, timeout_ms, error);
}

static const YtopsLine *line_at(const RunnerOutcome *outcome, guint index)
{
    g_assert_cmpuint(outcome->lines->len, >, index);
    return &g_array_index(outcome->lines, YtopsLine, index);
}

static void test_the_command_makes_the_info_json(void)
{
    char *folder = test_folder_new();
    g_autofree char *media = test_folder_write(folder, "clip.mp4", "media");
    guint16 port;
    g_autoptr(YtopsProcess) server = test_web_server(folder, &port);
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/clip.mp4", port);
    YtdlpExtraction extraction = {.url = url};
    g_autoptr(GError) error = NULL;
    g_autoptr(RunnerOutcome) outcome = run(ytdlp(), &extraction, AMPLE_MS, &error);
    g_autoptr(YtopsJson) info = NULL;

    g_assert_no_error(error);
    g_assert_nonnull(outcome->info_json);
    info = ytops_json_parse(outcome->info_json, -1, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(ytops_json_get_string(info, "id"), ==, "clip");
    test_folder_free(folder);
}

static void test_it_goes_through_the_proxy(void)
{
    char *folder = test_folder_new();
    g_autofree char *media = test_folder_write(folder, "clip.mp4", "media");
    guint16 port;
    g_autoptr(YtopsProcess) server = test_web_server(folder, &port);
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/clip.mp4", port);
    g_autofree char *proxy = g_strdup_printf("socks5://127.0.0.1:%u", test_free_port());
    YtdlpExtraction extraction = {.url = url, .proxy_url = proxy};
    g_autoptr(GError) error = NULL;
    g_autoptr(RunnerOutcome) outcome = run(ytdlp(), &extraction, AMPLE_MS, &error);

    g_assert_no_error(error);
    g_assert_null(outcome->info_json);
    test_folder_free(folder);
}

static void test_a_failed_extraction_gives_its_messages(void)
{
    char *folder = test_folder_new();
    guint16 port;
    g_autoptr(YtopsProcess) server = test_web_server(folder, &port);
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/absent.mp4", port);
    YtdlpExtraction extraction = {.url = url};
    g_autoptr(GError) error = NULL;
    g_autoptr(RunnerOutcome) outcome = run(ytdlp(), &extraction, AMPLE_MS, &error);
    const YtopsLine *line;

    g_assert_no_error(error);
    g_assert_null(outcome->info_json);
    line = line_at(outcome, outcome->lines->len - 1);
    g_assert_cmpint(line->level, ==, YTOPS_LINE_ERROR);
    g_assert_nonnull(strstr(line->text, "HTTP Error 404"));
    test_folder_free(folder);
}

static void test_a_null_on_standard_output_is_a_failure(void)
{
    char *folder = test_folder_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(RunnerOutcome) outcome =
        run_script(folder,
                   "print('WARNING: [youtube] HTTP Error 429: Too Many Requests', "
                   "file=sys.stderr)\n"
                   "print('ERROR: [youtube] x: Failed', file=sys.stderr)\n"
                   "print('null'); sys.exit(1)\n",
                   AMPLE_MS, &error);

    g_assert_no_error(error);
    g_assert_null(outcome->info_json);
    g_assert_cmpuint(outcome->lines->len, ==, 2);
    g_assert_cmpint(line_at(outcome, 0)->level, ==, YTOPS_LINE_WARNING);
    g_assert_cmpstr(line_at(outcome, 0)->text, ==, "[youtube] HTTP Error 429: Too Many Requests");
    g_assert_cmpint(line_at(outcome, 1)->level, ==, YTOPS_LINE_ERROR);
    g_assert_cmpstr(line_at(outcome, 1)->text, ==, "[youtube] x: Failed");
    test_folder_free(folder);
}

static void test_a_silent_failure_still_has_a_message(void)
{
    char *folder = test_folder_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(RunnerOutcome) outcome = run_script(folder, "sys.exit(7)\n", AMPLE_MS, &error);

    g_assert_no_error(error);
    g_assert_null(outcome->info_json);
    g_assert_cmpint(line_at(outcome, 0)->level, ==, YTOPS_LINE_ERROR);
    g_assert_nonnull(strstr(line_at(outcome, 0)->text, "status 7"));
    test_folder_free(folder);
}

static void test_five_megabytes_pass_beside_much_on_standard_error(void)
{
    char *folder = test_folder_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(RunnerOutcome) outcome =
        run_script(folder,
                   "sys.stderr.write('WARNING: noise\\n' * 100000)\n"
                   "print('{\"filler\": \"' + 'y' * 5000000 + '\"}')\n",
                   AMPLE_MS, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(strlen(outcome->info_json), >, 5000000);
    test_folder_free(folder);
}

static void test_the_process_list_shows_no_secret(void)
{
    char *folder = test_folder_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(RunnerOutcome) outcome =
        run_script(folder,
                   "open(here + '/argv', 'w').write(repr(sys.argv))\n"
                   "open(here + '/stdin', 'w').write(sys.stdin.read())\n"
                   "print('{}')\n",
                   AMPLE_MS, &error);
    g_autofree char *argv = test_folder_read(folder, "argv");
    g_autofree char *input = test_folder_read(folder, "stdin");

    g_assert_no_error(error);
    g_assert_nonnull(strstr(argv, "http://127.0.0.1/clip.mp4"));
    g_assert_null(strstr(argv, "secret"));
    g_assert_nonnull(strstr(input, "secret"));
    test_folder_free(folder);
}

static void test_the_deadline_ends_the_command_and_what_it_started(void)
{
    char *folder = test_folder_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *pid = NULL;

    g_assert_null(run_script(folder,
                             "child = subprocess.Popen(['sleep', '1000'])\n"
                             "open(here + '/child.txt', 'w').write(f'{child.pid} ')\n"
                             "time.sleep(1000)\n",
                             1500, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_TIMEOUT);
    pid = test_folder_read(folder, "child.txt");
    g_assert_cmpint(atoi(pid), >, 0);
    test_await(!test_process_runs((pid_t)atoi(pid)));
    test_folder_free(folder);
}

static void test_it_does_not_wait_for_what_the_command_left_behind(void)
{
    char *folder = test_folder_new();
    g_autoptr(GError) error = NULL;
    gint64 start = g_get_monotonic_time();
    g_autoptr(RunnerOutcome) outcome = run_script(folder,
                                                  "subprocess.Popen(['sleep', '1000'])\n"
                                                  "print('{}')\n",
                                                  AMPLE_MS, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(outcome->info_json, ==, "{}");
    g_assert_cmpint(g_get_monotonic_time() - start, <, (AMPLE_MS / 2) * 1000);
    test_folder_free(folder);
}

static void test_a_command_that_is_killed_or_missing_is_no_verdict_on_the_video(void)
{
    char *folder = test_folder_new();
    YtdlpExtraction extraction = {.url = "http://127.0.0.1/clip.mp4"};
    g_autoptr(GError) error = NULL;

    g_assert_null(run_script(folder, "os.kill(os.getpid(), 9)\n", AMPLE_MS, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
    g_assert_nonnull(strstr(error->message, "signal 9"));
    g_clear_error(&error);
    g_assert_null(run("/nowhere/yt-dlp", &extraction, AMPLE_MS, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
    g_assert_nonnull(strstr(error->message, "/nowhere/yt-dlp"));
    test_folder_free(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/command-runner/the-command-makes-the-info-json",
                    test_the_command_makes_the_info_json);
    g_test_add_func("/command-runner/it-goes-through-the-proxy", test_it_goes_through_the_proxy);
    g_test_add_func("/command-runner/a-failed-extraction-gives-its-messages",
                    test_a_failed_extraction_gives_its_messages);
    g_test_add_func("/command-runner/a-null-on-standard-output-is-a-failure",
                    test_a_null_on_standard_output_is_a_failure);
    g_test_add_func("/command-runner/a-silent-failure-still-has-a-message",
                    test_a_silent_failure_still_has_a_message);
    g_test_add_func("/command-runner/five-megabytes-pass-beside-much-on-standard-error",
                    test_five_megabytes_pass_beside_much_on_standard_error);
    g_test_add_func("/command-runner/the-process-list-shows-no-secret",
                    test_the_process_list_shows_no_secret);
    g_test_add_func("/command-runner/the-deadline-ends-the-command-and-what-it-started",
                    test_the_deadline_ends_the_command_and_what_it_started);
    g_test_add_func("/command-runner/it-does-not-wait-for-what-the-command-left-behind",
                    test_it_does_not_wait_for_what_the_command_left_behind);
    g_test_add_func(
        "/command-runner/a-command-that-is-killed-or-missing-is-no-verdict-on-the-video",
        test_a_command_that_is_killed_or_missing_is_no_verdict_on_the_video);
    return g_test_run();
}
