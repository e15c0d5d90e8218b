/*
 * What a client may not do: too much, too slowly, too often, or not HTTP at all.
 */
#include <string.h>
#include <unistd.h>

#include "http_harness.h"

static void check_refused(Harness *harness, const char *bytes, gsize length, guint status)
{
    int fd = peer_connect(harness->port);
    peer_send_bytes(fd, bytes, length);
    g_autoptr(PeerReply) reply = peer_receive(fd, FALSE);
    g_assert_nonnull(reply);
    g_assert_cmpuint(reply->status, ==, status);
    g_assert_true(reply->complete);
    g_assert_nonnull(strstr(reply->body->str, "{\"error\":{\"code\":\"INVALID_ARGUMENT\""));
    g_assert_nonnull(strstr(reply->head, "\r\nConnection: close\r\n"));
    peer_expect_end(fd);
    close(fd);
}

static void test_sizes(void)
{
    YtopsHttpOptions options = {.head_limit = 1024, .body_limit = 1000};
    g_autoptr(Harness) harness = harness_start(&options);
    g_autofree char *fill = g_strnfill(200000, 'f');
    g_autofree char *url = g_strdup_printf("GET /%s HTTP/1.1\r\n", fill);
    g_autofree char *header = g_strdup_printf("GET / HTTP/1.1\r\nHost: h\r\nA: %s\r\n\r\n", fill);
    g_autofree char *body =
        g_strdup_printf("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n%s", fill);
    check_refused(harness, url, strlen(url), 414);
    check_refused(harness, header, strlen(header), 431);
    /* The client is still sending when it is refused, and gets the reply nevertheless. */
    check_refused(harness, body, strlen(body), 413);
}

static void test_garbage(void)
{
    g_autoptr(Harness) harness = harness_start(NULL);
    static const char tls[] = "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03";
    static const char zeros[64] = {0};
    check_refused(harness, tls, sizeof tls, 400);
    check_refused(harness, zeros, sizeof zeros, 400);
    check_refused(harness, "BREW / HTTP/1.1\r\n\r\n", 19, 501);
    check_refused(harness, "GET / HTTP/1.1\r\n\r\n", 18, 400);
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (guint i = 0; i < 200; i++) {
        char bytes[256];
        int fd = peer_connect(harness->port);
        for (gsize k = 0; k < sizeof bytes; k++)
            bytes[k] = (char)g_rand_int_range(random, 0, 256);
        peer_send_bytes(fd, bytes, sizeof bytes);
        close(fd);
    }
    harness_await(harness, &harness->connections, 0);
    int fd = peer_connect(harness->port);
    g_autoptr(PeerReply) reply = peer_ask(fd, "GET /hello HTTP/1.1", 200);
    close(fd);
}

/* A byte now and then keeps no connection: the time is for the whole request. */
static void test_slow_request(void)
{
    YtopsHttpOptions options = {.request_timeout_ms = 500};
    static const char *const beginnings[] = {
        "GET /hel", "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n"};
    g_autoptr(Harness) harness = harness_start(&options);
    for (guint i = 0; i < G_N_ELEMENTS(beginnings); i++) {
        gint64 begun = g_get_monotonic_time();
        int fd = peer_connect(harness->port);
        peer_send(fd, beginnings[i]);
        for (guint k = 0; k < 4; k++) {
            g_usleep(50000);
            peer_send(fd, "o");
        }
        g_autoptr(PeerReply) reply = peer_receive(fd, FALSE);
        g_assert_cmpuint(reply->status, ==, 408);
        g_assert_cmpint(g_get_monotonic_time() - begun, >=, 490000);
        peer_expect_end(fd);
        close(fd);
    }
}

static void test_idle(void)
{
    YtopsHttpOptions options = {.keep_alive_ms = 500};
    g_autoptr(Harness) harness = harness_start(&options);
    int silent = peer_connect(harness->port);
    int fd = peer_connect(harness->port);
    g_autoptr(PeerReply) reply = peer_ask(fd, "GET /hello HTTP/1.1", 200);
    peer_expect_end(fd);
    peer_expect_end(silent);
    close(fd);
    close(silent);
}

