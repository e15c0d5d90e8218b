#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ytops/error.h"
#include "ytops/wake_fd.h"

static gboolean is_readable(int fd)
{
    struct pollfd waiting = {.fd = fd, .events = POLLIN};

    return poll(&waiting, 1, 0) == 1;
}

static void it_is_readable_once_it_is_raised(void)
{
    int fd = ytops_wake_fd_new(NULL);

    g_assert_false(is_readable(fd));
    ytops_wake_fd_raise(fd);
    g_assert_true(is_readable(fd));
    ytops_wake_fd_raise(fd);
    g_assert_true(is_readable(fd));
    close(fd);
}

static void no_descriptor_is_left(void)
{
    g_autoptr(GError) error = NULL;
    struct rlimit before, none;

    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &before), ==, 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &none), ==, 0);
    g_assert_cmpint(ytops_wake_fd_new(&error), ==, -1);
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &before), ==, 0);
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
    g_assert_nonnull(g_strstr_len(error->message, -1, "ulimit -n"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wake-fd/raised", it_is_readable_once_it_is_raised);
    g_test_add_func("/wake-fd/none-left", no_descriptor_is_left);
    return g_test_run();
}
