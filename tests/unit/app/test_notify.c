#include "app/notify.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A manager's socket of that name, '@' for the abstract space; gives its descriptor. */
static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    gsize length = strlen(path);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    memcpy(address.sun_path, path, length);
    if (*path == '@')
        address.sun_path[0] = '\0';
    g_assert_cmpint(bind(fd, (struct sockaddr *)&address,
                         (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)),
                    ==, 0);
    return fd;
}

static void assert_heard(int fd, const char *wanted)
{
    char heard[256] = {0};

    g_assert_cmpint(recv(fd, heard, sizeof heard - 1, MSG_DONTWAIT), >, 0);
    g_assert_cmpstr(heard, ==, wanted);
}

static void talk_to(const char *path)
{
    int fd = listen_at(path);
    g_autoptr(Notify) notify = NULL;

    g_setenv("NOTIFY_SOCKET", path, TRUE);
    notify = notify_new();
    g_assert_null(g_getenv("NOTIFY_SOCKET"));
    notify_send(notify, "READY=1\nSTATUS=serving");
    assert_heard(fd, "READY=1\nSTATUS=serving");
    notify_send(notify, "STOPPING=1");
    assert_heard(fd, "STOPPING=1");
    close(fd);
    notify_send(notify, "to nobody");
}

static void a_manager_hears_what_is_sent(void)
{
    g_autofree char *folder = g_dir_make_tmp("ytops-notify-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "socket", NULL);
    g_autofree char *name = g_strdup_printf("@ytops-test-%d", (int)getpid());

    talk_to(path);
    talk_to(name);
    unlink(path);
    rmdir(folder);
}

static void without_a_manager_nothing_happens(void)
{
    g_autofree char *too_long = g_strnfill(200, 'x');
    const char *const values[] = {NULL, "", "relative", too_long, "/no/such/socket"};

    *too_long = '/';
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autoptr(Notify) notify = NULL;

        if (values[i] != NULL)
            g_setenv("NOTIFY_SOCKET", values[i], TRUE);
        notify = notify_new();
        notify_send(notify, "READY=1");
        g_assert_cmpint(notify_get_watchdog_us(notify), ==, 0);
    }
}

static gint64 watchdog_of(const char *microseconds, const char *pid)
{
    g_autoptr(Notify) notify = NULL;

    g_setenv("NOTIFY_SOCKET", "/no/such/socket", TRUE);
    g_setenv("WATCHDOG_USEC", microseconds, TRUE);
    if (pid != NULL)
        g_setenv("WATCHDOG_PID", pid, TRUE);
    notify = notify_new();
    g_assert_null(g_getenv("WATCHDOG_USEC"));
    g_assert_null(g_getenv("WATCHDOG_PID"));
    return notify_get_watchdog_us(notify);
}

static void the_watchdog_is_for_this_process(void)
{
    g_autofree char *own = g_strdup_printf("%d", (int)getpid());

    g_assert_cmpint(watchdog_of("20000000", NULL), ==, 20000000);
    g_assert_cmpint(watchdog_of("20000000", own), ==, 20000000);
    g_assert_cmpint(watchdog_of("20000000", "1"), ==, 0);
    g_assert_cmpint(watchdog_of("-5", NULL), ==, 0);
    g_assert_cmpint(watchdog_of("soon", NULL), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/notify/heard", a_manager_hears_what_is_sent);
    g_test_add_func("/notify/nobody", without_a_manager_nothing_happens);
    g_test_add_func("/notify/watchdog", the_watchdog_is_for_this_process);
    return g_test_run();
}
