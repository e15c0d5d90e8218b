#include "ytops/wake_fd.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "ytops/error.h"

int ytops_wake_fd_new(GError **error)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    if (fd < 0)
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                    "cannot open an event descriptor: %s; raise the limit of open files "
                    "(ulimit -n)",
                    g_strerror(errno));
    return fd;
}

void ytops_wake_fd_raise(int fd)
{
    guint64 one = 1;

    while (write(fd, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}