/* A handler may take longer than the client may. */
static void test_waiting_is_not_idle(void)
{
    YtopsHttpOptions options = {.keep_alive_ms = 500, .request_timeout_ms = 500};
    g_autoptr(Harness) harness = harness_start(&options);
    int idle = peer_connect(harness->port);
    int fd = peer_connect(harness->port);
    peer_send(fd, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
    harness_await(harness, &harness->n_waiting, 1);
    peer_expect_end(idle);
    close(idle);
    int later = peer_connect(harness->port);
    peer_expect_end(later);
    close(later);
    harness_release(harness);
    g_autoptr(PeerReply) reply = peer_receive(fd, FALSE);
    g_assert_cmpstr(reply->body->str, ==, "released");
    close(fd);
}

/* The tail of a reply that nobody takes is not kept for ever. */
static void test_reply_not_taken(void)
{
    YtopsHttpOptions options = {.keep_alive_ms = 500, .body_limit = 64 * 1024 * 1024};
    g_autoptr(Harness) harness = harness_start(&options);
    gsize length = 32 * 1024 * 1024;
    g_autofree char *body = g_strnfill(length, 'b');
    g_autofree char *head = g_strdup_printf(
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n", length);
    int fd = peer_connect_narrow(harness->port);
    peer_send(fd, head);
    harness_await(harness, &harness->connections, 1);
    peer_send_bytes(fd, body, length);
    harness_await(harness, &harness->connections, 0);
    close(fd);
}

static void test_connection_limit(void)
{
    YtopsHttpOptions options = {.connection_limit = 3};
    g_autoptr(Harness) harness = harness_start(&options);
    int fds[3];
    for (guint i = 0; i < 3; i++) {
        fds[i] = peer_connect(harness->port);
        g_autoptr(PeerReply) reply = peer_ask(fds[i], "GET /hello HTTP/1.1", 200);
    }
    int fourth = peer_connect(harness->port);
    g_autoptr(PeerReply) refused = peer_ask(fourth, "GET /hello HTTP/1.1", 503);
    g_assert_nonnull(strstr(refused->body->str, "\"OVERLOADED\""));
    peer_expect_end(fourth);
    close(fourth);
    close(fds[0]);
    harness_await(harness, &harness->connections, 2);
    fds[0] = peer_connect(harness->port);
    g_autoptr(PeerReply) again = peer_ask(fds[0], "GET /hello HTTP/1.1", 200);
    for (guint i = 0; i < 3; i++)
        close(fds[i]);
}

static void test_address_in_use(void)
{
    g_autoptr(Harness) harness = harness_start(NULL);
    g_autoptr(GError) error = NULL;
    YtopsHttpOptions options = {.port = harness->port};
    g_autofree char *port = g_strdup_printf("127.0.0.1 port %u", harness->port);
    uv_loop_t loop;
    uv_loop_init(&loop);
    g_assert_null(ytops_http_server_new(&loop, &options, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_nonnull(strstr(error->message, port));
    uv_run(&loop, UV_RUN_DEFAULT);
    g_assert_cmpint(uv_loop_close(&loop), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http_limits/sizes", test_sizes);
    g_test_add_func("/http_limits/garbage", test_garbage);
    g_test_add_func("/http_limits/slow_request", test_slow_request);
    g_test_add_func("/http_limits/idle", test_idle);
    g_test_add_func("/http_limits/waiting_is_not_idle", test_waiting_is_not_idle);
    g_test_add_func("/http_limits/reply_not_taken", test_reply_not_taken);
    g_test_add_func("/http_limits/connection_limit", test_connection_limit);
    g_test_add_func("/http_limits/address_in_use", test_address_in_use);
    return g_test_run();
}
