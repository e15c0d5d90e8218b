#include <glib.h>
#include <sanitizer/tsan_interface.h>

#include "real.h"

/*
 * GMutex and GCond, which GLib makes of futexes. Its other locks, GRecMutex and GRWLock, are pthread's:
 * ThreadSanitizer knows them.
 */
TSAN_STANDS_BEFORE(g_mutex_init);
TSAN_STANDS_BEFORE(g_mutex_clear);
TSAN_STANDS_BEFORE(g_mutex_lock);
TSAN_STANDS_BEFORE(g_mutex_trylock);
TSAN_STANDS_BEFORE(g_mutex_unlock);
TSAN_STANDS_BEFORE(g_cond_wait);
TSAN_STANDS_BEFORE(g_cond_wait_until);

void g_mutex_init(GMutex *mutex)
{
    TSAN_REAL(g_mutex_init)(mutex);
    __tsan_mutex_create(mutex, 0);
}

void g_mutex_clear(GMutex *mutex)
{
    __tsan_mutex_destroy(mutex, 0);
    TSAN_REAL(g_mutex_clear)(mutex);
}

void g_mutex_lock(GMutex *mutex)
{
    __tsan_mutex_pre_lock(mutex, 0);
    TSAN_REAL(g_mutex_lock)(mutex);
    __tsan_mutex_post_lock(mutex, 0, 0);
}

gboolean g_mutex_trylock(GMutex *mutex)
{
    gboolean locked;

    __tsan_mutex_pre_lock(mutex, __tsan_mutex_try_lock);
    locked = TSAN_REAL(g_mutex_trylock)(mutex);
    __tsan_mutex_post_lock(mutex,
                           __tsan_mutex_try_lock | (locked ? 0 : __tsan_mutex_try_lock_failed), 0);
    return locked;
}

void g_mutex_unlock(GMutex *mutex)
{
    __tsan_mutex_pre_unlock(mutex, 0);
    TSAN_REAL(g_mutex_unlock)(mutex);
    __tsan_mutex_post_unlock(mutex, 0);
}

/*
 * Waiting is unlocking and locking again. What a signal says goes through the mutex, too: a condition
 * orders nothing by itself, and is no excuse for looking at what it is about without the lock.
 */
static void before_wait(GMutex *mutex)
{
    __tsan_mutex_pre_unlock(mutex, 0);
    __tsan_mutex_post_unlock(mutex, 0);
}

static void after_wait(GMutex *mutex)
{
    __tsan_mutex_pre_lock(mutex, 0);
    __tsan_mutex_post_lock(mutex, 0, 0);
}

void g_cond_wait(GCond *cond, GMutex *mutex)
{
    before_wait(mutex);
    TSAN_REAL(g_cond_wait)(cond, mutex);
    after_wait(mutex);
}

gboolean g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end_time)
{
    gboolean signalled;

    before_wait(mutex);
    signalled = TSAN_REAL(g_cond_wait_until)(cond, mutex, end_time);
    after_wait(mutex);
    return signalled;
}
