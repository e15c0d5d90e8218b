#include "ytops/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ytops/error.h"

#define PATIENCE_MS 10000

/* Reads up to the end of the file, or to the first newline where one_line. */
static char *read_text(int fd, gboolean one_line)
{
    GString *text = g_string_new(NULL);
    char byte;

    for (;;) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        gssize n;

        g_assert_cmpint(poll(&ready, 1, PATIENCE_MS), ==, 1);
        n = read(fd, &byte, 1);
        if (n == 0 || (one_line && byte == '\n'))
            return g_string_free(text, FALSE);
        if (n == 1)
            g_string_append_c(text, byte);
    }
}

static void arguments_reach_the_program_as_they_are(void)
{
    const char *const argv[] = {"printf", "%s|", "a b", "$(id)", "; ls", "-x", NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsProcess) process =
        ytops_process_spawn(argv, NULL, NULL, YTOPS_PROCESS_STDOUT, &error);
    g_autofree char *text = NULL;
    int status = -1;

    g_assert_no_error(error);
    text = read_text(ytops_process_get_stdout(process), FALSE);
    g_assert_cmpstr(text, ==, "a b|$(id)|; ls|-x|");
    g_assert_true(ytops_process_wait(process, PATIENCE_MS, &status));
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void pipes_lead_both_ways(void)
{
    const char *const argv[] = {"cat", NULL};
    g_autoptr(YtopsProcess) process =
        ytops_process_spawn(argv, NULL, NULL, YTOPS_PROCESS_STDIN | YTOPS_PROCESS_STDOUT, NULL);
    g_autofree char *text = NULL;

    g_assert_cmpint(write(ytops_process_get_stdin(process), "hello", 5), ==, 5);
    g_assert_false(ytops_process_has_ended(process, NULL));
    ytops_process_close_stdin(process);
    text = read_text(ytops_process_get_stdout(process), FALSE);
    g_assert_cmpstr(text, ==, "hello");
}

static void a_missing_program_is_named(void)
{
    const char *const argv[] = {"no-such-program-here", NULL};
    g_autoptr(GError) error = NULL;

    g_assert_null(ytops_process_spawn(argv, NULL, NULL, 0, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
    g_assert_nonnull(strstr(error->message, "no-such-program-here"));
}

static void the_exit_status_is_as_waitpid_gives_it(void)
{
    const char *const fails[] = {"sh", "-c", "exit 3", NULL};
    const char *const hangs[] = {"sleep", "1000", NULL};
    g_autoptr(YtopsProcess) failing = ytops_process_spawn(fails, NULL, NULL, 0, NULL);
    g_autoptr(YtopsProcess) hanging = ytops_process_spawn(hangs, NULL, NULL, 0, NULL);
    int status = 0;

    g_assert_true(ytops_process_wait(failing, PATIENCE_MS, &status));
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
    g_assert_false(ytops_process_wait(hanging, 1, &status));
    ytops_process_signal(hanging, SIGTERM);
    g_assert_true(ytops_process_wait(hanging, PATIENCE_MS, &status));
    g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static gboolean is_gone(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid);
    g_autofree char *stat = NULL;

    return !g_file_get_contents(path, &stat, NULL, NULL) || strstr(stat, ") Z ") != NULL;
}

static void wait_until_gone(pid_t pid)
{
    gint64 deadline = g_get_monotonic_time() + PATIENCE_MS * G_GINT64_CONSTANT(1000);

    while (!is_gone(pid)) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        g_usleep(1000);
    }
}

/* The child leaves a grandchild in its group and ends: freeing must reach the grandchild. */
static void freeing_ends_the_whole_group(void)
{
    const char *const argv[] = {"sh", "-c", "sleep 1000 >&- & echo $!", NULL};
    YtopsProcess *process = ytops_process_spawn(argv, NULL, NULL, YTOPS_PROCESS_STDOUT, NULL);
    g_autofree char *line = read_text(ytops_process_get_stdout(process), TRUE);
    pid_t grandchild = (pid_t)atoi(line);

    g_assert_cmpint(grandchild, >, 0);
    g_assert_true(ytops_process_wait(process, PATIENCE_MS, NULL));
    g_assert_false(is_gone(grandchild));
    ytops_process_free(process);
    wait_until_gone(grandchild);
}

/* A parent that is killed takes the child with it. */
static void the_child_dies_with_its_parent(void)
{
    int ends[2];
    pid_t parent, child = 0;

    g_assert_cmpint(pipe(ends), ==, 0);
    parent = fork();
    if (parent == 0) {
        const char *const argv[] = {"sleep", "1000", NULL};
        YtopsProcess *process = ytops_process_spawn(argv, NULL, NULL, 0, NULL);
        pid_t pid = ytops_process_get_pid(process);

        if (write(ends[1], &pid, sizeof pid) != sizeof pid)
            _exit(1);
        for (;;)
            pause();
    }
    g_assert_cmpint(read(ends[0], &child, sizeof child), ==, sizeof child);
    g_assert_false(is_gone(child));
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    wait_until_gone(child);
    close(ends[0]);
    close(ends[1]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/arguments", arguments_reach_the_program_as_they_are);
    g_test_add_func("/process/pipes", pipes_lead_both_ways);
    g_test_add_func("/process/missing", a_missing_program_is_named);
    g_test_add_func("/process/status", the_exit_status_is_as_waitpid_gives_it);
    g_test_add_func("/process/group", freeing_ends_the_whole_group);
    g_test_add_func("/process/parent", the_child_dies_with_its_parent);
    return g_test_run();
}
