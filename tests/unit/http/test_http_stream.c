/*
 * Replies that come bit by bit: slow and vanishing clients, broken replies, the end of the server.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_harness.h"

#define MIB (1024 * 1024)

/* The client reads only after the server has met a full socket: what it holds meanwhile is bounded. */
static void check_slow_reader(const char *query)
{
    g_autoptr(Harness) harness = harness_start(NULL);
    g_autofree char *request =
        g_strdup_printf("GET /stream/%d%s HTTP/1.1\r\nHost: h\r\n\r\n", 50 * MIB, query);
    int fd = peer_connect_narrow(harness->port);
    peer_send(fd, request);
    gint64 deadline = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
    while (g_atomic_int_get(&harness->max_queued) < HARNESS_QUEUE_LIMIT) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        g_usleep(1000);
    }
    g_autoptr(PeerReply) reply = peer_receive(fd, FALSE);
    g_assert_true(reply->complete);
    g_assert_cmpuint(reply->body->len, ==, 50 * MIB);
    g_assert_cmpint(g_atomic_int_get(&harness->max_queued), <, HARNESS_QUEUE_LIMIT + 2 * 65536);
    g_assert_cmpint(g_atomic_int_get(&harness->closed), ==, 0);
    g_autoptr(PeerReply) after = peer_ask(fd, "GET /hello HTTP/1.1", 200);
    close(fd);
}

static void test_slow_reader(void)
{
    check_slow_reader("?known");
    check_slow_reader("");
}

static void test_vanishing_client(void)
{
    struct linger at_once = {.l_onoff = 1};
    g_autoptr(Harness) harness = harness_start(NULL);
    for (int i = 1; i <= 10; i++) {
        char byte = 0;
        int fd = peer_connect_narrow(harness->port);
        peer_send(fd, "GET /stream/900000000 HTTP/1.1\r\nHost: h\r\n\r\n");
        g_assert_cmpint(recv(fd, &byte, 1, 0), ==, 1);
        if (i % 2 == 0)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close(fd);
        harness_await(harness, &harness->closed, i);
    }
    harness_await(harness, &harness->connections, 0);
    g_assert_cmpint(g_atomic_int_get(&harness->closed), ==, 10);
}

/* A reset tells at once, also where nothing is being sent. */
static void test_vanishing_while_waiting(void)
{
    struct linger at_once = {.l_onoff = 1};
    g_autoptr(Harness) harness = harness_start(NULL);
    int fd = peer_connect(harness->port);
    peer_send(fd, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
    harness_await(harness, &harness->n_waiting, 1);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
    harness_await(harness, &harness->closed, 1);
}

static void check_broken(const char *request)
{
    g_autoptr(Harness) harness = harness_start(NULL);
    int fd = peer_connect(harness->port);
    peer_send(fd, request);
    g_autoptr(PeerReply) reply = peer_receive(fd, FALSE);
    if (reply != NULL)
        g_assert_false(reply->complete);
    close(fd);
    harness_await(harness, &harness->connections, 0);
    g_assert_cmpint(g_atomic_int_get(&harness->closed), ==, 0);
}

static void test_broken_replies(void)
{
    check_broken("GET /stream/500000?known&drop=100000 HTTP/1.1\r\nHost: h\r\n\r\n");
    check_broken("GET /stream/500000?drop=100000 HTTP/1.1\r\nHost: h\r\n\r\n");
    check_broken("GET /stream/500000?drop=100000 HTTP/1.0\r\n\r\n");
    check_broken("GET /short HTTP/1.1\r\nHost: h\r\n\r\n");
}

/* What is over the length must not be taken for the next reply. */
static void test_too_long(void)
{
    g_autoptr(Harness) harness = harness_start(NULL);
    int fd = peer_connect(harness->port);
    g_autoptr(PeerReply) reply = peer_ask(fd, "GET /long HTTP/1.1", 200);
    g_assert_cmpuint(reply->body->len, ==, 100);
    g_autoptr(PeerReply) after = peer_ask(fd, "GET /hello HTTP/1.1", 200);
    g_assert_cmpstr(after->body->str, ==, "hello");
    close(fd);
}

static void test_drain(void)
{
    g_autoptr(Harness) harness = harness_start(NULL);
    int idle = peer_connect(harness->port);
    int busy = peer_connect(harness->port);
    g_autoptr(PeerReply) before = peer_ask(idle, "GET /hello HTTP/1.1", 200);
    peer_send(busy, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
    harness_await(harness, &harness->n_waiting, 1);
    harness_drain(harness);
    peer_expect_end(idle);
    harness_await(harness, &harness->connections, 1);
    g_assert_cmpint(g_atomic_int_get(&harness->closed), ==, 0);
    harness_release(harness);
    g_autoptr(PeerReply) reply = peer_receive(busy, FALSE);
    g_assert_cmpstr(reply->body->str, ==, "released");
    g_assert_nonnull(strstr(reply->head, "\r\nConnection: close\r\n"));
    peer_expect_end(busy);
    close(idle);
    close(busy);
}

/* Ends with exchanges of every kind under way; the harness checks that nothing is left. */
static void test_close(void)
{
    Harness *harness = harness_start(NULL);
    int fds[4];
    static const char *const requests[] = {"", "GET / HT", "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n",
                                           "GET /stream/900000000 HTTP/1.1\r\nHost: h\r\n\r\n"};
    for (guint i = 0; i < G_N_ELEMENTS(fds); i++) {
        fds[i] = peer_connect_narrow(harness->port);
        peer_send(fds[i], requests[i]);
    }
    harness_await(harness, &harness->connections, 4);
    harness_await(harness, &harness->n_waiting, 1);
    harness_stop(harness);
    for (guint i = 0; i < G_N_ELEMENTS(fds); i++)
        close(fds[i]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http_stream/slow_reader", test_slow_reader);
    g_test_add_func("/http_stream/vanishing_client", test_vanishing_client);
    g_test_add_func("/http_stream/vanishing_while_waiting", test_vanishing_while_waiting);
    g_test_add_func("/http_stream/broken_replies", test_broken_replies);
    g_test_add_func("/http_stream/too_long", test_too_long);
    g_test_add_func("/http_stream/drain", test_drain);
    g_test_add_func("/http_stream/close", test_close);
    return g_test_run();
}
