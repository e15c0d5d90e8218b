/* What is told of an account and a proxy: no password, and nothing of what is not known. */
#include "status/status_row.h"

static void assert_json(YtopsJson *row, const char *expected)
{
    g_autofree char *text = ytops_json_to_string(row);
    ytops_json_unref(row);
    g_assert_cmpstr(text, ==, expected);
}

static void test_an_account(void)
{
    YtopsAccountInfo info = {
        .account_id = (char *)"a",
        .state = YTOPS_POOL_STATE_BANNED,
        .success_count = 5,
        .failure_count = 2,
        .consecutive_failures = 2,
        .last_failure_timestamp = 100,
        .reason = (char *)"through socks5://user:secret@h:1",
        .last_proxy_url = (char *)"user:sec@ret@h:1",
        .last_server_identity = (char *)"east",
    };
    assert_json(status_row_of_account(&info, 170),
                "{\"state\":\"BANNED\",\"until\":170,\"ok\":5,\"failed\":2,\"in_a_row\":2,"
                "\"last_failed\":100,\"reason\":\"through socks5://user:***@h:1\","
                "\"proxy\":\"user:***@h:1\",\"identity\":\"east\"}");
    assert_json(status_row_of_account(&(YtopsAccountInfo){.account_id = (char *)"b"}, 0),
                "{\"state\":\"ACTIVE\",\"ok\":0,\"failed\":0}");
}

static void test_a_proxy(void)
{
    YtopsProxyInfo info = {
        .server_identity = (char *)"east",
        .proxy_url = (char *)"http://user:sec:ret/secret@h:1",
        .state = YTOPS_POOL_STATE_BANNED,
        .recent_failures = 3,
        .recent_failure_accounts = 2,
        .reason = (char *)"like http://u:secret@h",
    };
    assert_json(status_row_of_proxy(&info, -1, 7),
                "{\"url\":\"http://user:***@h:1\",\"identity\":\"east\",\"place\":7,"
                "\"state\":\"BANNED\",\"until\":-1,\"ok\":0,\"failed\":0,\"recent\":3,"
                "\"recent_accounts\":2,\"reason\":\"like http://u:***@h\"}");
}

static void test_when_it_is_over(void)
{
    g_assert_cmpint(status_row_until(60, 1000), ==, 1060);
    g_assert_cmpint(status_row_until(0, 1000), ==, 0);
    g_assert_cmpint(status_row_until(YTOPS_UNTIL_UNBANNED, 1000), ==, -1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/status/row/" #name, test_##name)
    ADD(an_account);
    ADD(a_proxy);
    ADD(when_it_is_over);
    return g_test_run();
}
