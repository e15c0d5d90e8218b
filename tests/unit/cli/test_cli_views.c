/* The tables and documents of proxies and accounts. */
#include "cli/account_view.h"
#include "cli/proxy_view.h"
#include "ytops/error.h"

#define NOW 1000000

static const CliTableLook PLAIN = {.mark = "…"};
static const CliTableLook TERMINAL = {.mark = "…", .hide_empty = TRUE};

static void add_proxy(GPtrArray *statuses, const char *identity, const char *url,
                      YtopsResourceState state, const char *state_text, const char *next_for)
{
    YtopsProxyStatus *status =
        g_object_new(YTOPS_TYPE_PROXY_STATUS, "serverIdentity", identity, "proxyUrl", url, "state",
                     state, "stateText", state_text, "successCount", (gint64)5, "failureCount",
                     (gint64)7, "lastFailureTimestamp", (gint64)(NOW - 300), NULL);
    g_auto(GStrv) workers = g_strsplit(next_for, ",", -1);

    for (guint i = 0; workers[i] != NULL; i++)
        g_ptr_array_add(status->nextFor, g_strdup(workers[i]));
    g_ptr_array_add(statuses, status);
}

static GPtrArray *proxies_new(void)
{
    return g_ptr_array_new_with_free_func(g_object_unref);
}

static char *render_proxies(const GPtrArray *statuses, gboolean terminal)
{
    g_autoptr(CliTable) table = cli_proxy_table(statuses, NOW, terminal);

    return cli_table_render(table, terminal ? &TERMINAL : &PLAIN);
}

static void test_proxies_of_one_worker(void)
{
    g_autoptr(GPtrArray) statuses = proxies_new();
    g_autofree char *text = NULL;

    add_proxy(statuses, "id", "socks5://u:secret@h:1", YTOPS_RESOURCE_STATE_ACTIVE, "ACTIVE", "w1");
    add_proxy(statuses, "id", "http://h:2", YTOPS_RESOURCE_STATE_BANNED, "BANNED (active in 55m)",
              "");
    text = render_proxies(statuses, TRUE);
    g_assert_cmpstr(
        text, ==,
        "PROXY               NEXT    STATE                   OK  FAILED  RECENT  LAST OK  LAST "
        "FAILURE\n"
        "socks5://u:***@h:1  (next)  ACTIVE                   5       7  0       never    5m ago\n"
        "http://h:2                  BANNED (active in 55m)   5       7  0       never    5m "
        "ago\n");
}

static void test_proxies_of_several_workers_name_them(void)
{
    g_autoptr(GPtrArray) statuses = proxies_new();
    g_autofree char *text = NULL;

    add_proxy(statuses, "id", "http://h:1", YTOPS_RESOURCE_STATE_ACTIVE, "ACTIVE", "w1,w2");
    add_proxy(statuses, "id", "http://h:2", YTOPS_RESOURCE_STATE_ACTIVE, "ACTIVE", "w3");
    text = render_proxies(statuses, TRUE);
    g_assert_nonnull(strstr(text, "(next: w1, w2)"));
    g_assert_nonnull(strstr(text, "(next: w3)"));
    g_assert_null(strstr(text, "IDENTITY"));
}

static void test_the_identity_is_shown_where_there_are_several(void)
{
    g_autoptr(GPtrArray) statuses = proxies_new();
    g_autofree char *one = NULL;
    g_autofree char *plain = NULL;
    g_autofree char *two = NULL;

    add_proxy(statuses, "id-a", "http://h:1", YTOPS_RESOURCE_STATE_ACTIVE, "ACTIVE", "");
    one = render_proxies(statuses, TRUE);
    plain = render_proxies(statuses, FALSE);
    add_proxy(statuses, "id-b", "http://h:1", YTOPS_RESOURCE_STATE_ACTIVE, "ACTIVE", "");
    two = render_proxies(statuses, TRUE);
    g_assert_null(strstr(one, "id-a"));
    g_assert_nonnull(strstr(plain, "id-a"));
    g_assert_nonnull(strstr(two, "id-b"));
}

