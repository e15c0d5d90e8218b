#include "signals.h"

#include <signal.h>
#include <time.h>

static sigset_t steering_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    return set;
}

void signals_block(void)
{
    sigset_t set = steering_signals();

    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    /* Where it was inherited as ignored, the kernel would reap the children unseen. */
    signal(SIGCHLD, SIG_DFL);
}

SignalsEvent signals_wait(gint64 timeout_ms)
{
    sigset_t set = steering_signals();
    struct timespec timeout = {.tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000};

    switch (sigtimedwait(&set, NULL, &timeout)) {
    case SIGTERM:
    case SIGINT:
        return SIGNALS_STOP;
    case SIGHUP:
        return SIGNALS_RELOAD;
    default:
        return SIGNALS_NONE;
    }
}
