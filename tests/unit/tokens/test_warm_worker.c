#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "token_fixture.h"
#include "tokens/warm_runner.h"
#include "tokens/warm_worker.h"
#include "ytops/error.h"
#include "ytops/json.h"

enum { AMPLE_MS = 60 * 1000 };

static WarmWorker *start_ok(const char *script)
{
    GError *error = NULL;
    YtopsJobLimits limits;
    WarmWorker *worker;

    ytops_job_limits_init(&limits, AMPLE_MS, -1);
    worker = warm_worker_start(test_python(), script, &limits, &error);
    g_assert_no_error(error);
    return worker;
}

static RunnerOutcome *run_url(WarmWorker *worker, const char *url, gint64 timeout_ms,
                              GError **error)
{
    YtdlpExtraction extraction = {.url = url};
    YtopsJobLimits limits;
    RunnerJob job = {"job-1", &extraction, &limits};

    ytops_job_limits_init(&limits, timeout_ms, -1);
    return warm_worker_run(worker, &job, error);
}

static void test_it_extracts_one_url_after_another(void)
{
    char *folder = test_folder_new();
    g_autofree char *media = test_folder_write(folder, "clip.mp4", "media");
    guint16 port;
    g_autoptr(YtopsProcess) server = test_web_server(folder, &port);
    g_autoptr(WarmWorker) worker = start_ok(TEST_WORKER_SCRIPT);
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/clip.mp4", port);

    for (guint i = 1; i <= 3; i++) {
        GError *error = NULL;
        g_autoptr(RunnerOutcome) outcome = run_url(worker, url, AMPLE_MS, &error);
        g_autoptr(YtopsJson) info = NULL;

        g_assert_no_error(error);
        info = ytops_json_parse(outcome->info_json, -1, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(ytops_json_get_string(info, "id"), ==, "clip");
        g_assert_cmpstr(ytops_json_get_string(info, "url"), ==, url);
        g_assert_cmpuint(warm_worker_count_jobs(worker), ==, i);
        g_assert_cmpint(warm_worker_get_rss_kib(worker), >, 10000);
    }
    test_folder_free(folder);
}

static void test_a_failed_extraction_gives_its_messages_and_not_the_end(void)
{
    char *folder = test_folder_new();
    guint16 port;
    g_autoptr(YtopsProcess) server = test_web_server(folder, &port);
    g_autoptr(WarmWorker) worker = start_ok(TEST_WORKER_SCRIPT);
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/absent.mp4", port);
    const char *const urls[] = {url, "-J", "no such thing", "http://[", url};

    for (guint i = 0; i < G_N_ELEMENTS(urls); i++) {
        GError *error = NULL;
        g_autoptr(RunnerOutcome) outcome = run_url(worker, urls[i], AMPLE_MS, &error);
        const YtopsLine *last;

        g_assert_no_error(error);
        g_assert_null(outcome->info_json);
        g_assert_cmpuint(outcome->lines->len, >, 0);
        last = &g_array_index(outcome->lines, YtopsLine, outcome->lines->len - 1);
        g_assert_cmpint(last->level, ==, YTOPS_LINE_ERROR);
        g_assert_false(g_str_has_prefix(last->text, "ERROR"));
        if (urls[i] == url)
            g_assert_nonnull(strstr(last->text, "HTTP Error 404"));
    }
    g_assert_true(warm_worker_is_alive(worker));
    test_folder_free(folder);
}

static void test_what_libraries_print_does_not_reach_the_conversation(void)
{
    char *folder = test_folder_new();
    g_autofree char *media = test_folder_write(folder, "clip.mp4", "media");
    guint16 port;
    g_autoptr(YtopsProcess) server = test_web_server(folder, &port);
    g_autoptr(WarmWorker) worker = start_ok(TEST_WORKER_SCRIPT);
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/clip.mp4", port);
    const char *const args[] = {"--print-traffic", "--verbose", NULL};
    YtdlpExtraction extraction = {.url = url, .server_args = args};
    YtopsJobLimits limits;
    RunnerJob job = {"loud", &extraction, &limits};
    GError *error = NULL;
    g_autoptr(RunnerOutcome) outcome = NULL;

    ytops_job_limits_init(&limits, AMPLE_MS, -1);
    outcome = warm_worker_run(worker, &job, &error);
    g_assert_no_error(error);
    g_assert_nonnull(outcome->info_json);
    test_folder_free(folder);
}

static void test_it_ignores_the_interrupt_of_a_terminal(void)
{
    g_autoptr(WarmWorker) worker = start_ok(TEST_WORKER_SCRIPT);
    g_autoptr(RunnerOutcome) outcome = NULL;
    GError *error = NULL;

    kill(warm_worker_get_pid(worker), SIGINT);
    outcome = run_url(worker, "no URL", AMPLE_MS, &error);
    g_assert_no_error(error);
}

static void test_five_megabytes_pass(void)
{
    char *folder = test_folder_new();
    g_autofree char *script = test_worker_double(folder, "double.py");
    g_autoptr(WarmWorker) worker = start_ok(script);
    GError *error = NULL;
    g_autoptr(RunnerOutcome) outcome = run_url(worker, "http://double/big", AMPLE_MS, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(strlen(outcome->info_json), >, 5000000);
    test_folder_free(folder);
}

static void assert_breaks(const char *behaviour, const char *told)
{
    char *folder = test_folder_new();
    g_autofree char *script = test_worker_double(folder, "double.py");
    g_autofree char *url = g_strconcat("http://double/", behaviour, NULL);
    g_autoptr(WarmWorker) worker = start_ok(script);
    g_autoptr(GError) error = NULL;
    g_autoptr(RunnerOutcome) outcome = run_url(worker, url, AMPLE_MS, &error);

    g_assert_null(outcome);
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, told));
    g_assert_null(strstr(error->message, "secret"));
    test_folder_free(folder);
}

