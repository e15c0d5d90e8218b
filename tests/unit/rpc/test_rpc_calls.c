/*
 * What the calls do, through the generated client, on each role.
 */
#include <string.h>
#include <unistd.h>

#include "rpc_harness.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsServerInfo, g_object_unref)

/* How a call ended, for each of the generated functions to fill. */
typedef struct {
    YtopsServiceException *fault;
    YtopsUserException *refusal;
    GError *error;
} End;

/* Asserts that it ended in an error of that code, with a message that holds `part`. */
static void expect(YtopsRpcClient *client, gboolean ok, End *end, YtopsErrorCode code,
                   const char *part)
{
    g_autoptr(GError) error = NULL;
    gboolean good =
        ytops_rpc_client_check(client, ok, end->fault, end->refusal, end->error, &error);
    *end = (End){0};
    g_assert_false(good);
    g_test_message("%s", error->message);
    g_assert_error(error, YTOPS_ERROR, (gint)code);
    g_assert_nonnull(strstr(error->message, part));
}

static void expect_good(YtopsRpcClient *client, gboolean ok, End *end)
{
    g_autoptr(GError) error = NULL;
    ytops_rpc_client_check(client, ok, end->fault, end->refusal, end->error, &error);
    *end = (End){0};
    g_assert_no_error(error);
}

static YtopsManagementServiceIf *management(YtopsRpcClient *client)
{
    return YTOPS_MANAGEMENT_SERVICE_IF(ytops_rpc_client_get_service(client));
}

static void test_every_form_is_served(void)
{
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_MANAGEMENT, NULL, NULL);
    for (gsize i = 0; i < N_PEER_FORMS; i++) {
        g_test_message("%s", peer_forms[i].name);
        int fd = peer_connect(harness->port);
        for (gint32 sequence_id = -1; sequence_id < 3; sequence_id++)
            harness_check_ping(fd, &peer_forms[i], sequence_id);
        harness_check_ping(fd, &peer_forms[i], G_MAXINT32);
        close(fd);
    }
}

static void test_server_info(void)
{
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_WORKER, NULL, NULL);
    g_autoptr(YtopsRpcClient) client = harness_client(harness);
    g_autoptr(YtopsServerInfo) info = g_object_new(YTOPS_TYPE_SERVER_INFO, NULL);
    YtopsBaseServiceIf *service = YTOPS_BASE_SERVICE_IF(ytops_rpc_client_get_service(client));
    End end = {0};
    gboolean ok = ytops_base_service_if_get_server_info(service, &info, &end.fault, &end.error);
    expect_good(client, ok, &end);
    g_assert_cmpstr(info->version, ==, YTOPS_VERSION);
    g_assert_cmpint(info->serviceRole, ==, YTOPS_SERVICE_ROLE_WORKER);
    g_assert_cmpstr(info->serverIdentity, ==, HARNESS_IDENTITY);
    g_assert_cmpstr(info->instanceId, ==, "east-1");
    g_assert_cmpint(info->startedAt, ==, 1700000000);
    g_assert_true(info->redisReachable);
    g_assert_false(info->draining);
}

static void test_redis_lost(void)
{
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_MANAGEMENT, NULL, NULL);
    g_autoptr(YtopsRpcClient) client = harness_client(harness);
    YtopsBaseServiceIf *service = YTOPS_BASE_SERVICE_IF(ytops_rpc_client_get_service(client));
    End end = {0};
    redis_fixture_kill(harness->redis);
    gboolean ok = ytops_base_service_if_ping(service, &end.fault, &end.error);
    expect(client, ok, &end, YTOPS_ERROR_REDIS_UNAVAILABLE, "");
    g_autoptr(YtopsServerInfo) info = g_object_new(YTOPS_TYPE_SERVER_INFO, NULL);
    ok = ytops_base_service_if_get_server_info(service, &info, &end.fault, &end.error);
    expect_good(client, ok, &end);
    g_assert_false(info->redisReachable);
    g_autoptr(GPtrArray) accounts = g_ptr_array_new_with_free_func(g_object_unref);
    ok = ytops_management_service_if_get_account_status(management(client), &accounts, "", 0,
                                                        &end.fault, &end.refusal, &end.error);
    expect(client, ok, &end, YTOPS_ERROR_REDIS_UNAVAILABLE, "");
}

