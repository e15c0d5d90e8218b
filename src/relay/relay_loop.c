#include "ytops/relay_loop.h"

#include <signal.h>

struct YtopsRelayLoop {
    uv_loop_t uv;
    uv_async_t wake;
    GThread *thread;
    GMutex lock; /* guards what follows */
    GCond done;  /* a call has returned */
    GQueue jobs;
    gboolean stopping;
};

typedef struct {
    YtopsRelayLoopFunc func;
    gpointer data;
    gboolean *done; /* of a call, guarded by the loop's lock; NULL: nobody waits */
} Job;

static void run_job(YtopsRelayLoop *loop, Job *job)
{
    job->func(job->data);
    if (job->done != NULL) {
        g_mutex_lock(&loop->lock);
        *job->done = TRUE;
        g_cond_broadcast(&loop->done);
        g_mutex_unlock(&loop->lock);
    }
    g_free(job);
}

/* TRUE where nothing was left and nothing will come. */
static gboolean run_jobs(YtopsRelayLoop *loop)
{
    gboolean stopping;
    GQueue jobs;

    g_mutex_lock(&loop->lock);
    /* Only those that are there now: a job that invokes another one must not hold up the sockets. */
    jobs = loop->jobs;
    g_queue_init(&loop->jobs);
    stopping = loop->stopping;
    g_mutex_unlock(&loop->lock);
    if (g_queue_is_empty(&jobs))
        return stopping;
    for (Job *job; (job = g_queue_pop_head(&jobs)) != NULL;)
        run_job(loop, job);
    uv_async_send(&loop->wake);
    return FALSE;
}

static void on_wake(uv_async_t *wake)
{
    /* From now on the loop ends with the last handle of others, whose close callbacks can invoke. */
    if (run_jobs(wake->data))
        uv_unref((uv_handle_t *)wake);
}

static gpointer run_thread(gpointer data)
{
    YtopsRelayLoop *loop = data;
    sigset_t every_signal;

    /* Signals are the main thread's. */
    sigfillset(&every_signal);
    pthread_sigmask(SIG_BLOCK, &every_signal, NULL);
    do
        uv_run(&loop->uv, UV_RUN_DEFAULT);
    while (!run_jobs(loop));
    uv_close((uv_handle_t *)&loop->wake, NULL);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    return NULL;
}

YtopsRelayLoop *ytops_relay_loop_new(void)
{
    YtopsRelayLoop *loop = g_new0(YtopsRelayLoop, 1);

    uv_loop_init(&loop->uv);
    uv_async_init(&loop->uv, &loop->wake, on_wake);
    loop->wake.data = loop;
    g_mutex_init(&loop->lock);
    g_cond_init(&loop->done);
    g_queue_init(&loop->jobs);
    loop->thread = g_thread_new("relay-loop", run_thread, loop);
    return loop;
}

uv_loop_t *ytops_relay_loop_get_uv(YtopsRelayLoop *loop)
{
    return &loop->uv;
}

/* With the lock held. */
static void push_job(YtopsRelayLoop *loop, YtopsRelayLoopFunc func, gpointer data, gboolean *done)
{
    Job *job = g_new0(Job, 1);

    *job = (Job){.func = func, .data = data, .done = done};
    g_queue_push_tail(&loop->jobs, job);
    uv_async_send(&loop->wake);
}

void ytops_relay_loop_invoke(YtopsRelayLoop *loop, YtopsRelayLoopFunc func, gpointer data)
{
    g_mutex_lock(&loop->lock);
    push_job(loop, func, data, NULL);
    g_mutex_unlock(&loop->lock);
}

void ytops_relay_loop_call(YtopsRelayLoop *loop, YtopsRelayLoopFunc func, gpointer data)
{
    gboolean done = FALSE;

    g_assert(g_thread_self() != loop->thread);
    g_mutex_lock(&loop->lock);
    push_job(loop, func, data, &done);
    while (!done)
        g_cond_wait(&loop->done, &loop->lock);
    g_mutex_unlock(&loop->lock);
}

void ytops_relay_loop_stop(YtopsRelayLoop *loop)
{
    if (loop == NULL)
        return;
    g_assert(g_thread_self() != loop->thread);
    g_mutex_lock(&loop->lock);
    loop->stopping = TRUE;
    uv_async_send(&loop->wake);
    g_mutex_unlock(&loop->lock);
    g_thread_join(loop->thread);
    uv_loop_close(&loop->uv);
    g_mutex_clear(&loop->lock);
    g_cond_clear(&loop->done);
    g_free(loop);
}