static void test_a_worker_that_breaks_the_conversation_is_found_out(void)
{
    assert_breaks("garbage", "no JSON object");
    assert_breaks("endless_line", "a line of more than 16 MiB");
    assert_breaks("exit_in_the_middle",
                  "exited with status 3 and last said: ran into http://me:***@wall/");
    assert_breaks("killed", "signal 9");
    assert_breaks("half_an_answer", "ended in the middle");
    assert_breaks("other_job", "something else");
    assert_breaks("announces_too_much", "something else");
    assert_breaks("more_than_its_answer", "more than its answer");
}

/* 0 until it is noted. */
static pid_t noted_child(const char *folder)
{
    g_autofree char *text = test_folder_read(folder, "child.txt");

    return strchr(text, '\n') != NULL ? (pid_t)atoi(text) : 0;
}

static pid_t await_child(const char *folder)
{
    test_await(noted_child(folder) != 0);
    return noted_child(folder);
}

static void test_the_deadline_ends_the_worker_and_what_it_started(void)
{
    char *folder = test_folder_new();
    g_autofree char *script = test_worker_double(folder, "double.py");
    WarmWorker *worker = start_ok(script);
    pid_t pid = warm_worker_get_pid(worker);
    g_autoptr(GError) error = NULL;
    gint64 start = g_get_monotonic_time();
    pid_t child;

    g_assert_null(run_url(worker, "http://double/hang_with_a_child", 700, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_TIMEOUT);
    g_assert_cmpint(g_get_monotonic_time() - start, >=, 700 * 1000);
    child = await_child(folder);
    g_assert_true(test_process_runs(child));
    warm_worker_free(worker);
    g_assert_false(test_process_runs(pid));
    test_await(!test_process_runs(child));
    test_folder_free(folder);
}

static gpointer cancel_when_it_hangs(gpointer data)
{
    gpointer *both = data;
    guint64 one = 1;

    await_child(both[0]);
    g_assert_cmpint(write(GPOINTER_TO_INT(both[1]), &one, sizeof one), ==, sizeof one);
    return NULL;
}

static void test_a_cancelled_job_ends_at_once(void)
{
    char *folder = test_folder_new();
    g_autofree char *script = test_worker_double(folder, "double.py");
    g_autoptr(WarmWorker) worker = start_ok(script);
    YtdlpExtraction extraction = {.url = "http://double/hang_with_a_child"};
    int cancel_fd = eventfd(0, EFD_CLOEXEC);
    gpointer both[] = {folder, GINT_TO_POINTER(cancel_fd)};
    GThread *canceller = g_thread_new("cancel", cancel_when_it_hangs, both);
    YtopsJobLimits limits;
    RunnerJob job = {"job", &extraction, &limits};
    g_autoptr(GError) error = NULL;

    ytops_job_limits_init(&limits, AMPLE_MS, cancel_fd);
    g_assert_null(warm_worker_run(worker, &job, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_DRAINING);
    g_thread_join(canceller);
    close(cancel_fd);
    test_folder_free(folder);
}

static void assert_cannot_start(const char *python, const char *name, gint64 timeout_ms,
                                YtopsErrorCode code, const char *told)
{
    char *folder = test_folder_new();
    g_autofree char *script = test_worker_double(folder, name);
    g_autoptr(GError) error = NULL;
    YtopsJobLimits limits;

    ytops_job_limits_init(&limits, timeout_ms, -1);
    g_assert_null(warm_worker_start(python, script, &limits, &error));
    g_assert_error(error, YTOPS_ERROR, (int)code);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, told));
    test_folder_free(folder);
}