static GPtrArray *list_proxies(YtopsRpcClient *client, const char *identity)
{
    GPtrArray *proxies = g_ptr_array_new_with_free_func(g_object_unref);
    End end = {0};
    gboolean ok = ytops_management_service_if_get_proxy_status(
        management(client), &proxies, identity, &end.fault, &end.refusal, &end.error);
    expect_good(client, ok, &end);
    return proxies;
}

static void test_proxies(void)
{
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_ALL_IN_ONE, NULL, NULL);
    g_autoptr(YtopsRpcClient) client = harness_client(harness);
    End end = {0};
    g_autoptr(GPtrArray) fresh = list_proxies(client, "");
    g_assert_cmpuint(fresh->len, ==, 2);
    YtopsProxyStatus *status = g_ptr_array_index(fresh, 0);
    g_assert_cmpstr(status->proxyUrl, ==, HARNESS_PROXY_1);
    g_assert_cmpstr(status->serverIdentity, ==, HARNESS_IDENTITY);
    g_assert_cmpint(status->state, ==, YTOPS_RESOURCE_STATE_ACTIVE);
    g_assert_cmpstr(status->stateText, ==, "ACTIVE");
    g_assert_false(status->__isset_activeInS);
    g_assert_false(status->__isset_reason);

    gboolean ok =
        ytops_management_service_if_ban_proxy(management(client), "", HARNESS_PROXY_2, "slow", 3600,
                                              &end.fault, &end.refusal, &end.error);
    expect_good(client, ok, &end);
    g_autoptr(GPtrArray) banned = list_proxies(client, HARNESS_IDENTITY);
    status = g_ptr_array_index(banned, 1);
    g_assert_cmpint(status->state, ==, YTOPS_RESOURCE_STATE_BANNED);
    g_assert_cmpstr(status->reason, ==, "slow");
    g_assert_true(status->__isset_activeInS);
    g_assert_cmpint(status->activeInS, >, 3500);

    gint32 changed = -1;
    ok = ytops_management_service_if_ban_all_proxies(management(client), &changed, "", "all", -1,
                                                     &end.fault, &end.refusal, &end.error);
    expect_good(client, ok, &end);
    g_assert_cmpint(changed, ==, 2);
    g_autoptr(GPtrArray) forever = list_proxies(client, "");
    status = g_ptr_array_index(forever, 0);
    g_assert_cmpstr(status->stateText, ==, "BANNED (until unbanned)");
    g_assert_false(status->__isset_activeInS);
    ok = ytops_management_service_if_unban_proxy(management(client), "", HARNESS_PROXY_1,
                                                 &end.fault, &end.refusal, &end.error);
    expect_good(client, ok, &end);
    ok = ytops_management_service_if_unban_all_proxies(management(client), &changed, "", &end.fault,
                                                       &end.refusal, &end.error);
    expect_good(client, ok, &end);
    ok = ytops_management_service_if_reset_all_proxies(management(client), &changed, "", &end.fault,
                                                       &end.refusal, &end.error);
    expect_good(client, ok, &end);
    ok = ytops_management_service_if_ban_proxy(management(client), "", "socks5://10.0.0.1:1", "", 0,
                                               &end.fault, &end.refusal, &end.error);
    expect(client, ok, &end, YTOPS_ERROR_NOT_FOUND, "10.0.0.1");
    ok = ytops_management_service_if_ban_proxy(management(client), "", HARNESS_PROXY_1, "", -2,
                                               &end.fault, &end.refusal, &end.error);
    expect(client, ok, &end, YTOPS_ERROR_INVALID_ARGUMENT, "durationS is -2");
}

static void test_worker_scope(void)
{
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_WORKER, NULL, NULL);
    g_autoptr(YtopsRpcClient) client = harness_client(harness);
    g_autoptr(GPtrArray) own = list_proxies(client, "");
    g_assert_cmpuint(own->len, ==, 2);
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    End end = {0};
    gint32 changed;
    gboolean ok = ytops_management_service_if_get_proxy_status(
        management(client), &none, "west", &end.fault, &end.refusal, &end.error);
    expect(client, ok, &end, YTOPS_ERROR_OUT_OF_SCOPE, "west");
    ok = ytops_management_service_if_ban_proxy(management(client), "west", HARNESS_PROXY_1, "", 0,
                                               &end.fault, &end.refusal, &end.error);
    expect(client, ok, &end, YTOPS_ERROR_OUT_OF_SCOPE, "west");
    ok = ytops_management_service_if_delete_proxies_from_redis(
        management(client), &changed, "west", none, &end.fault, &end.refusal, &end.error);
    expect(client, ok, &end, YTOPS_ERROR_OUT_OF_SCOPE, "west");
}

