#include "token_wait.h"

#include <poll.h>
#include <unistd.h>

#include "ytops/error.h"
#include "ytops/wake_fd.h"

enum { TICK_MS = 500 };

/* Held by the lane and by the service's callback; whoever is last frees it. */
typedef struct {
    gint references; /* atomic */
    int done_fd;     /* readable once the answer is there: it wakes, and orders nothing */
    gint is_there;   /* atomic: what follows is the lane's now, and before the callback's */
    YtopsTokenResult *result;
    GError *error;
} Answer;

static void answer_unref(Answer *answer)
{
    if (!g_atomic_int_dec_and_test(&answer->references))
        return;
    close(answer->done_fd);
    g_clear_pointer(&answer->result, ytops_token_result_unref);
    g_clear_error(&answer->error);
    g_free(answer);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answer, answer_unref)

/* On any thread. */
static void on_done(YtopsTokenResult *result, const GError *error, gpointer data)
{
    g_autoptr(Answer) answer = data;

    answer->result = result != NULL ? ytops_token_result_ref(result) : NULL;
    answer->error = error != NULL ? g_error_copy(error) : NULL;
    g_atomic_int_set(&answer->is_there, TRUE);
    ytops_wake_fd_raise(answer->done_fd);
}

static Answer *answer_new(GError **error)
{
    int fd = ytops_wake_fd_new(error);
    Answer *answer;

    if (fd < 0)
        return NULL;
    answer = g_new0(Answer, 1);
    answer->references = 2;
    answer->done_fd = fd;
    return answer;
}

/* FALSE and an error where the lane gives up first. */
static gboolean await_answer(Answer *answer, int cancel_fd, ToolTick tick, gpointer data,
                             GError **error)
{
    for (;;) {
        struct pollfd done = {.fd = answer->done_fd, .events = POLLIN};
        YtopsJobLimits step;

        ytops_job_limits_init(&step, G_MAXINT, cancel_fd);
        if (ytops_job_limits_poll(&step, &done, 1, TICK_MS) == YTOPS_JOB_WAIT_CANCELLED) {
            ytops_job_limits_set_error(YTOPS_JOB_WAIT_CANCELLED, "its token", error);
            return FALSE;
        }
        if (g_atomic_int_get(&answer->is_there))
            return TRUE;
        if (!tick(data, error))
            return FALSE;
    }
}

YtopsTokenResult *token_wait(YtopsTokenService *service, YtopsTokenAsk *ask, int cancel_fd,
                             ToolTick tick, gpointer data, GError **error)
{
    g_autoptr(Answer) answer = answer_new(error);

    if (answer == NULL) {
        ytops_token_ask_free(ask);
        return NULL;
    }
    ytops_token_service_submit(service, ask, on_done, answer);
    if (!await_answer(answer, cancel_fd, tick, data, error))
        return NULL;
    if (answer->result == NULL)
        g_propagate_error(error, g_steal_pointer(&answer->error));
    return g_steal_pointer(&answer->result);
}
