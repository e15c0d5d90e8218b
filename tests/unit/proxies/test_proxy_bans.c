/* When a proxy is banned by itself, what counts, and how a ban ends. */
#include "proxy_bed.h"
#include "ytops/error.h"

#define A "socks5://a:1080"
#define B "socks5://b:1080"

static const char *const ab[] = {A, B, NULL};

static YtopsProxyManager *manager_new(ProxyBed *bed)
{
    return proxy_bed_manager(bed, PROXY_BED_INSTANCE, ab);
}

static void assert_info(YtopsProxyManager *manager, YtopsPoolState state, gint64 active_in_s,
                        gint64 recent_failures, gint64 recent_accounts)
{
    g_autoptr(YtopsProxyInfo) info = proxy_bed_info(manager, A);
    g_assert_nonnull(info);
    g_assert_cmpint(info->state, ==, state);
    g_assert_cmpint(info->active_in_s, ==, active_in_s);
    g_assert_cmpint(info->recent_failures, ==, recent_failures);
    g_assert_cmpint(info->recent_failure_accounts, ==, recent_accounts);
}

static void test_three_failures_with_three_accounts_ban(ProxyBed *bed,
                                                        gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    g_assert_false(proxy_bed_fail(manager, A, "acc_01"));
    g_assert_false(proxy_bed_fail(manager, A, "acc_02"));
    assert_info(manager, YTOPS_POOL_STATE_ACTIVE, 0, 2, 2);
    g_assert_true(proxy_bed_fail(manager, A, "acc_03"));
    assert_info(manager, YTOPS_POOL_STATE_BANNED, 3600, 3, 3);
    g_autoptr(YtopsProxyInfo) info = proxy_bed_info(manager, A);
    g_assert_cmpstr(info->reason, ==, "3 failures with 3 accounts in 3600 s");
    g_assert_cmpint(info->failure_count, ==, 3);
    g_assert_cmpint(info->last_failure_timestamp, ==, bed->now);
    proxy_bed_assert_select(manager, B);
}

static void test_two_accounts_do_not(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    for (int i = 0; i < 10; i++)
        g_assert_false(proxy_bed_fail(manager, A, i % 2 == 0 ? "acc_01" : "acc_02"));
    assert_info(manager, YTOPS_POOL_STATE_ACTIVE, 0, 10, 2);
    g_assert_true(proxy_bed_fail(manager, A, "acc_03"));
}

static void test_failures_without_an_account_are_one_account(ProxyBed *bed,
                                                             gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    for (int i = 0; i < 5; i++)
        g_assert_false(proxy_bed_fail(manager, A, i % 2 == 0 ? NULL : ""));
    assert_info(manager, YTOPS_POOL_STATE_ACTIVE, 0, 5, 1);
}

static void test_failures_outside_the_window(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    proxy_bed_fail(manager, A, "acc_01");
    bed->now += 1;
    proxy_bed_fail(manager, A, "acc_02");
    bed->now += 3599;
    g_assert_false(proxy_bed_fail(manager, A, "acc_03"));
    assert_info(manager, YTOPS_POOL_STATE_ACTIVE, 0, 2, 2);
    g_assert_true(proxy_bed_fail(manager, A, "acc_04"));
    /* The first one is not only left out of the count, it is gone. */
    g_autofree char *kept =
        proxy_bed_redis(bed, "ZCARD", "proxy_failures:" PROXY_BED_IDENTITY ":" A, NULL);
    g_assert_cmpstr(kept, ==, "3");
}

static void test_failures_that_are_not_penalized(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    static const char *const accounts[] = {"acc_01", "acc_02", "acc_03", "acc_04"};
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    for (gsize i = 0; i < G_N_ELEMENTS(accounts); i++) {
        YtopsProxyUse use = {.proxy_url = A, .account_id = accounts[i], .error = "PRIVATE_VIDEO"};
        gboolean banned = TRUE;
        g_assert_true(ytops_proxy_manager_report_failure(manager, &use, &banned, NULL));
        g_assert_false(banned);
    }
    assert_info(manager, YTOPS_POOL_STATE_ACTIVE, 0, 0, 0);
    g_autoptr(YtopsProxyInfo) info = proxy_bed_info(manager, A);
    g_assert_cmpint(info->failure_count, ==, 4);
}

