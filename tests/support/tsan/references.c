#include <glib-object.h>
#include <sanitizer/tsan_interface.h>

#include "hooks.h"
#include "real.h"

/*
 * Counted references, of what threads share. Letting one go happens before the object's end, in
 * whichever thread the last one goes; between two that are not the last nothing is ordered, and taking
 * one orders nothing either.
 */
TSAN_STANDS_BEFORE(g_atomic_ref_count_dec);
TSAN_STANDS_BEFORE(g_atomic_rc_box_release_full);
TSAN_STANDS_BEFORE(g_bytes_unref);
TSAN_STANDS_BEFORE(g_ptr_array_unref);
TSAN_STANDS_BEFORE(g_object_unref);

gboolean(g_atomic_ref_count_dec)(gatomicrefcount *count)
{
    gboolean is_last;

    __tsan_release(count);
    is_last = TSAN_REAL(g_atomic_ref_count_dec)(count);
    if (is_last)
        __tsan_acquire(count);
    return is_last;
}

/* ---- boxes: their end begins with the user's function ------------------------------------ */

static __thread GDestroyNotify clear_box;

static void clear_last(gpointer box)
{
    __tsan_acquire(box);
    if (clear_box != NULL)
        clear_box(box);
}

void g_atomic_rc_box_release_full(gpointer box, GDestroyNotify clear)
{
    GDestroyNotify outer = clear_box;

    clear_box = clear;
    __tsan_release(box);
    TSAN_REAL(g_atomic_rc_box_release_full)(box, clear_last);
    clear_box = outer;
}

void g_atomic_rc_box_release(gpointer box)
{
    g_atomic_rc_box_release_full(box, NULL);
}

/* ---- others: that something is freed tells that it was the last reference ---------------- */

#define LETS_GO(type, name)                                                                        \
    void name(type object)                                                                         \
    {                                                                                              \
        gpointer outer;                                                                            \
                                                                                                   \
        if (object == NULL)                                                                        \
            return;                                                                                \
        __tsan_release(object);                                                                    \
        outer = tsan_acquire_on_free(object);                                                      \
        TSAN_REAL(name)(object);                                                                   \
        tsan_acquire_on_free(outer);                                                               \
    }

LETS_GO(GBytes *, g_bytes_unref)
LETS_GO(GPtrArray *, g_ptr_array_unref)
LETS_GO(gpointer, g_object_unref)
