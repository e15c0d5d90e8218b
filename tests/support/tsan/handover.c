#include <glib.h>
#include <pthread.h>
#include <sanitizer/tsan_interface.h>

#include "hooks.h"
#include "real.h"

/* What hands data from one thread to another: queues, what is made once, and texts that are kept. */
TSAN_STANDS_BEFORE(g_async_queue_push);
TSAN_STANDS_BEFORE(g_async_queue_pop);
TSAN_STANDS_BEFORE(g_async_queue_try_pop);
TSAN_STANDS_BEFORE(g_async_queue_timeout_pop);
TSAN_STANDS_BEFORE(g_once_init_enter);
TSAN_STANDS_BEFORE(g_once_init_leave);
TSAN_STANDS_BEFORE(g_strerror);

/* ---- queues ------------------------------------------------------------------------------ */

/* Inside, GLib makes the link that the other side's GLib frees. */
void g_async_queue_push(GAsyncQueue *queue, gpointer data)
{
    gpointer outer = tsan_release_on_malloc(queue);

    __tsan_release(queue);
    TSAN_REAL(g_async_queue_push)(queue, data);
    tsan_release_on_malloc(outer);
}

/* A queue that had nothing to say orders nothing. */
#define POP(queue, call)                                                                           \
    do {                                                                                           \
        gpointer outer = tsan_acquire_on_free(queue);                                              \
        gpointer data = (call);                                                                    \
                                                                                                   \
        tsan_acquire_on_free(outer);                                                               \
        if (data != NULL)                                                                          \
            __tsan_acquire(queue);                                                                 \
        return data;                                                                               \
    } while (0)

gpointer g_async_queue_pop(GAsyncQueue *queue)
{
    POP(queue, TSAN_REAL(g_async_queue_pop)(queue));
}

gpointer g_async_queue_try_pop(GAsyncQueue *queue)
{
    POP(queue, TSAN_REAL(g_async_queue_try_pop)(queue));
}

gpointer g_async_queue_timeout_pop(GAsyncQueue *queue, guint64 timeout)
{
    POP(queue, TSAN_REAL(g_async_queue_timeout_pop)(queue, timeout));
}

/* ---- once -------------------------------------------------------------------------------- */

/* The macro of this name has looked already, and asks where it saw nothing. */
gboolean(g_once_init_enter)(volatile void *location)
{
    gboolean is_first = TSAN_REAL(g_once_init_enter)(location);

    if (!is_first)
        __tsan_acquire((void *)location);
    return is_first;
}

void(g_once_init_leave)(volatile void *location, gsize result)
{
    __tsan_release((void *)location);
    TSAN_REAL(g_once_init_leave)(location, result);
}

/* ---- texts ------------------------------------------------------------------------------- */

/* GLib makes each text once, under a lock of its own: here is that lock once more, to be seen. */
const char *g_strerror(gint number)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    const char *text;

    pthread_mutex_lock(&lock);
    text = TSAN_REAL(g_strerror)(number);
    pthread_mutex_unlock(&lock);
    return text;
}
