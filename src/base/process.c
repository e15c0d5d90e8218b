#include "ytops/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib-unix.h>

#include "ytops/error.h"

struct YtopsProcess {
    pid_t pid;
    int pidfd;
    int stdin_fd, stdout_fd, stderr_fd;
};

/* What the child needs between fork and exec, where only async-signal-safe calls may be made. */
typedef struct {
    pid_t parent;
} ChildSetup;

static void child_setup(gpointer data)
{
    const ChildSetup *setup = data;
    sigset_t none;

    setpgid(0, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != setup->parent)
        _exit(127);
}

static GSpawnFlags spawn_flags(YtopsProcessPipes pipes)
{
    GSpawnFlags flags = G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH | G_SPAWN_CLOEXEC_PIPES;

    if (!(pipes & YTOPS_PROCESS_STDOUT))
        flags |= G_SPAWN_STDOUT_TO_DEV_NULL;
    return flags;
}

static void set_nonblocking(int fd)
{
    if (fd >= 0)
        g_unix_set_fd_nonblocking(fd, TRUE, NULL);
}

static YtopsProcess *process_new(void)
{
    YtopsProcess *process = g_new0(YtopsProcess, 1);

    process->pidfd = process->stdin_fd = process->stdout_fd = process->stderr_fd = -1;
    return process;
}

YtopsProcess *ytops_process_spawn(const char *const *argv, const char *const *envp, const char *cwd,
                                  YtopsProcessPipes pipes, GError **error)
{
    YtopsProcess *process = process_new();
    ChildSetup setup = {getpid()};
    g_autoptr(GError) cause = NULL;

    if (!g_spawn_async_with_pipes(
            cwd, (char **)argv, (char **)envp, spawn_flags(pipes), child_setup, &setup,
            &process->pid, pipes & YTOPS_PROCESS_STDIN ? &process->stdin_fd : NULL,
            pipes & YTOPS_PROCESS_STDOUT ? &process->stdout_fd : NULL,
            pipes & YTOPS_PROCESS_STDERR ? &process->stderr_fd : NULL, &cause)) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                    "cannot start the program '%s': %s; check that it is installed and executable",
                    argv[0], cause->message);
        g_free(process);
        return NULL;
    }
    process->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    set_nonblocking(process->stdin_fd);
    set_nonblocking(process->stdout_fd);
    set_nonblocking(process->stderr_fd);
    return process;
}

pid_t ytops_process_get_pid(const YtopsProcess *process)
{
    return process->pid;
}

int ytops_process_get_stdin(const YtopsProcess *process)
{
    return process->stdin_fd;
}

int ytops_process_get_stdout(const YtopsProcess *process)
{
    return process->stdout_fd;
}

int ytops_process_get_stderr(const YtopsProcess *process)
{
    return process->stderr_fd;
}

void ytops_process_close_stdin(YtopsProcess *process)
{
    if (process->stdin_fd >= 0)
        close(process->stdin_fd);
    process->stdin_fd = -1;
}

/*
 * Looks without reaping: until ytops_process_free the zombie keeps its pid, and with it the process
 * group's number, from being given to anybody else, so that a signal to the group is always safe.
 */
gboolean ytops_process_has_ended(YtopsProcess *process, int *status)
{
    siginfo_t info = {0};

    if (waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
        info.si_pid == 0)
        return FALSE;
    if (status != NULL)
        *status = info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
    return TRUE;
}

gboolean ytops_process_wait(YtopsProcess *process, int timeout_ms, int *status)
{
    gint64 deadline = g_get_monotonic_time() + (gint64)timeout_ms * 1000;

    while (!ytops_process_has_ended(process, status)) {
        gint64 left_us = deadline - g_get_monotonic_time();
        struct pollfd end = {.fd = process->pidfd, .events = POLLIN};

        if (left_us <= 0)
            return FALSE;
        poll(&end, 1, (int)((left_us + 999) / 1000));
    }
    return TRUE;
}

void ytops_process_signal(YtopsProcess *process, int signal_number)
{
    kill(-process->pid, signal_number);
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void ytops_process_free(YtopsProcess *process)
{
    if (process == NULL)
        return;
    ytops_process_signal(process, SIGKILL);
    while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    close_fd(&process->pidfd);
    close_fd(&process->stdin_fd);
    close_fd(&process->stdout_fd);
    close_fd(&process->stderr_fd);
    g_free(process);
}