static void test_a_full_window_bans_at_selection(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    proxy_bed_use(manager);
    g_autofree char *score = g_strdup_printf("%" G_GINT64_FORMAT, bed->now - 10);
    g_autofree char *added = proxy_bed_redis(
        bed, "ZADD", "proxy_failures:" PROXY_BED_IDENTITY ":" A, score, "{\"account_id\":\"x\"}",
        score, "{\"account_id\":\"y\"}", score, "{\"account_id\":\"z\"}", NULL);
    g_assert_cmpstr(added, ==, "3");
    g_autofree char *overview = proxy_bed_overview(manager);
    g_assert_cmpstr(overview, ==, "a:ACTIVE b:ACTIVE(worker-1)");
    proxy_bed_assert_select(manager, B);
    assert_info(manager, YTOPS_POOL_STATE_BANNED, 3600, 3, 3);
    g_assert_false(ytops_proxy_manager_claim(manager, A, NULL));
}

static void test_a_ban_ends_on_read(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    g_autoptr(YtopsProxyManager) management = proxy_bed_manager(bed, "management", NULL);
    g_assert_true(ytops_proxy_manager_ban(manager, NULL, A, NULL, 600, NULL));
    bed->now += 599;
    assert_info(management, YTOPS_POOL_STATE_BANNED, 1, 0, 0);
    bed->now += 1;
    assert_info(management, YTOPS_POOL_STATE_ACTIVE, 0, 0, 0);
    g_autofree char *text = proxy_bed_redis(bed, "HGET", "proxies:" PROXY_BED_IDENTITY, A, NULL);
    g_autoptr(YtopsJson) json = ytops_json_parse(text, -1, NULL);
    g_assert_cmpstr(ytops_json_get_string(json, "status"), ==, "ACTIVE");
}

static void test_a_ban_ends_on_select(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    g_assert_true(ytops_proxy_manager_ban(manager, NULL, A, NULL, 600, NULL));
    proxy_bed_assert_select(manager, B);
    bed->now += 600;
    proxy_bed_assert_select(manager, B);
    proxy_bed_assert_select(manager, A);
}

/* A ban shorter than the window would never end if what led to it banned again. */
static void test_the_failures_of_a_ban_do_not_ban_again(ProxyBed *bed,
                                                        gconstpointer redis G_GNUC_UNUSED)
{
    bed->policy.ban_duration_s = 60;
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    proxy_bed_fail(manager, A, "acc_01");
    proxy_bed_fail(manager, A, "acc_02");
    g_assert_true(proxy_bed_fail(manager, A, "acc_03"));
    bed->now += 60;
    proxy_bed_assert_select(manager, A);
    assert_info(manager, YTOPS_POOL_STATE_ACTIVE, 0, 3, 3);
    g_assert_false(proxy_bed_fail(manager, A, "acc_01"));
    g_assert_false(proxy_bed_fail(manager, A, "acc_02"));
    g_assert_true(proxy_bed_fail(manager, A, "acc_03"));
}

static void test_a_banned_proxy_still_counts(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    g_assert_true(ytops_proxy_manager_ban(manager, NULL, A, "mine", 60, NULL));
    g_assert_false(proxy_bed_fail(manager, A, "acc_01"));
    g_assert_false(proxy_bed_fail(manager, A, "acc_02"));
    g_assert_false(proxy_bed_fail(manager, A, "acc_03"));
    proxy_bed_succeed(manager, A);
    assert_info(manager, YTOPS_POOL_STATE_BANNED, 60, 3, 3);
    g_autoptr(YtopsProxyInfo) info = proxy_bed_info(manager, A);
    g_assert_cmpstr(info->reason, ==, "mine");
    g_assert_cmpint(info->failure_count, ==, 3);
    g_assert_cmpint(info->success_count, ==, 1);
    bed->now += 60;
    proxy_bed_assert_select(manager, B);
    assert_info(manager, YTOPS_POOL_STATE_BANNED, 3600, 3, 3);
}