static void test_states_have_their_colours(void)
{
    static const CliTableLook colour = {.mark = "…", .colour = TRUE};
    g_autoptr(GPtrArray) statuses = proxies_new();
    g_autoptr(CliTable) table = NULL;
    g_autofree char *text = NULL;

    add_proxy(statuses, "id", "http://h:1", YTOPS_RESOURCE_STATE_ACTIVE, "ACTIVE", "w");
    add_proxy(statuses, "id", "http://h:2", YTOPS_RESOURCE_STATE_RESTING, "RESTING", "");
    add_proxy(statuses, "id", "http://h:3", YTOPS_RESOURCE_STATE_BANNED, "BANNED", "");
    table = cli_proxy_table(statuses, NOW, FALSE);
    text = cli_table_render(table, &colour);
    g_assert_nonnull(strstr(text, "\033[32mACTIVE\033[0m"));
    g_assert_nonnull(strstr(text, "\033[33mRESTING\033[0m"));
    g_assert_nonnull(strstr(text, "\033[31mBANNED\033[0m"));
    g_assert_nonnull(strstr(text, "\033[36m(next)\033[0m"));
}

static void test_json_keeps_the_whole_url_and_null_for_the_unknown(void)
{
    g_autoptr(GPtrArray) statuses = proxies_new();
    g_autoptr(YtopsJson) json = NULL;
    YtopsJson *proxy;

    add_proxy(statuses, "id", "socks5://u:secret@h:1", YTOPS_RESOURCE_STATE_BANNED,
              "BANNED (until unbanned)", "w1");
    json = cli_proxy_json(statuses);
    proxy = ytops_json_at(ytops_json_get(json, "proxies"), 0);
    g_assert_cmpstr(ytops_json_get_string(proxy, "proxyUrl"), ==, "socks5://u:secret@h:1");
    g_assert_cmpstr(ytops_json_get_string(proxy, "state"), ==, "BANNED");
    g_assert_cmpint(ytops_json_get_int(proxy, "lastFailureTimestamp"), ==, NOW - 300);
    g_assert_true(ytops_json_has(proxy, "activeInS"));
    g_assert_cmpint(ytops_json_get_type(ytops_json_get(proxy, "activeInS")), ==, YTOPS_JSON_NULL);
    g_assert_cmpuint(ytops_json_length(ytops_json_get(proxy, "nextFor")), ==, 1);
}

/* The URL that `given` finds among the proxies, or the code of the error. */
static void assert_match(const GPtrArray *statuses, const char *given, const char *expected,
                         YtopsErrorCode code)
{
    g_autoptr(GError) error = NULL;
    const YtopsProxyStatus *found = cli_proxy_match(statuses, given, &error);

    if (expected != NULL) {
        g_assert_no_error(error);
        g_assert_cmpstr(found->proxyUrl, ==, expected);
        return;
    }
    g_assert_null(found);
    g_assert_error(error, YTOPS_ERROR, (gint)code);
    g_assert_null(strstr(error->message, "secret"));
}

static void test_a_redacted_url_finds_its_one_proxy(void)
{
    g_autoptr(GPtrArray) statuses = proxies_new();

    add_proxy(statuses, "id", "socks5://u:secret@h:1", YTOPS_RESOURCE_STATE_ACTIVE, "ACTIVE", "");
    add_proxy(statuses, "id", "socks5://u:secret1@h:2", YTOPS_RESOURCE_STATE_ACTIVE, "ACTIVE", "");
    add_proxy(statuses, "id", "socks5://u:secret2@h:2", YTOPS_RESOURCE_STATE_ACTIVE, "ACTIVE", "");
    add_proxy(statuses, "id", "socks5://u:***@h:3", YTOPS_RESOURCE_STATE_ACTIVE, "ACTIVE", "");
    add_proxy(statuses, "id", "socks5://u:other@h:3", YTOPS_RESOURCE_STATE_ACTIVE, "ACTIVE", "");

    assert_match(statuses, "socks5://u:***@h:1", "socks5://u:secret@h:1", 0);
    assert_match(statuses, "socks5://u:secret1@h:2", "socks5://u:secret1@h:2", 0);
    assert_match(statuses, "socks5://u:***@h:3", "socks5://u:***@h:3", 0);
    assert_match(statuses, "socks5://u:***@h:2", NULL, YTOPS_ERROR_INVALID_ARGUMENT);
    assert_match(statuses, "socks5://u:***@h:9", NULL, YTOPS_ERROR_NOT_FOUND);
    assert_match(statuses, "socks5://v:***@h:1", NULL, YTOPS_ERROR_NOT_FOUND);
}

