/*
 * The client against servers that are not there, that are none, and that stop answering.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rpc_harness.h"

/* A listener on a free port of 127.0.0.1. */
static int listen_anywhere(guint16 *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint(listen(fd, 8), ==, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &length), ==, 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static GError *ping(YtopsRpcClient *client)
{
    YtopsServiceException *fault = NULL;
    GError *call_error = NULL;
    GError *error = NULL;
    gboolean ok = ytops_base_service_if_ping(
        YTOPS_BASE_SERVICE_IF(ytops_rpc_client_get_service(client)), &fault, &call_error);
    g_assert_cmpint(ytops_rpc_client_check(client, ok, fault, NULL, call_error, &error), ==,
                    error == NULL);
    return error;
}

static void expect(GError *error, YtopsErrorCode code, const char *address)
{
    g_assert_nonnull(error);
    g_test_message("%s", error->message);
    g_assert_error(error, YTOPS_ERROR, (gint)code);
    g_assert_nonnull(strstr(error->message, address));
    g_error_free(error);
}

static void test_nobody_listens(void)
{
    guint16 port;
    close(listen_anywhere(&port));
    GError *error = NULL;
    g_autofree char *address = g_strdup_printf("127.0.0.1:%u", port);
    g_assert_null(ytops_rpc_client_connect("127.0.0.1", port, 2000, &error));
    expect(error, YTOPS_ERROR_CONNECTION_RESET, address);
}

static void test_name_does_not_resolve(void)
{
    GError *error = NULL;
    g_assert_null(ytops_rpc_client_connect("no.such.host.invalid", 9090, 2000, &error));
    expect(error, YTOPS_ERROR_DNS_FAILED, "no.such.host.invalid:9090");
}

/* It accepts and says nothing; and says so again at once, the connection being of no use. */
static void test_silent_server(void)
{
    guint16 port;
    int listener = listen_anywhere(&port);
    g_autofree char *address = g_strdup_printf("127.0.0.1:%u", port);
    g_autoptr(YtopsRpcClient) client = ytops_rpc_client_connect("127.0.0.1", port, 2000, NULL);
    g_assert_cmpstr(ytops_rpc_client_get_address(client), ==, address);
    ytops_rpc_client_set_timeout(client, 100);
    expect(ping(client), YTOPS_ERROR_READ_TIMEOUT, address);
    ytops_rpc_client_set_timeout(client, 60000);
    expect(ping(client), YTOPS_ERROR_READ_TIMEOUT, address);
    close(listener);
}

static GError *ping_answered_with(const char *answer, gsize length, char **address)
{
    guint16 port;
    int listener = listen_anywhere(&port);
    *address = g_strdup_printf("127.0.0.1:%u", port);
    g_autoptr(YtopsRpcClient) client = ytops_rpc_client_connect("127.0.0.1", port, 2000, NULL);
    int fd = accept(listener, NULL, NULL);
    peer_send(fd, (const guint8 *)answer, length);
    shutdown(fd, SHUT_WR);
    GError *error = ping(client);
    close(fd);
    close(listener);
    return error;
}

static void test_answers_that_are_none(void)
{
    static const struct {
        const char *bytes;
        gsize length;
        YtopsErrorCode code;
    } answers[] = {{"HTTP/1.1 400 Bad Request\r\n\r\n", 28, YTOPS_ERROR_INTERNAL},
                   {"\0\0\0\0", 4, YTOPS_ERROR_INTERNAL},
                   {"\0\0\0\x04zzzz", 8, YTOPS_ERROR_INTERNAL},
                   {"\0\0\0\x09\x80\x01\0\2\0\0\0\4p", 13, YTOPS_ERROR_INTERNAL},
                   {"\x3f\xff\xff\xff\x80\x01\0\2", 8, YTOPS_ERROR_CONNECTION_RESET},
                   {"\0\0", 2, YTOPS_ERROR_CONNECTION_RESET},
                   {"", 0, YTOPS_ERROR_CONNECTION_RESET}};
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        g_autofree char *address = NULL;
        GError *error = ping_answered_with(answers[i].bytes, answers[i].length, &address);
        expect(error, answers[i].code, address);
    }
}

static void test_application_exception(void)
{
    static const char answer[] = "\0\0\0\x23\x80\x01\0\3\0\0\0\4ping\0\0\0\0"
                                 "\x0b\0\1\0\0\0\4oops\x08\0\2\0\0\0\6\0";
    g_autofree char *address = NULL;
    GError *error = ping_answered_with(answer, 4 + 0x23, &address);
    g_assert_nonnull(strstr(error->message, "oops"));
    expect(error, YTOPS_ERROR_INTERNAL, address);
}

/* fault and refusal, as objects: code, message and context arrive in the error. */
static void test_exceptions_become_errors(void)
{
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_MANAGEMENT, NULL, NULL);
    g_autoptr(YtopsRpcClient) client = harness_client(harness);
    YtopsServiceException *fault = g_object_new(YTOPS_TYPE_SERVICE_EXCEPTION, NULL);
    fault->message = g_strdup("no proxy is free");
    fault->errorCode = g_strdup("NO_ACTIVE_PROXIES");
    g_hash_table_insert(fault->context, g_strdup("retryAfterS"), g_strdup("42"));
    GError *error = NULL;
    g_assert_false(ytops_rpc_client_check(client, FALSE, fault, NULL, NULL, &error));
    g_assert_cmpstr(ytops_error_get_context(error, "retryAfterS"), ==, "42");
    expect(error, YTOPS_ERROR_NO_ACTIVE_PROXIES, "no proxy is free");

    YtopsUserException *refusal = g_object_new(YTOPS_TYPE_USER_EXCEPTION, NULL);
    refusal->message = g_strdup("text");
    refusal->errorCode = g_strdup("OF_A_LATER_VERSION");
    error = NULL;
    g_assert_false(ytops_rpc_client_check(client, TRUE, NULL, refusal, NULL, &error));
    expect(error, YTOPS_ERROR_INTERNAL, "OF_A_LATER_VERSION: text");
    error = NULL;
    g_assert_false(ytops_rpc_client_check(client, FALSE, NULL, NULL, NULL, &error));
    expect(error, YTOPS_ERROR_INTERNAL, ytops_rpc_client_get_address(client));
    g_assert_true(ytops_rpc_client_check(client, TRUE, NULL, NULL, NULL, &error));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rpc/client/nobody-listens", test_nobody_listens);
    g_test_add_func("/rpc/client/name-does-not-resolve", test_name_does_not_resolve);
    g_test_add_func("/rpc/client/silent-server", test_silent_server);
    g_test_add_func("/rpc/client/answers-that-are-none", test_answers_that_are_none);
    g_test_add_func("/rpc/client/application-exception", test_application_exception);
    g_test_add_func("/rpc/client/exceptions-become-errors", test_exceptions_become_errors);
    return g_test_run();
}
