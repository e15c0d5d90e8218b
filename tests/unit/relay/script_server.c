#include "script_visit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

struct ScriptServer {
    int listener, stop_fd;
    guint16 port;
    GThread *acceptor;
    GPtrArray *threads; /* of the connections; the acceptor's alone until it has ended */
    GMutex lock;        /* guards what follows */
    char *location;
    char *retry_after;
    char *last_request;
    guint n_requests;
    guint n_connections;
};

gboolean script_server_wait(ScriptServer *server, int fd, short events, int timeout_ms)
{
    struct pollfd fds[] = {{.fd = server->stop_fd, .events = POLLIN}, {.fd = fd, .events = events}};

    return poll(fds, fd >= 0 ? 2 : 1, timeout_ms) > 0 && fds[0].revents == 0;
}

/* ---- connections --------------------------------------------------------------------------- */

static gboolean is_whole(const GString *request)
{
    const char *end = strstr(request->str, "\r\n\r\n");
    const char *length = strcasestr(request->str, "\r\ncontent-length:");

    return end != NULL && (length == NULL || request->len - (gsize)(end + 4 - request->str) >=
                                                 strtoul(length + 17, NULL, 10));
}

static gboolean read_request(ScriptVisit *visit)
{
    char piece[4096];

    g_string_truncate(visit->request, 0);
    while (!is_whole(visit->request)) {
        gssize count;

        if (!script_server_wait(visit->server, visit->fd, POLLIN, -1))
            return FALSE;
        count = read(visit->fd, piece, sizeof piece);
        if (count <= 0)
            return FALSE;
        g_string_append_len(visit->request, piece, count);
    }
    g_mutex_lock(&visit->server->lock);
    visit->server->n_requests++;
    g_free(visit->server->last_request);
    visit->server->last_request = g_strdup(visit->request->str);
    g_mutex_unlock(&visit->server->lock);
    return TRUE;
}

static gpointer serve(gpointer data)
{
    ScriptVisit *visit = data;

    while (read_request(visit) && script_visit_answer(visit))
        ;
    close(visit->fd);
    g_string_free(visit->request, TRUE);
    g_free(visit);
    return NULL;
}

static gpointer accept_all(gpointer data)
{
    ScriptServer *server = data;

    while (script_server_wait(server, server->listener, POLLIN, -1)) {
        ScriptVisit *visit = g_new0(ScriptVisit, 1);
        int yes = 1;

        visit->fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
        g_assert_cmpint(visit->fd, >=, 0);
        setsockopt(visit->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        visit->server = server;
        visit->request = g_string_new(NULL);
        g_mutex_lock(&server->lock);
        server->n_connections++;
        g_mutex_unlock(&server->lock);
        g_ptr_array_add(server->threads, g_thread_new("visit", serve, visit));
    }
    return NULL;
}

ScriptServer *script_server_new(void)
{
    ScriptServer *server = g_new0(ScriptServer, 1);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;

    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(server->listener, (struct sockaddr *)&address, length), ==, 0);
    g_assert_cmpint(listen(server->listener, 1024), ==, 0);
    getsockname(server->listener, (struct sockaddr *)&address, &length);
    server->port = ntohs(address.sin_port);
    server->stop_fd = eventfd(0, EFD_CLOEXEC);
    server->threads = g_ptr_array_new();
    g_mutex_init(&server->lock);
    server->acceptor = g_thread_new("acceptor", accept_all, server);
    return server;
}

void script_server_free(ScriptServer *server)
{
    guint64 one = 1;

    g_assert_cmpint(write(server->stop_fd, &one, sizeof one), ==, sizeof one);
    g_thread_join(server->acceptor);
    for (guint i = 0; i < server->threads->len; i++)
        g_thread_join(g_ptr_array_index(server->threads, i));
    g_ptr_array_unref(server->threads);
    close(server->listener);
    close(server->stop_fd);
    g_mutex_clear(&server->lock);
    g_free(server->location);
    g_free(server->retry_after);
    g_free(server->last_request);
    g_free(server);
}

guint16 script_server_port(const ScriptServer *server)
{
    return server->port;
}

char *script_server_url(const ScriptServer *server, const char *path)
{
    return g_strdup_printf("http://127.0.0.1:%u%s", server->port, path);
}

static void replace(ScriptServer *server, char **where, const char *with)
{
    g_mutex_lock(&server->lock);
    g_free(*where);
    *where = g_strdup(with);
    g_mutex_unlock(&server->lock);
}

char *script_server_dup_location(ScriptServer *server)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&server->lock);

    return g_strdup(server->location);
}

char *script_server_dup_retry_after(ScriptServer *server)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&server->lock);

    return g_strdup(server->retry_after);
}

void script_server_set_location(ScriptServer *server, const char *location)
{
    replace(server, &server->location, location);
}

void script_server_set_retry_after(ScriptServer *server, const char *retry_after)
{
    replace(server, &server->retry_after, retry_after);
}

guint script_server_count_requests(ScriptServer *server)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&server->lock);

    return server->n_requests;
}

guint script_server_count_connections(ScriptServer *server)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&server->lock);

    return server->n_connections;
}

char *script_server_last_request(ScriptServer *server)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&server->lock);

    return g_strdup(server->last_request != NULL ? server->last_request : "");
}