static void test_only_a_redacted_url_has_to_be_looked_up(void)
{
    g_assert_true(cli_proxy_is_redacted("socks5://u:***@h:1"));
    g_assert_false(cli_proxy_is_redacted("socks5://u:p@h:1"));
    g_assert_false(cli_proxy_is_redacted("socks5://h:1"));
}

static GPtrArray *two_accounts(void)
{
    GPtrArray *statuses = g_ptr_array_new_with_free_func(g_object_unref);

    g_ptr_array_add(
        statuses, g_object_new(YTOPS_TYPE_ACCOUNT_STATUS, "accountId", "acc_01", "state",
                               YTOPS_RESOURCE_STATE_ACTIVE, "stateText", "ACTIVE", "successCount",
                               (gint64)12, "failureCount", (gint64)0, "consecutiveFailures", 0,
                               "activeSince", (gint64)(NOW - 3900), "lastSuccessTimestamp",
                               (gint64)(NOW - 42), "lastProxyUrl", "socks5://u:secret@h:1", NULL));
    g_ptr_array_add(statuses, g_object_new(YTOPS_TYPE_ACCOUNT_STATUS, "accountId", "acc_02",
                                           "state", YTOPS_RESOURCE_STATE_RESTING, "stateText",
                                           "RESTING (active in 25m)", "successCount", (gint64)0,
                                           "failureCount", (gint64)3, "consecutiveFailures", 3,
                                           "reason", "BOT_DETECTED", NULL));
    return statuses;
}

static void test_accounts(void)
{
    g_autoptr(GPtrArray) statuses = two_accounts();
    g_autoptr(CliTable) table = cli_account_table(statuses, NOW);
    g_autofree char *text = cli_table_render(table, &PLAIN);
    g_autoptr(YtopsJson) json = cli_account_json(statuses);
    YtopsJson *second = ytops_json_at(ytops_json_get(json, "accounts"), 1);

    g_assert_cmpstr(
        text, ==,
        "ACCOUNT  STATE                    OK  FAILED  IN A ROW  ACTIVE SINCE  LAST OK  LAST "
        "FAILURE  LAST PROXY          REASON\n"
        "acc_01   ACTIVE                   12       0         0  1h 5m ago     42s ago  never"
        "         socks5://u:***@h:1\n"
        "acc_02   RESTING (active in 25m)   0       3         3                never    never"
        "                             BOT_DETECTED\n");
    g_assert_cmpstr(ytops_json_get_string(second, "state"), ==, "RESTING");
    g_assert_cmpint(ytops_json_get_int(second, "consecutiveFailures"), ==, 3);
    g_assert_cmpstr(ytops_json_get_string(second, "reason"), ==, "BOT_DETECTED");
    g_assert_true(ytops_json_has(second, "lastProxyUrl"));
    g_assert_null(ytops_json_get_string(second, "lastProxyUrl"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/views/proxies-one-worker", test_proxies_of_one_worker);
    g_test_add_func("/views/proxies-workers", test_proxies_of_several_workers_name_them);
    g_test_add_func("/views/proxies-identity", test_the_identity_is_shown_where_there_are_several);
    g_test_add_func("/views/colours", test_states_have_their_colours);
    g_test_add_func("/views/proxies-json", test_json_keeps_the_whole_url_and_null_for_the_unknown);
    g_test_add_func("/views/redacted", test_a_redacted_url_finds_its_one_proxy);
    g_test_add_func("/views/redacted-only", test_only_a_redacted_url_has_to_be_looked_up);
    g_test_add_func("/views/accounts", test_accounts);
    return g_test_run();
}
