#include "bad_server.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib/gstdio.h>

struct BadServer {
    BadServerHabit habit;
    char *directory, *path, *url;
    int fd;
    GThread *thread;
};

static void send_text(int fd, const char *text, gsize length)
{
    G_GNUC_UNUSED gssize sent = send(fd, text, length, MSG_NOSIGNAL);
}

static void dribble(int fd)
{
    send_text(fd, "$1000000\r\n", 10);
    while (send(fd, "x", 1, MSG_NOSIGNAL) == 1)
        g_usleep(5000);
}

static void serve(const BadServer *server, int fd)
{
    char request[256];

    if (recv(fd, request, sizeof request, 0) <= 0 || server->habit == BAD_SERVER_CLOSES)
        return;
    if (server->habit == BAD_SERVER_TALKS_HTTP)
        send_text(fd, "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
    else
        dribble(fd);
}

static gpointer run(gpointer data)
{
    const BadServer *server = data;
    int fd;

    while ((fd = accept(server->fd, NULL, NULL)) >= 0) {
        serve(server, fd);
        close(fd);
    }
    return NULL;
}

static int listen_on(const char *path, int backlog)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint(listen(fd, backlog), ==, 0);
    return fd;
}

BadServer *bad_server_start(BadServerHabit habit, int backlog)
{
    BadServer *server = g_new0(BadServer, 1);

    server->habit = habit;
    server->directory = g_strdup("/tmp/ytops-bad-XXXXXX");
    g_assert_nonnull(g_mkdtemp(server->directory));
    server->path = g_build_filename(server->directory, "bad.sock", NULL);
    server->url = g_strconcat("unix://", server->path, NULL);
    server->fd = listen_on(server->path, backlog);
    if (habit != BAD_SERVER_NEVER_ACCEPTS)
        server->thread = g_thread_new("bad-server", run, server);
    return server;
}

const char *bad_server_url(const BadServer *server)
{
    return server->url;
}

guint bad_server_count_waiting(BadServer *server)
{
    guint n = 0;
    int fd;

    shutdown(server->fd, SHUT_RDWR);
    while ((fd = accept(server->fd, NULL, NULL)) >= 0) {
        close(fd);
        n++;
    }
    return n;
}

void bad_server_stop(BadServer *server)
{
    shutdown(server->fd, SHUT_RDWR);
    if (server->thread != NULL)
        g_thread_join(server->thread);
    close(server->fd);
    g_remove(server->path);
    g_rmdir(server->directory);
    g_free(server->directory);
    g_free(server->path);
    g_free(server->url);
    g_free(server);
}
