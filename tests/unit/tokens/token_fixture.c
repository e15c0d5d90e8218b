#include "token_fixture.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib/gstdio.h>

char *test_folder_new(void)
{
    GError *error = NULL;
    char *folder = g_dir_make_tmp("ytops-tokens-XXXXXX", &error);

    g_assert_no_error(error);
    return folder;
}

static void remove_all(const char *path)
{
    g_autoptr(GDir) dir =
        g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        remove_all(child);
    }
    g_remove(path);
}

void test_folder_free(char *folder)
{
    remove_all(folder);
    g_free(folder);
}

char *test_folder_write(const char *folder, const char *name, const char *text)
{
    char *path = g_build_filename(folder, name, NULL);
    GError *error = NULL;

    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
    return path;
}

char *test_folder_read(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

gboolean test_folder_has(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static int bind_loopback(guint16 *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_assert_cmpint(bind(fd, (struct sockaddr *)&address, length), ==, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &length), ==, 0);
    *port = ntohs(address.sin_port);
    return fd;
}

guint16 test_free_port(void)
{
    guint16 port;

    close(bind_loopback(&port));
    return port;
}

int test_silent_server(guint16 *port)
{
    int fd = bind_loopback(port);

    g_assert_cmpint(listen(fd, 16), ==, 0);
    return fd;
}

static YtopsProcess *spawn(const char *const *argv, const char *cwd)
{
    GError *error = NULL;
    YtopsProcess *process =
        ytops_process_spawn(argv, NULL, cwd, YTOPS_PROCESS_STDOUT | YTOPS_PROCESS_STDERR, &error);

    g_assert_no_error(error);
    return process;
}

static gboolean holds_socket(pid_t pid, const char *inode)
{
    g_autofree char *folder = g_strdup_printf("/proc/%d/fd", pid);
    g_autofree char *wanted = g_strdup_printf("socket:[%s]", inode);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *target = g_file_read_link(path, NULL);

        if (g_strcmp0(target, wanted) == 0)
            return TRUE;
    }
    return FALSE;
}

/* The port that the process listens on, as the kernel chose it; 0 where it does not yet. */
static guint16 port_of(YtopsProcess *process)
{
    g_autofree char *table = NULL;
    g_auto(GStrv) lines = NULL;

    g_assert_true(g_file_get_contents("/proc/net/tcp", &table, NULL, NULL));
    lines = g_strsplit(table, "\n", -1);
    for (char **line = lines + 1; *line != NULL; line++) {
        unsigned port, state;
        char inode[32];

        if (sscanf(*line, " %*d: %*x:%x %*x:%*x %x %*s %*s %*s %*s %*s %31s", &port, &state,
                   inode) == 3 &&
            state == TCP_LISTEN && holds_socket(ytops_process_get_pid(process), inode))
            return (guint16)port;
    }
    return 0;
}

static YtopsProcess *spawn_server(const char *const *argv, const char *cwd, guint16 *port)
{
    YtopsProcess *process = spawn(argv, cwd);

    test_await((*port = port_of(process)) != 0);
    return process;
}

YtopsProcess *test_web_server(const char *folder, guint16 *port)
{
    const char *argv[] = {"python3", "-c",
                          "import http.server as h\n"
                          "class H(h.SimpleHTTPRequestHandler):\n"
                          "    def log_message(self, *a): pass\n"
                          "h.ThreadingHTTPServer(('127.0.0.1', 0), H).serve_forever()\n",
                          NULL};

    return spawn_server(argv, folder, port);
}

YtopsProcess *test_socks_proxy(guint16 *port)
{
    const char *argv[] = {"microsocks", "-i", "127.0.0.1", "-p", "0", NULL};

    return spawn_server(argv, NULL, port);
}

gboolean test_process_runs(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid);
    g_autofree char *text = NULL;
    const char *state;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return FALSE;
    state = strrchr(text, ')');
    return state != NULL && state[2] != 'Z';
}

char *test_worker_double(const char *folder, const char *name)
{
    char *path = g_build_filename(folder, name, NULL);

    g_assert_cmpint(symlink(YTOPS_SOURCE_DIR "/tests/unit/tokens/worker_double.py", path), ==, 0);
    return path;
}

const char *test_python(void)
{
    const char *python = g_getenv("YTOPS_TEST_PYTHON");

    return python != NULL ? python : "/usr/bin/python3";
}
