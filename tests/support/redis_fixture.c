#include "redis_fixture.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "temporary_directory.h"
#include "ytops/process.h"

#define READY_TIMEOUT_US (20 * G_USEC_PER_SEC)

struct RedisFixture {
    TemporaryDirectory *directory;
    char *socket_path;
    char *url;
    char **arguments;
    YtopsProcess *process;
};

/* The first bytes of the answer to PING; "" where the server does not answer yet. */
static void ask_ping(const RedisFixture *fixture, char *answer, gsize size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = 1};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    gssize got = -1;

    answer[0] = '\0';
    g_assert_cmpint(fd, >=, 0);
    g_strlcpy(address.sun_path, fixture->socket_path, sizeof address.sun_path);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        send(fd, "PING\r\n", 6, MSG_NOSIGNAL) == 6)
        got = recv(fd, answer, size - 1, 0);
    answer[MAX(got, 0)] = '\0';
    close(fd);
}

static gboolean is_ready(const RedisFixture *fixture, gboolean accept_loading)
{
    char answer[64];

    ask_ping(fixture, answer, sizeof answer);
    return answer[0] != '\0' && (accept_loading || !g_str_has_prefix(answer, "-LOADING"));
}

static void wait_until_ready(RedisFixture *fixture, gboolean accept_loading)
{
    gint64 deadline = g_get_monotonic_time() + READY_TIMEOUT_US;

    while (!is_ready(fixture, accept_loading)) {
        g_assert_false(ytops_process_has_ended(fixture->process, NULL));
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        g_usleep(2000);
    }
}

static void add_all(GPtrArray *argv, const char *const *arguments)
{
    for (; arguments != NULL && *arguments != NULL; arguments++)
        g_ptr_array_add(argv, (gpointer)*arguments);
}

/* appendfsync no still writes before it answers, which is all that surviving SIGKILL needs. */
static const char *const fixed_arguments[] = {
    "redis-server", "--port",       "0",          "--appendonly", "yes", "--appendfsync",
    "no",           "--save",       "",           "--daemonize",  "no",  "--logfile",
    "redis.log",    "--unixsocket", "redis.sock", "--dir",        ".",   NULL};

static void spawn(RedisFixture *fixture, const char *const *arguments, gboolean accept_loading)
{
    g_autofree char *directory = temporary_directory_path(fixture->directory, NULL);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GError) error = NULL;

    add_all(argv, fixed_arguments);
    add_all(argv, (const char *const *)fixture->arguments);
    add_all(argv, arguments);
    g_ptr_array_add(argv, NULL);
    fixture->process =
        ytops_process_spawn((const char *const *)argv->pdata, NULL, directory, 0, &error);
    g_assert_no_error(error);
    wait_until_ready(fixture, accept_loading);
}

RedisFixture *redis_fixture_start_with(const char *const *arguments)
{
    g_autoptr(GError) error = NULL;
    RedisFixture *fixture = g_new0(RedisFixture, 1);

    fixture->directory = temporary_directory_new();
    fixture->socket_path = temporary_directory_path(fixture->directory, "redis.sock");
    fixture->url = g_strconcat("unix://", fixture->socket_path, NULL);
    fixture->arguments = g_strdupv((char **)arguments);
    spawn(fixture, NULL, FALSE);
    return fixture;
}

RedisFixture *redis_fixture_start(void)
{
    return redis_fixture_start_with(NULL);
}

const char *redis_fixture_url(const RedisFixture *fixture)
{
    return fixture->url;
}

const char *redis_fixture_socket(const RedisFixture *fixture)
{
    return fixture->socket_path;
}

void redis_fixture_kill(RedisFixture *fixture)
{
    g_clear_pointer(&fixture->process, ytops_process_free);
}

void redis_fixture_freeze(RedisFixture *fixture)
{
    ytops_process_signal(fixture->process, SIGSTOP);
}

void redis_fixture_thaw(RedisFixture *fixture)
{
    ytops_process_signal(fixture->process, SIGCONT);
}

void redis_fixture_restart(RedisFixture *fixture)
{
    redis_fixture_kill(fixture);
    spawn(fixture, NULL, FALSE);
}

void redis_fixture_restart_loading(RedisFixture *fixture, const char *const *arguments)
{
    redis_fixture_kill(fixture);
    spawn(fixture, arguments, TRUE);
}

void redis_fixture_stop(RedisFixture *fixture)
{
    if (fixture == NULL)
        return;
    redis_fixture_kill(fixture);
    temporary_directory_remove(fixture->directory);
    g_free(fixture->socket_path);
    g_free(fixture->url);
    g_strfreev(fixture->arguments);
    g_free(fixture);
}
