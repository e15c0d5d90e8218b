#include "rpc_harness.h"

#include <unistd.h>

static const YtopsAccountPolicy account_policy = {1800, 3600, 5, 3600};
static const YtopsProxyPolicy proxy_policy = {3600, 3, 3, 3600};

YtopsRpcServices harness_services(Harness *harness, YtopsRole role, YtopsTokenService *tokens)
{
    return (YtopsRpcServices){
        .role = role,
        .server_identity = HARNESS_IDENTITY,
        .instance_id = "east-1",
        .started_at = 1700000000,
        .redis = harness->pool,
        .accounts = harness->accounts,
        .proxies = harness->proxies,
        .tokens = tokens,
    };
}

Harness *harness_start(YtopsRole role, const YtopsRpcOptions *options, YtopsTokenService *tokens)
{
    static const char *const proxies[] = {HARNESS_PROXY_1, HARNESS_PROXY_2, NULL};
    static const YtopsRpcOptions defaults;
    g_autoptr(GError) error = NULL;
    Harness *harness = g_new0(Harness, 1);
    harness->redis = redis_fixture_start();
    harness->pool = ytops_redis_pool_new(redis_fixture_url(harness->redis), NULL, &error);
    g_assert_no_error(error);
    harness->accounts =
        ytops_account_manager_new(harness->pool, &account_policy, "harness-1", NULL);
    harness->proxies = ytops_proxy_manager_new(harness->pool, &proxy_policy, HARNESS_IDENTITY,
                                               "east-1", proxies, NULL);
    YtopsRpcServices services = harness_services(harness, role, tokens);
    harness->server =
        ytops_rpc_server_new(options != NULL ? options : &defaults, &services, &error);
    g_assert_no_error(error);
    harness->port = ytops_rpc_server_get_port(harness->server);
    return harness;
}

YtopsRpcServer *harness_add_server(Harness *harness G_GNUC_UNUSED, const YtopsRpcServices *services)
{
    g_autoptr(GError) error = NULL;
    YtopsRpcServer *server = ytops_rpc_server_new(&(YtopsRpcOptions){0}, services, &error);
    g_assert_no_error(error);
    return server;
}

void harness_stop(Harness *harness)
{
    if (harness == NULL)
        return;
    ytops_rpc_server_free(harness->server);
    ytops_proxy_manager_free(harness->proxies);
    ytops_account_manager_free(harness->accounts);
    ytops_redis_pool_free(harness->pool);
    redis_fixture_stop(harness->redis);
    g_free(harness);
}

YtopsRpcClient *harness_client(Harness *harness)
{
    g_autoptr(GError) error = NULL;
    YtopsRpcClient *client = ytops_rpc_client_connect("127.0.0.1", harness->port, 20000, &error);
    g_assert_no_error(error);
    return client;
}

void harness_check_ping(int fd, const PeerForm *form, gint32 sequence_id)
{
    g_autoptr(GByteArray) message = peer_message(form, "ping", MESSAGE_CALL, sequence_id, NULL);
    peer_send(fd, message->data, message->len);
    g_autoptr(PeerReply) reply = peer_receive(fd, form);
    g_assert_nonnull(reply);
    g_assert_cmpstr(reply->exception_message, ==, NULL);
    g_assert_cmpint(reply->header.type, ==, MESSAGE_REPLY);
    g_assert_cmpint(reply->header.sequence_id, ==, sequence_id);
    g_assert_cmpstr(reply->header.name, ==, "ping");
    g_assert_cmpint(reply->header.strict, ==, form->strict);
    g_assert_cmpstr(reply->error_code, ==, NULL);
}

void harness_check_serves(Harness *harness, const PeerForm *form)
{
    int fd = peer_connect(harness->port);
    harness_check_ping(fd, form, 4711);
    close(fd);
}

void harness_run(gconstpointer test)
{
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_MANAGEMENT, NULL, NULL);
    (*(const HarnessTest *)test)(harness);
    for (gsize i = 0; i < N_PEER_FORMS; i++)
        harness_check_serves(harness, &peer_forms[i]);
}