static void test_a_worker_that_cannot_start_says_what_to_install(void)
{
    assert_cannot_start("/nowhere/python3", "double.py", AMPLE_MS, YTOPS_ERROR_INTERNAL,
                        "/nowhere/python3");
    assert_cannot_start(test_python(), "not_ready.py", AMPLE_MS, YTOPS_ERROR_INTERNAL,
                        "install yt-dlp");
    assert_cannot_start(test_python(), "dies_at_start.py", AMPLE_MS, YTOPS_ERROR_INTERNAL,
                        "SyntaxError, perhaps");
    assert_cannot_start(test_python(), "never_ready.py", 500, YTOPS_ERROR_TIMEOUT, "loaded");
}

/* ---- the runner that replaces workers ------------------------------------------------------- */

static RunnerOutcome *runner_run_url(Runner *runner, const char *url, gint64 timeout_ms,
                                     GError **error)
{
    YtdlpExtraction extraction = {.url = url};
    YtopsJobLimits limits;
    RunnerJob job = {"job-1", &extraction, &limits};

    ytops_job_limits_init(&limits, timeout_ms, -1);
    return runner_run(runner, &job, error);
}

static gint64 pid_after(Runner *runner, const char *url)
{
    GError *error = NULL;
    g_autoptr(RunnerOutcome) outcome = runner_run_url(runner, url, AMPLE_MS, &error);
    g_autoptr(YtopsJson) info = NULL;

    g_assert_no_error(error);
    info = ytops_json_parse(outcome->info_json, -1, &error);
    g_assert_no_error(error);
    return ytops_json_get_int(info, "pid");
}

static void test_a_worker_is_replaced_after_its_number_of_jobs(void)
{
    char *folder = test_folder_new();
    g_autofree char *script = test_worker_double(folder, "double.py");
    g_autoptr(Runner) runner = warm_runner_new(test_python(), script, 2, 0);
    gint64 first = pid_after(runner, "http://double/good");

    g_assert_cmpint(pid_after(runner, "http://double/good"), ==, first);
    g_assert_cmpint(pid_after(runner, "http://double/good"), !=, first);
    test_folder_free(folder);
}

static void test_a_worker_that_has_grown_is_replaced_between_jobs(void)
{
    char *folder = test_folder_new();
    g_autofree char *script = test_worker_double(folder, "double.py");
    g_autoptr(Runner) runner = warm_runner_new(test_python(), script, 0, 512);
    gint64 first = pid_after(runner, "http://double/good");

    g_assert_cmpint(pid_after(runner, "http://double/grown"), ==, first);
    g_assert_true(runner_prepare(runner, -1));
    g_assert_false(test_process_runs((pid_t)first));
    g_assert_cmpint(pid_after(runner, "http://double/good"), !=, first);
    test_folder_free(folder);
}

