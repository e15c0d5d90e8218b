#include "hooks.h"

#include <sanitizer/tsan_interface.h>

/* Of libtsan, which comes without the header that declares it. */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *));

static __thread gpointer made_for, ended_of;

static void on_malloc(const volatile void *memory G_GNUC_UNUSED, size_t size G_GNUC_UNUSED)
{
    if (made_for != NULL)
        __tsan_release(made_for);
}

static void on_free(const volatile void *memory G_GNUC_UNUSED)
{
    if (ended_of != NULL)
        __tsan_acquire(ended_of);
}

static void __attribute__((constructor)) install(void)
{
    __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
}

gpointer tsan_release_on_malloc(gpointer object)
{
    gpointer outer = made_for;

    made_for = object;
    return outer;
}

gpointer tsan_acquire_on_free(gpointer object)
{
    gpointer outer = ended_of;

    ended_of = object;
    return outer;
}
