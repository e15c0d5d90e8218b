#include <glib.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "real.h"

/*
 * libuv closes descriptors by the bare system call, which ThreadSanitizer does not see: the next one
 * of the same number would be taken for it, and used by several threads.
 */
TSAN_STANDS_BEFORE(syscall);

long syscall(long number, ...)
{
    long word[6];
    va_list words;

    va_start(words, number);
    for (guint i = 0; i < G_N_ELEMENTS(word); i++)
        word[i] = va_arg(words, long);
    va_end(words);
    if (number == SYS_close)
        return close((int)word[0]);
    return TSAN_REAL(syscall)(number, word[0], word[1], word[2], word[3], word[4], word[5]);
}
