#include "redis/redis_socket.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "redis_fixture.h"
#include "ytops/error.h"

typedef struct {
    int ours, theirs;
} Pair;

static Pair pair_new(void)
{
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
    return (Pair){fds[0], fds[1]};
}

static gint64 in_ms(int ms)
{
    return g_get_monotonic_time() + (gint64)ms * 1000;
}

/* Without SIGPIPE, and without losing what the peer said before it closed. */
static void test_last_words(void)
{
    Pair pair = pair_new();
    g_autoptr(GError) error = NULL;
    char buffer[64] = "";

    g_assert_cmpint(write(pair.theirs, "-ERR too many\r\n", 15), ==, 15);
    close(pair.theirs);
    g_assert_false(redis_socket_is_quiet(pair.ours));
    g_assert_true(redis_socket_send(pair.ours, "PING", 4, in_ms(1000), &error));
    g_assert_cmpuint(redis_socket_receive(pair.ours, buffer, sizeof buffer, in_ms(1000), &error),
                     ==, 15);
    g_assert_no_error(error);
    g_assert_cmpstr(buffer, ==, "-ERR too many\r\n");
    g_assert_cmpuint(redis_socket_receive(pair.ours, buffer, sizeof buffer, in_ms(1000), &error),
                     ==, 0);
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
    close(pair.ours);
}

static void test_quiet(void)
{
    Pair pair = pair_new();
    char byte;

    g_assert_true(redis_socket_is_quiet(pair.ours));
    g_assert_cmpint(write(pair.theirs, "x", 1), ==, 1);
    g_assert_false(redis_socket_is_quiet(pair.ours));
    g_assert_cmpint(read(pair.ours, &byte, 1), ==, 1);
    g_assert_true(redis_socket_is_quiet(pair.ours));
    close(pair.theirs);
    g_assert_false(redis_socket_is_quiet(pair.ours));
    close(pair.ours);
}

/* A peer that never reads: sending ends at the deadline, also after part was taken. */
static void test_send_deadline(void)
{
    Pair pair = pair_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *much = g_strnfill(64 * 1024 * 1024, 'x');
    gint64 start_us = g_get_monotonic_time();

    g_assert_false(redis_socket_send(pair.ours, much, strlen(much), in_ms(100), &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
    g_assert_cmpint(g_get_monotonic_time() - start_us, >=, 100 * 1000);
    close(pair.ours);
    close(pair.theirs);
}

static void test_past_deadline(void)
{
    Pair pair = pair_new();
    g_autoptr(GError) error = NULL;
    char buffer[8];

    g_assert_cmpuint(redis_socket_receive(pair.ours, buffer, sizeof buffer, in_ms(-1000), &error),
                     ==, 0);
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
    close(pair.ours);
    close(pair.theirs);
}

/* A worker process must not inherit the way to Redis. */
static void test_close_on_exec(void)
{
    g_autoptr(RedisFixture) fixture = redis_fixture_start();
    g_autoptr(RedisUrl) url = redis_url_parse(redis_fixture_url(fixture), NULL);
    int fd = redis_socket_open(url, in_ms(1000), NULL);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(fcntl(fd, F_GETFD) & FD_CLOEXEC, !=, 0);
    close(fd);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/redis/socket/last-words-are-read", test_last_words);
    g_test_add_func("/redis/socket/quiet-is-open-and-empty", test_quiet);
    g_test_add_func("/redis/socket/send-ends-at-the-deadline", test_send_deadline);
    g_test_add_func("/redis/socket/a-past-deadline-does-not-wait", test_past_deadline);
    g_test_add_func("/redis/socket/is-closed-on-exec", test_close_on_exec);
    return g_test_run();
}
