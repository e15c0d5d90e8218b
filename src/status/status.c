#include "ytops/status.h"

#include "status_task.h"

/* From one look at Redis to the next while somebody watches. */
#define INTERVAL_US (G_USEC_PER_SEC / 2)

struct YtopsStatus {
    YtopsStatusSources sources;
    StatusState *state; /* the thread's */
    YtopsStatusListener listener;
    gpointer data;
    GThread *thread;

    GMutex mutex;
    GCond changed;
    GQueue tasks; /* of StatusTask */
    guint viewers;
    gboolean stopping;
};

static void publish(YtopsStatus *status)
{
    g_autoptr(GBytes) update = status_state_update(status->state);
    if (update != NULL)
        status->listener(update, status->data);
}

/*
 * Waits for something to do. Gives the tasks that came, at once where there are any or where it is
 * time to end, else when it is time to look again.
 */
static GQueue wait_for_work(YtopsStatus *status, gint64 next_look, gboolean *is_stopping)
{
    g_mutex_lock(&status->mutex);
    while (g_queue_is_empty(&status->tasks) && !status->stopping) {
        if (status->viewers == 0)
            g_cond_wait(&status->changed, &status->mutex);
        else if (!g_cond_wait_until(&status->changed, &status->mutex, next_look))
            break;
    }
    GQueue tasks = status->tasks;
    g_queue_init(&status->tasks);
    *is_stopping = status->stopping;
    g_mutex_unlock(&status->mutex);
    return tasks;
}

static void run_task(gpointer task, gpointer data)
{
    YtopsStatus *status = data;
    status_task_run(task, &status->sources, status->state);
}

static void finish_task(gpointer task, gpointer data)
{
    status_task_finish(task, ((YtopsStatus *)data)->state);
}

static void refuse_task(gpointer task, gpointer data G_GNUC_UNUSED)
{
    status_task_refuse(task);
}

/* Orders need to know the proxies, and are to be seen in what is told after them. */
static void work_on(YtopsStatus *status, GQueue *tasks)
{
    if (!status_state_is_fresh(status->state))
        status_state_refresh(status->state);
    g_queue_foreach(tasks, run_task, status);
    status_state_refresh(status->state);
    publish(status);
    g_queue_foreach(tasks, finish_task, status);
    g_queue_clear(tasks);
}

static gpointer run(gpointer data)
{
    YtopsStatus *status = data;
    gint64 next_look = g_get_monotonic_time();
    for (;;) {
        gboolean is_stopping;
        GQueue tasks = wait_for_work(status, next_look, &is_stopping);
        if (is_stopping) {
            g_queue_foreach(&tasks, refuse_task, NULL);
            g_queue_clear(&tasks);
            return NULL;
        }
        if (!g_queue_is_empty(&tasks)) {
            work_on(status, &tasks);
            continue;
        }
        status_state_refresh(status->state);
        publish(status);
        next_look = g_get_monotonic_time() + INTERVAL_US;
    }
}

YtopsStatus *ytops_status_new(const YtopsStatusSources *sources, YtopsStatusListener listener,
                              gpointer data)
{
    YtopsStatus *status = g_new0(YtopsStatus, 1);
    status->sources = *sources;
    status->state = status_state_new(sources);
    status->listener = listener;
    status->data = data;
    g_mutex_init(&status->mutex);
    g_cond_init(&status->changed);
    g_queue_init(&status->tasks);
    status->thread = g_thread_new("status", run, status);
    return status;
}

void ytops_status_free(YtopsStatus *status)
{
    if (status == NULL)
        return;
    g_mutex_lock(&status->mutex);
    status->stopping = TRUE;
    g_cond_signal(&status->changed);
    g_mutex_unlock(&status->mutex);
    g_thread_join(status->thread);
    status_state_free(status->state);
    g_mutex_clear(&status->mutex);
    g_cond_clear(&status->changed);
    g_free(status);
}

void ytops_status_set_viewers(YtopsStatus *status, guint viewers)
{
    g_mutex_lock(&status->mutex);
    status->viewers = viewers;
    g_cond_signal(&status->changed);
    g_mutex_unlock(&status->mutex);
}

static void add_task(YtopsStatus *status, StatusTask *task)
{
    g_mutex_lock(&status->mutex);
    g_queue_push_tail(&status->tasks, task);
    g_cond_signal(&status->changed);
    g_mutex_unlock(&status->mutex);
}

void ytops_status_ask(YtopsStatus *status, YtopsStatusAnswer answer, gpointer data)
{
    add_task(status, status_task_new_ask(answer, data));
}

void ytops_status_order(YtopsStatus *status, const YtopsStatusOrder *order, YtopsStatusDone done,
                        gpointer data)
{
    add_task(status, status_task_new_order(order, done, data));
}
