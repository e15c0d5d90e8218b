#pragma once

#include <glib.h>

/*
 * A function of GLib that this library stands in front of: it is defined here once more for the whole
 * program, tells ThreadSanitizer what it means, and calls GLib's own. Calls inside GLib do not come by:
 * it is linked so that it calls itself directly.
 *
 * TSAN_STANDS_BEFORE(f) at file scope makes TSAN_REAL(f) callable, from before any constructor on.
 */
typedef struct {
    const char *name;
    void (**function)(void);
} TsanReal;

#define TSAN_STANDS_BEFORE(name)                                                                   \
    static void (*real_##name)(void);                                                              \
    static const TsanReal entry_##name                                                             \
        __attribute__((used, section("tsan_real"))) = {#name, &real_##name};                       \
    G_STATIC_ASSERT(TRUE)

#define TSAN_REAL(name) ((__typeof__(name) *)real_##name)
