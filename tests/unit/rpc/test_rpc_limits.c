/*
 * Many connections, many calls, slow clients, and the end of the server.
 */
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rpc_harness.h"

#define PATIENCE_US (20 * G_USEC_PER_SEC)

static const PeerForm *const form = &peer_forms[0];

static void send_ping(int fd, const PeerForm *as, gint32 sequence_id)
{
    g_autoptr(GByteArray) message = peer_message(as, "ping", MESSAGE_CALL, sequence_id, NULL);
    peer_send(fd, message->data, message->len);
}

/* What is sent ahead is answered, each once, in order. */
static void test_pipelined_calls(void)
{
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_MANAGEMENT, NULL, NULL);
    for (gsize i = 0; i < N_PEER_FORMS; i++) {
        int fd = peer_connect(harness->port);
        for (gint32 k = 0; k < 2000; k++)
            send_ping(fd, &peer_forms[i], k);
        for (gint32 k = 0; k < 2000; k++) {
            g_autoptr(PeerReply) reply = peer_receive(fd, &peer_forms[i]);
            g_assert_nonnull(reply);
            g_assert_cmpint(reply->header.sequence_id, ==, k);
        }
        close(fd);
    }
}

/* A client may end its side once it has asked. */
static void test_half_closed(void)
{
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_MANAGEMENT, NULL, NULL);
    int fd = peer_connect(harness->port);
    for (gint32 k = 0; k < 3; k++)
        send_ping(fd, form, k);
    shutdown(fd, SHUT_WR);
    for (gint32 k = 0; k < 3; k++) {
        g_autoptr(PeerReply) reply = peer_receive(fd, form);
        g_assert_nonnull(reply);
        g_assert_cmpint(reply->header.sequence_id, ==, k);
    }
    peer_expect_end(fd);
    close(fd);
}

static void test_idle_connections(void)
{
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_MANAGEMENT, NULL, NULL);
    struct rlimit limit;
    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    /* The server has raised it for its own 10,000; both ends of the connections are here. */
    if (limit.rlim_cur < 4200) {
        g_test_skip("4,200 open files are not allowed here");
        return;
    }
    g_autofree int *fds = g_new(int, 2000);
    for (guint i = 0; i < 2000; i++)
        fds[i] = peer_connect(harness->port);
    for (guint i = 0; i < 2000; i++)
        harness_check_ping(fds[i], &peer_forms[i % N_PEER_FORMS], (gint32)i);
    for (guint i = 0; i < 2000; i++)
        close(fds[i]);
    harness_check_serves(harness, form);
}

static void test_connection_limit(void)
{
    YtopsRpcOptions options = {.connection_limit = 3};
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_MANAGEMENT, &options, NULL);
    int fds[3];
    for (guint i = 0; i < 3; i++) {
        fds[i] = peer_connect(harness->port);
        harness_check_ping(fds[i], form, 1);
    }
    int fourth = peer_connect(harness->port);
    peer_expect_end(fourth);
    close(fourth);
    harness_check_ping(fds[0], form, 2);
    close(fds[1]);
    /* The place is free as soon as the server has seen the end. */
    gint64 deadline = g_get_monotonic_time() + PATIENCE_US;
    gboolean served = FALSE;
    while (!served) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        int fd = peer_connect(harness->port);
        g_autoptr(GByteArray) message = peer_message(form, "ping", MESSAGE_CALL, 1, NULL);
        peer_try_send(fd, message->data, message->len);
        g_autoptr(PeerReply) reply = peer_receive(fd, form);
        served = reply != NULL;
        close(fd);
    }
    close(fds[0]);
    close(fds[2]);
}

/* One worker that Redis keeps waiting, and room for two calls: the third is refused at once. */
static void test_call_limit(void)
{
    YtopsRpcOptions options = {.call_limit = 2, .workers = 1};
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_MANAGEMENT, &options, NULL);
    int fds[3];
    redis_fixture_freeze(harness->redis);
    for (guint i = 0; i < 3; i++)
        fds[i] = peer_connect(harness->port);
    /* Whichever two come first wait; the other is told. */
    for (guint i = 0; i < 3; i++)
        send_ping(fds[i], form, 1);
    guint n_told = 0;
    gint64 deadline = g_get_monotonic_time() + G_USEC_PER_SEC;
    while (n_told == 0) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        for (guint i = 0; i < 3; i++) {
            if (peer_hears_nothing(fds[i], 1))
                continue;
            peer_expect_error(fds[i], form, "OVERLOADED");
            n_told++;
            close(fds[i]);
            fds[i] = -1;
            break;
        }
    }
    redis_fixture_thaw(harness->redis);
    for (guint i = 0; i < 3; i++) {
        if (fds[i] < 0)
            continue;
        g_autoptr(PeerReply) reply = peer_receive(fds[i], form);
        g_assert_nonnull(reply);
        g_assert_cmpstr(reply->error_code, !=, "OVERLOADED");
        close(fds[i]);
    }
    g_assert_true(ytops_rpc_server_wait_idle(harness->server, 20000));
}

