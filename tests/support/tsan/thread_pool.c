#include <glib.h>

/*
 * GThreadPool keeps its books inside of GLib, in threads of its own, where nothing of them can be
 * announced. This is the same with locks that ThreadSanitizer sees, as far as it is used here: exclusive
 * pools, ended by waiting for them.
 */
typedef struct {
    GThreadPool pool; /* what others see */
    GMutex lock;      /* guards what follows */
    GCond filled;
    GQueue waiting;
    gboolean ending;
    GPtrArray *threads; /* of the pool's owner */
} Pool;

static gpointer run(gpointer data)
{
    Pool *self = data;

    g_mutex_lock(&self->lock);
    for (;;) {
        gpointer work;

        while (g_queue_is_empty(&self->waiting) && !self->ending)
            g_cond_wait(&self->filled, &self->lock);
        if (g_queue_is_empty(&self->waiting))
            break;
        work = g_queue_pop_head(&self->waiting);
        g_mutex_unlock(&self->lock);
        self->pool.func(work, self->pool.user_data);
        g_mutex_lock(&self->lock);
    }
    g_mutex_unlock(&self->lock);
    return NULL;
}

GThreadPool *g_thread_pool_new(GFunc func, gpointer user_data, gint max_threads, gboolean exclusive,
                               GError **error)
{
    Pool *self = g_new0(Pool, 1);

    g_assert(exclusive && max_threads > 0);
    self->pool = (GThreadPool){.func = func, .user_data = user_data, .exclusive = TRUE};
    g_mutex_init(&self->lock);
    g_cond_init(&self->filled);
    g_queue_init(&self->waiting);
    self->threads = g_ptr_array_new();
    for (gint i = 0; i < max_threads; i++) {
        GThread *thread = g_thread_try_new("pool", run, self, error);

        if (thread == NULL) {
            g_thread_pool_free(&self->pool, TRUE, TRUE);
            return NULL;
        }
        g_ptr_array_add(self->threads, thread);
    }
    return &self->pool;
}

gboolean g_thread_pool_push(GThreadPool *pool, gpointer data, GError **error G_GNUC_UNUSED)
{
    Pool *self = (Pool *)pool;

    g_mutex_lock(&self->lock);
    g_queue_push_tail(&self->waiting, data);
    g_cond_signal(&self->filled);
    g_mutex_unlock(&self->lock);
    return TRUE;
}

guint g_thread_pool_unprocessed(GThreadPool *pool)
{
    Pool *self = (Pool *)pool;
    guint n;

    g_mutex_lock(&self->lock);
    n = g_queue_get_length(&self->waiting);
    g_mutex_unlock(&self->lock);
    return n;
}

void g_thread_pool_free(GThreadPool *pool, gboolean immediate, gboolean wait)
{
    Pool *self = (Pool *)pool;

    g_assert(wait);
    g_mutex_lock(&self->lock);
    self->ending = TRUE;
    if (immediate)
        g_queue_clear(&self->waiting);
    g_cond_broadcast(&self->filled);
    g_mutex_unlock(&self->lock);
    for (guint i = 0; i < self->threads->len; i++)
        g_thread_join(g_ptr_array_index(self->threads, i));
    g_ptr_array_unref(self->threads);
    g_cond_clear(&self->filled);
    g_mutex_clear(&self->lock);
    g_free(self);
}