/* A management server that finds two identities in Redis, none of them its own. */
static void test_management_sees_all(void)
{
    static const char *const west[] = {HARNESS_PROXY_2, NULL};
    static const YtopsProxyPolicy policy = {3600, 3, 3, 3600};
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_WORKER, NULL, NULL);
    g_autoptr(YtopsProxyManager) other =
        ytops_proxy_manager_new(harness->pool, &policy, "west", "west-1", west, NULL);
    g_autoptr(YtopsProxyManager) nobody = ytops_proxy_manager_new(
        harness->pool, &policy, "office", "office-1", (const char *const[]){NULL}, NULL);
    g_autoptr(GPtrArray) east_list = ytops_proxy_manager_list(harness->proxies, NULL, NULL);
    g_autoptr(GPtrArray) west_list = ytops_proxy_manager_list(other, NULL, NULL);

    YtopsRpcServices services = harness_services(harness, YTOPS_ROLE_MANAGEMENT, NULL);
    services.server_identity = "office";
    services.proxies = nobody;
    g_autoptr(YtopsRpcServer) server = harness_add_server(harness, &services);
    g_autoptr(YtopsRpcClient) client =
        ytops_rpc_client_connect("127.0.0.1", ytops_rpc_server_get_port(server), 20000, NULL);
    g_autoptr(GPtrArray) all = list_proxies(client, "");
    g_assert_cmpuint(all->len, ==, 3);
    g_autoptr(GPtrArray) one = list_proxies(client, "west");
    g_assert_cmpuint(one->len, ==, 1);

    /* Without an identity: wherever the proxy is. */
    End end = {0};
    gint32 changed = -1;
    gboolean ok = ytops_management_service_if_ban_proxy(
        management(client), "", HARNESS_PROXY_2, "x", 0, &end.fault, &end.refusal, &end.error);
    expect_good(client, ok, &end);
    ok = ytops_management_service_if_unban_all_proxies(management(client), &changed, "", &end.fault,
                                                       &end.refusal, &end.error);
    expect_good(client, ok, &end);
    g_assert_cmpint(changed, ==, 2);
    ok = ytops_management_service_if_ban_proxy(management(client), "", "socks5://10.0.0.1:1", "", 0,
                                               &end.fault, &end.refusal, &end.error);
    expect(client, ok, &end, YTOPS_ERROR_NOT_FOUND, "10.0.0.1");
}

static void test_accounts(void)
{
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_MANAGEMENT, NULL, NULL);
    g_autoptr(YtopsRpcClient) client = harness_client(harness);
    End end = {0};
    gboolean ok = ytops_management_service_if_ban_account(management(client), "acc_1", "abuse", 600,
                                                          &end.fault, &end.refusal, &end.error);
    expect_good(client, ok, &end);
    g_autoptr(GPtrArray) accounts = g_ptr_array_new_with_free_func(g_object_unref);
    ok = ytops_management_service_if_get_account_status(management(client), &accounts, "acc", 0,
                                                        &end.fault, &end.refusal, &end.error);
    expect_good(client, ok, &end);
    g_assert_cmpuint(accounts->len, ==, 1);
    YtopsAccountStatus *status = g_ptr_array_index(accounts, 0);
    g_assert_cmpstr(status->accountId, ==, "acc_1");
    g_assert_cmpint(status->state, ==, YTOPS_RESOURCE_STATE_BANNED);
    g_assert_cmpstr(status->reason, ==, "abuse");
    g_assert_cmpint(status->activeInS, >, 500);
    g_assert_false(status->__isset_lastProxyUrl);
    ok = ytops_management_service_if_unban_account(management(client), "acc_1", &end.fault,
                                                   &end.refusal, &end.error);
    expect_good(client, ok, &end);
    ok = ytops_management_service_if_reset_account(management(client), "acc_2", &end.fault,
                                                   &end.refusal, &end.error);
    expect(client, ok, &end, YTOPS_ERROR_NOT_FOUND, "acc_2");
    ok = ytops_management_service_if_ban_account(management(client), "", "", 0, &end.fault,
                                                 &end.refusal, &end.error);
    expect(client, ok, &end, YTOPS_ERROR_INVALID_ARGUMENT, "accountId is empty");
    ok = ytops_management_service_if_get_account_status(management(client), &accounts, "", -1,
                                                        &end.fault, &end.refusal, &end.error);
    expect(client, ok, &end, YTOPS_ERROR_INVALID_ARGUMENT, "limit is -1");
    gint32 changed = -1;
    ok = ytops_management_service_if_delete_accounts_from_redis(
        management(client), &changed, "acc", &end.fault, &end.refusal, &end.error);
    expect_good(client, ok, &end);
    g_assert_cmpint(changed, ==, 1);
}

