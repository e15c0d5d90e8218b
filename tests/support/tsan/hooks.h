#pragma once

#include <glib.h>

/*
 * What happens inside of one call of GLib, told from its malloc and free: where GLib makes something
 * for another thread, and where it ends what another one made. Each sets this thread's object, or none
 * with NULL, and returns the one before, which is to be set again after the call.
 */

/* From now on each malloc is followed by __tsan_release(object). */
gpointer tsan_release_on_malloc(gpointer object);

/* From now on each free is preceded by __tsan_acquire(object). */
gpointer tsan_acquire_on_free(gpointer object);
