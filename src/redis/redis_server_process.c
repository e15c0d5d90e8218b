#include "redis_server_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "redis_output.h"
#include "ytops/error.h"
#include "ytops/process.h"

/* What flock(1) exits with where the lock cannot be had in time. */
#define EXIT_LOCKED 75
#define EXIT_LOCKED_TEXT "75"

struct RedisServerProcess {
    const RedisDirectory *directory;
    YtopsProcess *process;
    int pidfd; /* readable once the server has ended */
    RedisOutput *output;
    gboolean stdout_open, stderr_open;
};

/*
 * flock(1) takes the lock and becomes redis-server, which thus holds the lock to its own very end,
 * even when this process is killed and a new one starts while the old server is still writing.
 */
RedisServerProcess *redis_server_process_start(const RedisDirectory *directory, const char *program,
                                               guint lock_wait_s, GError **error)
{
    g_autofree char *wait = g_strdup_printf("%u", lock_wait_s);
    const char *const argv[] = {"flock",
                                "--no-fork",
                                "--wait",
                                wait,
                                "--conflict-exit-code",
                                EXIT_LOCKED_TEXT,
                                REDIS_DIRECTORY_LOCK,
                                program,
                                REDIS_DIRECTORY_CONFIG,
                                NULL};
    /* Not the parent's environment, in which there may be secrets. */
    const char *const envp[] = {"LC_ALL=C", NULL};
    RedisServerProcess *server;
    YtopsProcess *process = ytops_process_spawn(argv, envp, redis_directory_get_path(directory),
                                                YTOPS_PROCESS_STDOUT | YTOPS_PROCESS_STDERR, error);

    if (process == NULL)
        return NULL;
    server = g_new0(RedisServerProcess, 1);
    server->directory = directory;
    server->process = process;
    server->pidfd = pidfd_open(ytops_process_get_pid(process), 0);
    server->output = redis_output_new();
    server->stdout_open = server->stderr_open = TRUE;
    return server;
}

int redis_server_process_get_pid(const RedisServerProcess *server)
{
    return (int)ytops_process_get_pid(server->process);
}

static void read_output(RedisServerProcess *server)
{
    if (server->stdout_open)
        server->stdout_open =
            redis_output_read(server->output, ytops_process_get_stdout(server->process));
    if (server->stderr_open)
        server->stderr_open =
            redis_output_read(server->output, ytops_process_get_stderr(server->process));
}

/* A pipe that has ended is no longer waited for: it would be ready for ever. */
static void wait_for_event(RedisServerProcess *server, struct pollfd *wake, int timeout_ms)
{
    struct pollfd fds[] = {
        *wake,
        {.fd = server->pidfd, .events = POLLIN},
        {.fd = server->stdout_open ? ytops_process_get_stdout(server->process) : -1,
         .events = POLLIN},
        {.fd = server->stderr_open ? ytops_process_get_stderr(server->process) : -1,
         .events = POLLIN},
    };

    if (poll(fds, G_N_ELEMENTS(fds), timeout_ms) > 0)
        *wake = fds[0];
}

gboolean redis_server_process_watch(RedisServerProcess *server, int wake_fd, int timeout_ms)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
    gint64 left_us = (gint64)timeout_ms * 1000;
    struct pollfd wake = {.fd = wake_fd, .events = POLLIN};
    gboolean ended = FALSE;

    while (left_us > 0 && !ended && wake.revents == 0) {
        wait_for_event(server, &wake, (int)((left_us + 999) / 1000));
        ended = ytops_process_has_ended(server->process, NULL);
        read_output(server);
        left_us = deadline_us - g_get_monotonic_time();
    }
    return ended;
}

void redis_server_process_terminate(RedisServerProcess *server)
{
    ytops_process_signal(server->process, SIGTERM);
}

static char *describe_status(int status)
{
    return WIFSIGNALED(status) ? g_strdup_printf("signal %d", WTERMSIG(status))
                               : g_strdup_printf("exit status %d", WEXITSTATUS(status));
}

void redis_server_process_explain_end(RedisServerProcess *server, GError **error)
{
    const char *path = redis_directory_get_path(server->directory);
    g_autofree char *ending = NULL;
    g_autofree char *tail = redis_output_get_tail(server->output);
    int status = 0;

    ytops_process_has_ended(server->process, &status);
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_LOCKED) {
        g_set_error(
            error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
            "the redis-server of an earlier run (pid %d) still has the data directory '%s'; "
            "end that process or give another --data-dir",
            redis_directory_read_server_pid(server->directory), path);
        return;
    }
    ending = describe_status(status);
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                "the embedded redis-server in '%s' ended with %s; it printed: %s", path, ending,
                tail);
}

void redis_server_process_free(RedisServerProcess *server)
{
    if (server == NULL)
        return;
    ytops_process_free(server->process);
    close(server->pidfd);
    redis_output_free(server->output);
    g_free(server);
}