static void test_a_success_is_counted(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    proxy_bed_succeed(manager, A);
    bed->now += 5;
    proxy_bed_succeed(manager, A);
    g_autoptr(YtopsProxyInfo) info = proxy_bed_info(manager, A);
    g_assert_cmpint(info->success_count, ==, 2);
    g_assert_cmpint(info->failure_count, ==, 0);
    g_assert_cmpint(info->last_success_timestamp, ==, bed->now);
    g_assert_cmpint(info->last_failure_timestamp, ==, 0);
}

static void test_a_threshold_of_0_never_bans(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    bed->policy.threshold_count = 0;
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    proxy_bed_assert_select(manager, A);
    for (int i = 0; i < 20; i++) {
        g_autofree char *account = g_strdup_printf("acc_%d", i);
        g_assert_false(proxy_bed_fail(manager, A, account));
    }
}

static void test_reports_of_others(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    const char *const other[] = {"socks5://other:1", NULL};
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    g_autoptr(YtopsProxyManager) neighbour = proxy_bed_manager(bed, "worker-2", other);
    YtopsProxyUse use = {.proxy_url = "socks5://u:secret@nowhere:1", .account_id = "acc_01"};
    g_autoptr(GError) error = NULL;
    g_assert_false(ytops_proxy_manager_report_success(manager, &use, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND);
    g_assert_null(g_strstr_len(error->message, -1, "secret"));
    proxy_bed_use(neighbour);
    proxy_bed_succeed(manager, other[0]);
    g_autoptr(YtopsProxyInfo) info = proxy_bed_info(neighbour, other[0]);
    g_assert_cmpint(info->success_count, ==, 1);
}

static void test_a_null_use_of_text_is_fine(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    g_autofree char *page = g_strnfill(1 << 20, 'x');
    YtopsProxyUse nothing = {.proxy_url = A, .penalize = TRUE};
    YtopsProxyUse broken = {
        .proxy_url = A, .account_id = "\xff\xfe", .job_id = "\"}", .error = page, .penalize = TRUE};
    YtopsProxyUse nowhere = {.proxy_url = NULL};
    g_assert_true(ytops_proxy_manager_report_failure(manager, &nothing, NULL, NULL));
    g_assert_true(ytops_proxy_manager_report_failure(manager, &broken, NULL, NULL));
    g_assert_false(ytops_proxy_manager_report_success(manager, &nowhere, NULL));
    assert_info(manager, YTOPS_POOL_STATE_ACTIVE, 0, 2, 2);
    g_autoptr(YtopsRedisReply) members = proxy_bed_redis_reply(
        bed, "ZRANGE", "proxy_failures:" PROXY_BED_IDENTITY ":" A, "0", "-1", NULL);
    for (gsize i = 0; i < 2; i++) {
        const char *text = ytops_redis_reply_string(ytops_redis_reply_at(members, i));
        g_autoptr(GError) error = NULL;
        g_autoptr(YtopsJson) json = ytops_json_parse(text, -1, &error);
        g_assert_no_error(error);
        g_assert_nonnull(ytops_json_get_string(json, "account_id"));
    }
}

/* However JSON writes it: plainly, escaped, or with spaces around it by other hands. */
static void test_accounts_are_told_apart(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    static const char *const accounts[] = {"a\"b", "a\"c", "a",
                                           "a\"b", "a",    "\",\"account_id\":\"x"};
    bed->policy.threshold_count = 100;
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    for (gsize i = 0; i < G_N_ELEMENTS(accounts); i++)
        proxy_bed_fail(manager, A, accounts[i]);
    g_autofree char *score = g_strdup_printf("%" G_GINT64_FORMAT, bed->now);
    g_autofree char *added = proxy_bed_redis(
        bed, "ZADD", "proxy_failures:" PROXY_BED_IDENTITY ":" A, score, "{\"account_id\": \"a\"}",
        score, "{\"account_id\": \"d\"}", score, "no JSON", NULL);
    g_assert_cmpstr(added, ==, "3");
    assert_info(manager, YTOPS_POOL_STATE_ACTIVE, 0, 9, 6);
}

static void test_the_history_is_capped(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    for (int i = 0; i < 1010; i++)
        proxy_bed_fail(manager, A, "acc_01");
    g_autofree char *size =
        proxy_bed_redis(bed, "ZCARD", "proxy_failures:" PROXY_BED_IDENTITY ":" A, NULL);
    g_assert_cmpstr(size, ==, "1000");
    g_autoptr(YtopsProxyInfo) info = proxy_bed_info(manager, A);
    g_assert_cmpint(info->failure_count, ==, 1010);
}

/* On Redis' own clock: what the other tests do on one of theirs. */
static void test_the_clock_of_redis(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = ytops_proxy_manager_new(
        bed->pool, &bed->policy, PROXY_BED_IDENTITY, PROXY_BED_INSTANCE, ab, NULL);
    proxy_bed_fail(manager, A, "acc_01");
    proxy_bed_fail(manager, A, "acc_02");
    g_assert_true(proxy_bed_fail(manager, A, "acc_03"));
    g_autoptr(YtopsProxyInfo) info = proxy_bed_info(manager, A);
    g_assert_cmpint(info->active_in_s, >, 3500);
    g_assert_cmpint(info->active_in_s, <=, 3600);
    g_assert_cmpint(ABS(info->last_failure_timestamp - g_get_real_time() / G_USEC_PER_SEC), <, 100);
}

/* At any moment of that clock, which has fractions: what is kept of it is not a moment before. */
static void test_the_failure_of_a_ban_at_any_moment(ProxyBed *bed,
                                                    gconstpointer redis G_GNUC_UNUSED)
{
    bed->policy.threshold_count = 1;
    bed->policy.threshold_unique_accounts = 1;
    bed->policy.ban_duration_s = 0;
    g_autoptr(YtopsProxyManager) manager = ytops_proxy_manager_new(
        bed->pool, &bed->policy, PROXY_BED_IDENTITY, PROXY_BED_INSTANCE, ab, NULL);
    for (int i = 0; i < 30; i++) {
        g_autoptr(GError) error = NULL;
        g_assert_true(proxy_bed_fail(manager, A, "acc_01"));
        ytops_proxy_manager_claim(manager, A, &error);
        g_assert_no_error(error);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(RedisFixture) redis = redis_fixture_start();
#define ADD(path, test) proxy_bed_add_test("/proxy-bans/" path, redis, test)
    ADD("three-failures-with-three-accounts-ban", test_three_failures_with_three_accounts_ban);
    ADD("two-accounts-do-not", test_two_accounts_do_not);
    ADD("failures-without-an-account-are-one-account",
        test_failures_without_an_account_are_one_account);
    ADD("failures-outside-the-window-do-not-count", test_failures_outside_the_window);
    ADD("failures-that-are-not-penalized-do-not-count", test_failures_that_are_not_penalized);
    ADD("a-full-window-bans-at-selection", test_a_full_window_bans_at_selection);
    ADD("a-ban-ends-on-read", test_a_ban_ends_on_read);
    ADD("a-ban-ends-on-select", test_a_ban_ends_on_select);
    ADD("the-failures-of-a-ban-do-not-ban-again", test_the_failures_of_a_ban_do_not_ban_again);
    ADD("a-banned-proxy-still-counts", test_a_banned_proxy_still_counts);
    ADD("a-success-is-counted", test_a_success_is_counted);
    ADD("a-threshold-of-0-never-bans", test_a_threshold_of_0_never_bans);
    ADD("reports-of-proxies-that-are-not-own", test_reports_of_others);
    ADD("any-text-can-be-reported", test_a_null_use_of_text_is_fine);
    ADD("accounts-are-told-apart", test_accounts_are_told_apart);
    ADD("the-history-is-capped", test_the_history_is_capped);
    ADD("the-clock-of-redis", test_the_clock_of_redis);
    ADD("the-failure-of-a-ban-at-any-moment", test_the_failure_of_a_ban_at_any_moment);
    return g_test_run();
}