/* acc_000001 and on, in steps that Redis does in no time. */
static void make_accounts(Harness *harness, guint n_accounts)
{
    for (guint first = 1; first <= n_accounts; first += 2000) {
        g_autofree char *from = g_strdup_printf("%u", first);
        g_autofree char *to = g_strdup_printf("%u", MIN(first + 1999, n_accounts));
        g_autoptr(GError) error = NULL;
        g_autoptr(YtopsRedisReply) made = ytops_redis_command(
            harness->pool, &error, "EVAL",
            "for i = ARGV[1], ARGV[2] do local id = string.format('acc_%06d', i) "
            "redis.call('ZADD', 'account_index', 0, id) "
            "redis.call('HSET', 'account_status:' .. id, 'status', 'ACTIVE', 'success_count', i, "
            "'last_success_timestamp', 1700000000, 'last_proxy_url', 'socks5://127.0.0.1:1081') "
            "end return 1",
            "0", from, to, NULL);
        g_assert_no_error(error);
    }
}

/* 100,000 accounts, from Redis to the client's objects. */
static void test_many_accounts(void)
{
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_MANAGEMENT, NULL, NULL);
    g_autoptr(YtopsRpcClient) client = harness_client(harness);
    make_accounts(harness, 100000);
    g_autoptr(GPtrArray) accounts = g_ptr_array_new_with_free_func(g_object_unref);
    End end = {0};
    gint64 start = g_get_monotonic_time();
    gboolean ok = ytops_management_service_if_get_account_status(
        management(client), &accounts, "", 0, &end.fault, &end.refusal, &end.error);
    expect_good(client, ok, &end);
    g_test_message("100,000 accounts in %" G_GINT64_FORMAT " ms",
                   (g_get_monotonic_time() - start) / 1000);
    g_assert_cmpuint(accounts->len, ==, 100000);
    YtopsAccountStatus *last = g_ptr_array_index(accounts, 99999);
    g_assert_cmpstr(last->accountId, ==, "acc_100000");
    g_assert_cmpint(last->successCount, ==, 100000);
}

static void test_token_calls_need_a_worker(void)
{
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_MANAGEMENT, NULL, NULL);
    for (gsize i = 0; i < N_PEER_FORMS; i++) {
        int fd = peer_connect(harness->port);
        static const char *const methods[] = {"getToken", "reportOutcome", "TokenService:getToken"};
        for (gsize k = 0; k < G_N_ELEMENTS(methods); k++) {
            g_autoptr(GByteArray) message =
                peer_message(&peer_forms[i], methods[k], MESSAGE_CALL, 1, NULL);
            peer_send(fd, message->data, message->len);
            peer_expect_error(fd, &peer_forms[i], "ROLE_FORBIDDEN");
        }
        close(fd);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rpc/calls/every-form-is-served", test_every_form_is_served);
    g_test_add_func("/rpc/calls/server-info", test_server_info);
    g_test_add_func("/rpc/calls/redis-lost", test_redis_lost);
    g_test_add_func("/rpc/calls/proxies", test_proxies);
    g_test_add_func("/rpc/calls/worker-scope", test_worker_scope);
    g_test_add_func("/rpc/calls/management-sees-all", test_management_sees_all);
    g_test_add_func("/rpc/calls/accounts", test_accounts);
    g_test_add_func("/rpc/calls/many-accounts", test_many_accounts);
    g_test_add_func("/rpc/calls/token-calls-need-a-worker", test_token_calls_need_a_worker);
    return g_test_run();
}