static void test_a_worker_that_died_between_jobs_costs_no_job(void)
{
    char *folder = test_folder_new();
    g_autofree char *script = test_worker_double(folder, "double.py");
    g_autoptr(Runner) runner = warm_runner_new(test_python(), script, 0, 0);
    gint64 first = pid_after(runner, "http://double/dies_after");

    test_await(!test_process_runs((pid_t)first));
    g_assert_cmpint(pid_after(runner, "http://double/good"), !=, first);
    test_folder_free(folder);
}

static void test_after_a_broken_job_the_next_one_has_a_new_worker(void)
{
    char *folder = test_folder_new();
    g_autofree char *script = test_worker_double(folder, "double.py");
    g_autoptr(Runner) runner = warm_runner_new(test_python(), script, 0, 0);
    g_autoptr(GError) error = NULL;

    g_assert_null(runner_run_url(runner, "http://double/killed", AMPLE_MS, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
    g_clear_error(&error);
    g_assert_null(runner_run_url(runner, "http://double/hang_with_a_child", 300, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_TIMEOUT);
    g_assert_cmpint(pid_after(runner, "http://double/good"), >, 0);
    test_folder_free(folder);
}

static guint count_starts(const char *folder)
{
    g_autofree char *text = test_folder_read(folder, "starts.txt");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    return g_strv_length(lines) - 1;
}

static void test_a_worker_that_cannot_start_is_not_tried_without_pause(void)
{
    char *folder = test_folder_new();
    g_autofree char *script = test_worker_double(folder, "not_ready.py");
    g_autoptr(Runner) runner = warm_runner_new(test_python(), script, 0, 0);
    guint attempts = 0;

    g_assert_false(runner_prepare(runner, -1));
    while (count_starts(folder) < 2) {
        g_autoptr(GError) error = NULL;

        g_assert_null(runner_run_url(runner, "http://double/good", AMPLE_MS, &error));
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
        g_assert_nonnull(strstr(error->message, "install yt-dlp"));
        attempts++;
        g_usleep(1000);
    }
    g_assert_cmpuint(attempts, >, 10);
    test_folder_free(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/warm-worker/it-extracts-one-url-after-another",
                    test_it_extracts_one_url_after_another);
    g_test_add_func("/warm-worker/a-failed-extraction-gives-its-messages-and-not-the-end",
                    test_a_failed_extraction_gives_its_messages_and_not_the_end);
    g_test_add_func("/warm-worker/what-libraries-print-does-not-reach-the-conversation",
                    test_what_libraries_print_does_not_reach_the_conversation);
    g_test_add_func("/warm-worker/it-ignores-the-interrupt-of-a-terminal",
                    test_it_ignores_the_interrupt_of_a_terminal);
    g_test_add_func("/warm-worker/five-megabytes-pass", test_five_megabytes_pass);
    g_test_add_func("/warm-worker/a-worker-that-breaks-the-conversation-is-found-out",
                    test_a_worker_that_breaks_the_conversation_is_found_out);
    g_test_add_func("/warm-worker/the-deadline-ends-the-worker-and-what-it-started",
                    test_the_deadline_ends_the_worker_and_what_it_started);
    g_test_add_func("/warm-worker/a-cancelled-job-ends-at-once", test_a_cancelled_job_ends_at_once);
    g_test_add_func("/warm-worker/a-worker-that-cannot-start-says-what-to-install",
                    test_a_worker_that_cannot_start_says_what_to_install);
    g_test_add_func("/warm-runner/a-worker-is-replaced-after-its-number-of-jobs",
                    test_a_worker_is_replaced_after_its_number_of_jobs);
    g_test_add_func("/warm-runner/a-worker-that-has-grown-is-replaced-between-jobs",
                    test_a_worker_that_has_grown_is_replaced_between_jobs);
    g_test_add_func("/warm-runner/a-worker-that-died-between-jobs-costs-no-job",
                    test_a_worker_that_died_between_jobs_costs_no_job);
    g_test_add_func("/warm-runner/after-a-broken-job-the-next-one-has-a-new-worker",
                    test_after_a_broken_job_the_next_one_has_a_new_worker);
    g_test_add_func("/warm-runner/a-worker-that-cannot-start-is-not-tried-without-pause",
                    test_a_worker_that_cannot_start_is_not_tried_without_pause);
    return g_test_run();
}