static void test_idle_timeout(void)
{
    YtopsRpcOptions options = {.idle_timeout_s = 1};
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_MANAGEMENT, &options, NULL);
    int silent = peer_connect(harness->port);
    int half = peer_connect(harness->port);
    peer_send(half, (const guint8 *)"\0\0\1", 3);
    gint64 start = g_get_monotonic_time();
    peer_expect_end(silent);
    peer_expect_end(half);
    g_assert_cmpint(g_get_monotonic_time() - start, >=, G_USEC_PER_SEC * 9 / 10);
    close(silent);
    close(half);
    harness_check_serves(harness, form);
}

/* Whether something is in work for longer than a call takes. */
static gboolean is_stuck(YtopsRpcServer *server)
{
    return !ytops_rpc_server_wait_idle(server, 500);
}

/* Replies of some megabytes to a client that does not read them: the others are served. */
static void test_reply_not_taken(void)
{
    YtopsRpcOptions options = {.idle_timeout_s = 2};
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_MANAGEMENT, &options, NULL);
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *id = g_strdup_printf("a%03u", i);
        g_autoptr(GError) error = NULL;
        ytops_account_manager_ban(harness->accounts, id, "the reason for it, in some words", 60,
                                  &error);
        g_assert_no_error(error);
    }
    int fd = peer_connect(harness->port);
    g_autoptr(GByteArray) message = peer_message(form, "getAccountStatus", MESSAGE_CALL, 1, NULL);
    for (guint i = 0; i < 300; i++)
        peer_send(fd, message->data, message->len);
    gint64 deadline = g_get_monotonic_time() + PATIENCE_US;
    while (!is_stuck(harness->server))
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
    harness_check_serves(harness, form);
    /* The server gives up on it. */
    g_assert_true(ytops_rpc_server_wait_idle(harness->server, 20000));
    close(fd);
}

/* Draining turns load balancers away and nobody else; closing takes no new jobs, but all else. */
static void test_drain(void)
{
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_WORKER, NULL, NULL);
    g_autoptr(GByteArray) list = peer_message(form, "getProxyStatus", MESSAGE_CALL, 4, NULL);
    int fd = peer_connect(harness->port);
    harness_check_ping(fd, form, 1);
    ytops_rpc_server_drain(harness->server);
    send_ping(fd, form, 2);
    peer_expect_error(fd, form, "DRAINING");
    int second = peer_connect(harness->port);
    peer_send(second, list->data, list->len);
    peer_expect_error(second, form, NULL);

    ytops_rpc_server_stop_listening(harness->server);
    gint64 deadline = g_get_monotonic_time() + PATIENCE_US;
    g_autoptr(GError) error = NULL;
    while (error == NULL) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        ytops_rpc_client_free(ytops_rpc_client_connect("127.0.0.1", harness->port, 1000, &error));
    }
    g_autoptr(GByteArray) token = peer_message(form, "getToken", MESSAGE_CALL, 3, NULL);
    peer_send(fd, token->data, token->len);
    peer_expect_error(fd, form, "DRAINING");
    peer_send(fd, list->data, list->len);
    peer_expect_error(fd, form, NULL);
    g_assert_true(ytops_rpc_server_wait_idle(harness->server, 20000));
    close(fd);
    close(second);
    while (ytops_rpc_server_count_connections(harness->server) > 0)
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
}

/* Freed while calls are in work and replies on their way. */
static void test_free_in_work(void)
{
    for (guint round = 0; round < 20; round++) {
        g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_MANAGEMENT, NULL, NULL);
        int fds[20];
        for (guint i = 0; i < G_N_ELEMENTS(fds); i++) {
            fds[i] = peer_connect(harness->port);
            for (gint32 k = 0; k < 20; k++)
                send_ping(fds[i], &peer_forms[i % N_PEER_FORMS], k);
        }
        g_usleep(g_random_int_range(0, 2000));
        g_clear_pointer(&harness, harness_stop);
        for (guint i = 0; i < G_N_ELEMENTS(fds); i++)
            close(fds[i]);
    }
}

static void test_address_in_use(void)
{
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_MANAGEMENT, NULL, NULL);
    YtopsRpcServices services = harness_services(harness, YTOPS_ROLE_MANAGEMENT, NULL);
    g_autoptr(GError) error = NULL;
    YtopsRpcOptions options = {.port = harness->port};
    g_assert_null(ytops_rpc_server_new(&options, &services, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_autofree char *port = g_strdup_printf("port %u", harness->port);
    g_assert_nonnull(strstr(error->message, port));
    g_clear_error(&error);
    options = (YtopsRpcOptions){.listen = "no.such.host.invalid"};
    g_assert_null(ytops_rpc_server_new(&options, &services, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "no.such.host.invalid"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rpc/limits/pipelined-calls", test_pipelined_calls);
    g_test_add_func("/rpc/limits/half-closed", test_half_closed);
    g_test_add_func("/rpc/limits/idle-connections", test_idle_connections);
    g_test_add_func("/rpc/limits/connection-limit", test_connection_limit);
    g_test_add_func("/rpc/limits/call-limit", test_call_limit);
    g_test_add_func("/rpc/limits/idle-timeout", test_idle_timeout);
    g_test_add_func("/rpc/limits/reply-not-taken", test_reply_not_taken);
    g_test_add_func("/rpc/limits/drain", test_drain);
    g_test_add_func("/rpc/limits/free-in-work", test_free_in_work);
    g_test_add_func("/rpc/limits/address-in-use", test_address_in_use);
    return g_test_run();
}
