/*
 * A child process with pipes: the one place that forks.
 *
 * The child leads a process group of its own and gets SIGTERM when the *thread* that spawned it
 * ends, however it ends (prctl PR_SET_PDEATHSIG), so spawn from a thread that lives as long as the
 * child should. No shell is involved: the arguments reach the program as they are.
 *
 * A YtopsProcess belongs to one thread. It does not touch SIGCHLD and reaps only its own pid.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

typedef struct YtopsProcess YtopsProcess;

typedef enum {
    YTOPS_PROCESS_STDIN = 1 << 0,  /* a pipe to write; otherwise /dev/null */
    YTOPS_PROCESS_STDOUT = 1 << 1, /* a pipe to read; otherwise /dev/null */
    YTOPS_PROCESS_STDERR = 1 << 2  /* a pipe to read; otherwise the parent's */
} YtopsProcessPipes;

/*
 * Starts argv[0] (searched in PATH where it has no slash). envp NULL: the parent's environment;
 * cwd NULL: the parent's. NULL and an INTERNAL error that names the program where it cannot start.
 */
YtopsProcess *ytops_process_spawn(const char *const *argv, const char *const *envp, const char *cwd,
                                  YtopsProcessPipes pipes, GError **error);

pid_t ytops_process_get_pid(const YtopsProcess *process);

/* The parent's ends of the pipes, non-blocking and close-on-exec; -1 where not asked for. */
int ytops_process_get_stdin(const YtopsProcess *process);
int ytops_process_get_stdout(const YtopsProcess *process);
int ytops_process_get_stderr(const YtopsProcess *process);

/* Closes the writing end, so that the child reads end-of-file. */
void ytops_process_close_stdin(YtopsProcess *process);

/* TRUE once it has ended; *status (may be NULL) is then as waitpid gives it. Does not wait. */
gboolean ytops_process_has_ended(YtopsProcess *process, int *status);

/* Waits up to timeout_ms for the end, by its pidfd; FALSE where it still runs. */
gboolean ytops_process_wait(YtopsProcess *process, int timeout_ms, int *status);

/* Sends the signal to the child's whole process group: also to what a child that ended left. */
void ytops_process_signal(YtopsProcess *process, int signal_number);

/* Kills what is left of the process group, reaps the child, closes the pipes. NULL is fine. */
void ytops_process_free(YtopsProcess *process);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsProcess, ytops_process_free)
