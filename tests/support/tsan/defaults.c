#include <glib.h>

/* Each of them says why it is no race of ours. */
extern const char tsan_suppressions[];
const char tsan_suppressions[] =
    /* G_DEFINE_QUARK remembers the number in a plain integer: whoever comes too early for it asks GLib,
       under GLib's lock, and writes the same number again. */
    "race_top:_quark\n";

/* Asked for by ThreadSanitizer when it starts; what TSAN_OPTIONS says goes before. */
const char *__tsan_default_options(void);
const char *__tsan_default_suppressions(void);

const char *__tsan_default_options(void)
{
    return "second_deadlock_stack=1";
}

const char *__tsan_default_suppressions(void)
{
    return tsan_suppressions;
}
