#include "http_double.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "token_fixture.h"

struct HttpDouble {
    char *answer;
    char *url;
    int listener, stop_fd;
    GThread *thread;
    GMutex lock;
    char *last_request;
    guint n_requests;
};

static gboolean is_whole(const GString *request)
{
    const char *end = strstr(request->str, "\r\n\r\n");
    const char *length = strcasestr(request->str, "content-length:");

    return end != NULL &&
           (length == NULL ||
            strlen(end + 4) >= strtoul(length + strlen("content-length:"), NULL, 10));
}

/* FALSE where the double is to stop. */
static gboolean wait_readable(HttpDouble *server, int fd)
{
    struct pollfd fds[] = {{.fd = server->stop_fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};

    g_assert_cmpint(poll(fds, 2, -1), >, 0);
    return fds[0].revents == 0;
}

static void note(HttpDouble *server, char *request)
{
    g_mutex_lock(&server->lock);
    g_free(server->last_request);
    server->last_request = request;
    server->n_requests++;
    g_mutex_unlock(&server->lock);
}

static void serve(HttpDouble *server, int fd)
{
    GString *request = g_string_new(NULL);
    char chunk[4096];
    gssize count = 1;

    while (count > 0 && !is_whole(request) && wait_readable(server, fd)) {
        count = read(fd, chunk, sizeof chunk);
        g_string_append_len(request, chunk, MAX(count, 0));
    }
    note(server, g_string_free(request, FALSE));
    if (server->answer != NULL)
        send(fd, server->answer, strlen(server->answer), MSG_NOSIGNAL);
    else
        wait_readable(server, fd);
    close(fd);
}

static gpointer run(gpointer data)
{
    HttpDouble *server = data;

    while (wait_readable(server, server->listener)) {
        int fd = accept(server->listener, NULL, NULL);

        if (fd >= 0)
            serve(server, fd);
    }
    return NULL;
}

HttpDouble *http_double_start(const char *answer)
{
    HttpDouble *server = g_new0(HttpDouble, 1);
    guint16 port;

    server->answer = g_strdup(answer);
    server->listener = test_silent_server(&port);
    server->stop_fd = eventfd(0, EFD_CLOEXEC);
    server->url = g_strdup_printf("http://127.0.0.1:%u", port);
    g_mutex_init(&server->lock);
    server->thread = g_thread_new("http-double", run, server);
    return server;
}

const char *http_double_url(const HttpDouble *server)
{
    return server->url;
}

char *http_double_last_request(HttpDouble *server)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&server->lock);

    return g_strdup(server->last_request != NULL ? server->last_request : "");
}

guint http_double_count(HttpDouble *server)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&server->lock);

    return server->n_requests;
}

void http_double_stop(HttpDouble *server)
{
    guint64 one = 1;

    g_assert_cmpint(write(server->stop_fd, &one, sizeof one), ==, sizeof one);
    g_thread_join(server->thread);
    close(server->listener);
    close(server->stop_fd);
    g_mutex_clear(&server->lock);
    g_free(server->last_request);
    g_free(server->answer);
    g_free(server->url);
    g_free(server);
}

char *http_double_json(int status, const char *body)
{
    return g_strdup_printf("HTTP/1.1 %d Some\r\nContent-Type: application/json\r\n"
                           "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                           status, strlen(body), body);
}
