/*
 * The table against the contract itself, as the thrift compiler reads it.
 */
#include "rpc/method_table.h"

#include "ytops/json.h"

static YtopsJson *read_contract(const char *file)
{
    g_autofree char *path = g_strdup_printf("%s/%s.json", CONTRACT_JSON, file);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    YtopsJson *json = ytops_json_parse(text, -1, &error);
    g_assert_no_error(error);
    return json;
}

/* Field id of the exception of that name; 0: not declared. */
static gint64 exception_field(const YtopsJson *function, const char *name)
{
    YtopsJson *exceptions = ytops_json_get(function, "exceptions");
    for (guint i = 0; i < ytops_json_length(exceptions); i++) {
        YtopsJson *exception = ytops_json_at(exceptions, i);
        if (g_strcmp0(ytops_json_get_string(exception, "name"), name) == 0)
            return ytops_json_get_int(exception, "key");
    }
    return 0;
}

static void check_function(const YtopsJson *function, const char *service)
{
    const char *name = ytops_json_get_string(function, "name");
    g_autofree char *multiplexed = g_strdup_printf("%s:%s", service, name);
    g_test_message("%s", multiplexed);
    const RpcMethod *method = method_table_find(name);
    g_assert_nonnull(method);
    g_assert_true(method_table_find(multiplexed) == method);
    g_assert_cmpstr(method->service, ==, service);
    g_assert_cmpint(method->fault_field, ==, exception_field(function, "fault"));
    g_assert_cmpint(method->refusal_field, ==, exception_field(function, "refusal"));
    g_assert_false(ytops_json_get_bool(function, "oneway"));
}

/* How many functions the file's services have. */
static gsize check_file(const char *file)
{
    g_autoptr(YtopsJson) contract = read_contract(file);
    YtopsJson *services = ytops_json_get(contract, "services");
    gsize n_functions = 0;
    for (guint i = 0; i < ytops_json_length(services); i++) {
        YtopsJson *service = ytops_json_at(services, i);
        YtopsJson *functions = ytops_json_get(service, "functions");
        for (guint k = 0; k < ytops_json_length(functions); k++) {
            check_function(ytops_json_at(functions, k), ytops_json_get_string(service, "name"));
            n_functions++;
        }
    }
    return n_functions;
}

static void test_is_the_contract(void)
{
    gsize n_methods;
    method_table_get(&n_methods);
    gsize n_functions = check_file("common") + check_file("management") + check_file("tokens") +
                        check_file("relay") + check_file("work");
    g_assert_cmpuint(n_functions, ==, n_methods);
}

static void test_names(void)
{
    static const char *const served[] = {"ping",
                                         "TokenService:ping",
                                         "ManagementService:ping",
                                         "BaseService:ping",
                                         "TokenService:banProxy",
                                         "RelayService:ping",
                                         "RelayService:getServerInfo",
                                         "RelayService:listStreams",
                                         "listStreams",
                                         "WorkService:ping",
                                         "WorkService:pullUrl",
                                         "pullUrl"};
    static const char *const unserved[] = {"",
                                           ":",
                                           "ping:",
                                           ":ping",
                                           "Ping",
                                           "pin",
                                           "pingg",
                                           "BaseService:getToken",
                                           "ManagementService:getToken",
                                           "WorkService:getToken",
                                           "TokenService:pushUrls",
                                           "ManagementService:getQueueStatus",
                                           "RelayService:getToken",
                                           "RelayService:banProxy",
                                           "TokenService:listStreams",
                                           "BaseService:createStream",
                                           "TokenService:TokenService:ping"};
    for (gsize i = 0; i < G_N_ELEMENTS(served); i++)
        g_assert_nonnull(method_table_find(served[i]));
    for (gsize i = 0; i < G_N_ELEMENTS(unserved); i++)
        g_assert_null(method_table_find(unserved[i]));
    g_assert_cmpstr(method_table_plain_name("TokenService:ping"), ==, "ping");
    g_assert_cmpstr(method_table_plain_name("ping"), ==, "ping");
}

static void test_roles(void)
{
    const RpcMethod *token = method_table_find("getToken");
    const RpcMethod *report = method_table_find("reportOutcome");
    const RpcMethod *ban = method_table_find("banProxy");
    g_assert_true(method_table_serves(token, YTOPS_ROLE_WORKER));
    g_assert_true(method_table_serves(token, YTOPS_ROLE_ALL_IN_ONE));
    g_assert_false(method_table_serves(token, YTOPS_ROLE_MANAGEMENT));
    g_assert_false(method_table_serves(report, YTOPS_ROLE_MANAGEMENT));
    for (YtopsRole role = YTOPS_ROLE_ALL_IN_ONE; role <= YTOPS_ROLE_WORKER; role++)
        g_assert_true(method_table_serves(ban, role));
    const RpcMethod *create = method_table_find("createStream");
    const RpcMethod *list = method_table_find("listStreams");
    g_assert_true(method_table_serves(create, YTOPS_ROLE_WORKER));
    g_assert_true(method_table_serves(create, YTOPS_ROLE_ALL_IN_ONE));
    g_assert_false(method_table_serves(create, YTOPS_ROLE_MANAGEMENT));
    g_assert_false(method_table_serves(list, YTOPS_ROLE_MANAGEMENT));
    g_assert_false(create->deferred);
    g_assert_true(token->deferred);
    g_assert_false(report->deferred);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rpc/method-table/is-the-contract", test_is_the_contract);
    g_test_add_func("/rpc/method-table/names", test_names);
    g_test_add_func("/rpc/method-table/roles", test_roles);
    return g_test_run();
}
