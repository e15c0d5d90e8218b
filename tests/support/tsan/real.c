#include "real.h"

#include <dlfcn.h>
#include <string.h>

/* The linker's names for the ends of the section that all entries are in, if a program has any. */
extern const TsanReal __start_tsan_real[] __attribute__((weak));
extern const TsanReal __stop_tsan_real[] __attribute__((weak));

/* What is not found is of a library that this program does without, and never called. */
static void find_real_functions(void)
{
    for (const TsanReal *real = __start_tsan_real; real < __stop_tsan_real; real++) {
        void *function = dlsym(RTLD_NEXT, real->name);

        memcpy(real->function, &function, sizeof function);
    }
}

/*
 * GLib's own allocator hands memory from thread to thread without a word to malloc, so that
 * ThreadSanitizer would take the former object's accesses for the new one's. (Later versions of GLib
 * have no such allocator, which is why this setting is deprecated.)
 */
G_GNUC_BEGIN_IGNORE_DEPRECATIONS
static void leave_memory_to_malloc(void)
{
    g_slice_set_config(G_SLICE_CONFIG_ALWAYS_MALLOC, TRUE);
}
G_GNUC_END_IGNORE_DEPRECATIONS

static void prepare(void)
{
    find_real_functions();
    leave_memory_to_malloc();
}

/* Before any library's constructor, because GLib's already allocates. */
extern void (*const tsan_prepare_early)(void);
void (*const tsan_prepare_early)(void) __attribute__((section(".preinit_array"))) = prepare;
