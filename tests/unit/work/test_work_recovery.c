/* Recovery at work: who is banned, for how long and why, and which account comes next. */
#include <string.h>

#include "work_bed.h"
#include "ytops/log.h"

#define NEW_ACCOUNT YTOPS_POLICY_RETRY_WITH_NEW_ACCOUNT

/* Of the account p_01, whose failure says that it was recognised. */
static YtopsRecoveryCase first_failure(const YtopsWorkPool *pool)
{
    return (YtopsRecoveryCase){.policy = NEW_ACCOUNT,
                               .attempt = 1,
                               .code = YTOPS_ERROR_BOT_DETECTED,
                               .account_id = "p_01",
                               .pool = pool};
}

static YtopsRecovery *recover(WorkBed *bed, const YtopsRecoveryCase *failed)
{
    g_autoptr(GError) error = NULL;
    YtopsRecovery *recovery =
        ytops_recovery_apply(failed, bed->accounts, bed->proxies, bed->errors, &error);
    g_assert_no_error(error);
    return recovery;
}

static void assert_only(char **texts, const char *expected)
{
    g_autofree char *joined = g_strjoinv(" ", texts);
    g_assert_cmpstr(joined, ==, expected);
}

static void assert_account(WorkBed *bed, const char *id, YtopsPoolState state, gint64 active_in_s,
                           const char *reason)
{
    g_autoptr(YtopsAccountInfo) info = ytops_account_manager_get(bed->accounts, id, NULL);
    g_assert_cmpint(info->state, ==, state);
    g_assert_cmpint(info->active_in_s, ==, active_in_s);
    g_assert_cmpstr(info->reason, ==, reason);
}

/* The state of BED_PROXY. */
static void assert_proxy(WorkBed *bed, YtopsPoolState state, const char *reason)
{
    g_autoptr(GPtrArray) infos = ytops_proxy_manager_list(bed->proxies, NULL, NULL);
    const YtopsProxyInfo *info = g_ptr_array_index(infos, 0);
    g_assert_cmpstr(info->proxy_url, ==, BED_PROXY);
    g_assert_cmpint(info->state, ==, state);
    g_assert_cmpstr(info->reason, ==, reason);
}

/* The two failures of a URL under each policy, the second with the account that the first gave. */
typedef struct {
    YtopsRecoveryPolicy policy;
    YtopsRecoveryStep first;
    gboolean first_is_banned;
    gboolean second_is_banned;
    gboolean proxy_is_banned;
} Story;

static void tell(WorkBed *bed, const Story *story, YtopsErrorCode code)
{
    const char *name = ytops_recovery_policy_to_string(story->policy);
    g_autofree char *first_reason =
        g_strdup_printf("%s (%s, attempt 1)", ytops_error_code_to_string(code), name);
    g_autofree char *second_reason =
        g_strdup_printf("%s (%s, attempt 2)", ytops_error_code_to_string(code), name);
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("p:2", FALSE);
    YtopsRecoveryCase failed = {.policy = story->policy,
                                .attempt = 1,
                                .code = code,
                                .account_id = "p_01",
                                .proxy_url = BED_PROXY,
                                .pool = pool};
    g_autoptr(YtopsRecovery) first = recover(bed, &failed);
    g_assert_cmpint(first->step, ==, story->first);
    g_assert_false(first->releases_item);
    assert_only(first->banned_accounts, story->first_is_banned ? "p_01" : "");
    assert_only(first->banned_proxies, "");
    g_assert_cmpstr(first->account_id, ==, story->first == YTOPS_RECOVERY_RETRY ? "p_02" : NULL);
    g_assert_nonnull(strstr(first->explanation, ytops_error_code_to_string(code)));
    assert_account(
        bed, "p_01", story->first_is_banned ? YTOPS_POOL_STATE_BANNED : YTOPS_POOL_STATE_ACTIVE,
        story->first_is_banned ? BED_BAN_S : 0, story->first_is_banned ? first_reason : NULL);
    assert_proxy(bed, YTOPS_POOL_STATE_ACTIVE, NULL);

    failed.attempt = 2;
    failed.account_id = "p_02";
    g_autoptr(YtopsRecovery) second = recover(bed, &failed);
    g_assert_cmpint(second->step, ==, YTOPS_RECOVERY_STOP_LANE);
    g_assert_false(second->releases_item);
    g_assert_null(second->account_id);
    assert_only(second->banned_accounts, story->second_is_banned ? "p_02" : "");
    assert_only(second->banned_proxies, story->proxy_is_banned ? BED_PROXY : "");
    assert_account(
        bed, "p_02", story->second_is_banned ? YTOPS_POOL_STATE_BANNED : YTOPS_POOL_STATE_ACTIVE,
        story->second_is_banned ? BED_BAN_S : 0, story->second_is_banned ? second_reason : NULL);
    assert_proxy(bed, story->proxy_is_banned ? YTOPS_POOL_STATE_BANNED : YTOPS_POOL_STATE_ACTIVE,
                 story->proxy_is_banned ? second_reason : NULL);
}

static void test_two_failures_under_each_policy(WorkBed *bed)
{
    static const Story stories[] = {
        {YTOPS_POLICY_STOP_LOOP, YTOPS_RECOVERY_STOP_LANE, TRUE, TRUE, FALSE},
        {YTOPS_POLICY_RETRY_WITH_NEW_ACCOUNT, YTOPS_RECOVERY_RETRY, TRUE, TRUE, TRUE},
        {YTOPS_POLICY_RETRY_AND_BAN_ACCOUNT_ONLY, YTOPS_RECOVERY_RETRY, TRUE, TRUE, FALSE},
        {YTOPS_POLICY_RETRY_WITHOUT_BAN, YTOPS_RECOVERY_RETRY, FALSE, FALSE, FALSE},
    };
    static const YtopsErrorCode codes[] = {YTOPS_ERROR_BOT_DETECTED,
                                           YTOPS_ERROR_SOCKS5_CONNECTION_FAILED};
    for (gsize c = 0; c < G_N_ELEMENTS(codes); c++) {
        for (gsize i = 0; i < G_N_ELEMENTS(stories); i++) {
            work_bed_do(bed, "FLUSHALL", NULL);
            tell(bed, &stories[i], codes[c]);
        }
    }
}

static void test_the_new_account_was_not_tried(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("p:5", FALSE);
    static const char *const tried[] = {"p_01", "p_03", "p_04", NULL};
    YtopsRecoveryCase failed = {.policy = YTOPS_POLICY_RETRY_WITHOUT_BAN,
                                .attempt = 1,
                                .code = YTOPS_ERROR_BOT_DETECTED,
                                .account_id = "p_05",
                                .pool = pool,
                                .tried_account_ids = tried};
    for (int i = 0; i < 30; i++) {
        g_autoptr(YtopsRecovery) recovery = recover(bed, &failed);
        g_assert_cmpstr(recovery->account_id, ==, "p_02");
    }
}

static void test_no_account_left_stops_the_lane_and_keeps_the_url(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("p:1", FALSE);
    YtopsRecoveryCase failed = first_failure(pool);
    g_autoptr(YtopsRecovery) recovery = recover(bed, &failed);
    g_assert_cmpint(recovery->step, ==, YTOPS_RECOVERY_STOP_LANE);
    g_assert_true(recovery->releases_item);
    g_assert_null(recovery->account_id);
    assert_only(recovery->banned_accounts, "p_01");
    g_assert_nonnull(strstr(recovery->explanation, "goes back to the queue"));
    g_assert_nonnull(strstr(recovery->explanation, "no account of the pool is active"));
    failed.policy = YTOPS_POLICY_RETRY_WITHOUT_BAN;
    g_autoptr(YtopsRecovery) lenient = recover(bed, &failed);
    g_assert_cmpint(lenient->step, ==, YTOPS_RECOVERY_STOP_LANE);
    g_assert_true(lenient->releases_item);
}

static void test_with_auto_creation_there_is_always_another(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("p:1", TRUE);
    YtopsRecoveryCase failed = first_failure(pool);
    g_autoptr(YtopsRecovery) recovery = recover(bed, &failed);
    g_assert_cmpint(recovery->step, ==, YTOPS_RECOVERY_RETRY);
    g_assert_true(g_str_has_prefix(recovery->account_id, "p-auto-"));
}

/* An error that may pass needs no other account: where there is none, the same may try again. */
static void test_a_passing_error_makes_do_with_the_same_account(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) one = work_bed_pool("p:1", FALSE);
    g_autoptr(YtopsWorkPool) two = work_bed_pool("p:2", FALSE);
    YtopsRecoveryCase failed = {.policy = NEW_ACCOUNT,
                                .attempt = 1,
                                .code = YTOPS_ERROR_HTTP_429,
                                .account_id = "p_01",
                                .pool = two};
    g_autoptr(YtopsRecovery) other = recover(bed, &failed);
    g_assert_cmpstr(other->account_id, ==, "p_02");
    failed.pool = one;
    g_autoptr(YtopsRecovery) same = recover(bed, &failed);
    g_assert_cmpint(same->step, ==, YTOPS_RECOVERY_RETRY);
    g_assert_cmpstr(same->account_id, ==, "p_01");
    g_assert_nonnull(strstr(same->explanation, "the same account again"));
    failed.code = YTOPS_ERROR_DNS_FAILED;
    failed.pool = two;
    g_autoptr(YtopsRecovery) not_its_fault = recover(bed, &failed);
    g_assert_cmpstr(not_its_fault->account_id, ==, "p_01");
    assert_only(not_its_fault->banned_accounts, "");
}

static void test_a_broken_server_costs_no_url(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("p:2", FALSE);
    YtopsRecoveryCase failed = first_failure(pool);
    failed.code = YTOPS_ERROR_INTERNAL;
    failed.is_final = TRUE;
    g_autoptr(YtopsRecovery) broken = recover(bed, &failed);
    g_assert_cmpint(broken->step, ==, YTOPS_RECOVERY_STOP_LANE);
    g_assert_true(broken->releases_item);
    assert_only(broken->banned_accounts, "");
    failed.is_final = FALSE;
    g_autoptr(YtopsRecovery) passing = recover(bed, &failed);
    g_assert_cmpint(passing->step, ==, YTOPS_RECOVERY_RETRY);
    /* The word of a video's or an account's own error changes nothing. */
    failed.code = YTOPS_ERROR_PRIVATE_VIDEO;
    failed.is_final = TRUE;
    g_autoptr(YtopsRecovery) private = recover(bed, &failed);
    g_assert_cmpint(private->step, ==, YTOPS_RECOVERY_FAIL_ITEM);
    g_assert_false(private->releases_item);
}

static void test_a_proxy_that_is_not_known_is_not_banned(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("p:2", FALSE);
    YtopsRecoveryCase failed = {.policy = NEW_ACCOUNT,
                                .attempt = 2,
                                .code = YTOPS_ERROR_BOT_DETECTED,
                                .account_id = "p_01",
                                .proxy_url = "socks5://10.9.9.9:1",
                                .pool = pool};
    g_autoptr(YtopsRecovery) unknown = recover(bed, &failed);
    assert_only(unknown->banned_proxies, "");
    assert_only(unknown->banned_accounts, "p_01");
    g_assert_nonnull(strstr(unknown->explanation, "not one of this server's identity"));
    failed.proxy_url = "";
    g_autoptr(YtopsRecovery) none = recover(bed, &failed);
    assert_only(none->banned_proxies, "");
    g_assert_nonnull(strstr(none->explanation, "no proxy was used"));
}

/* An operator's word lasts longer than ours. */
static void test_one_account_alone_does_not_ban_the_proxy(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("p:3", FALSE);
    static const char *const same[] = {"p_01", "p_01", NULL};
    static const char *const other[] = {"p_02", "p_01", NULL};
    YtopsRecoveryCase failed = first_failure(pool);
    failed.attempt = 2;
    failed.proxy_url = BED_PROXY;
    failed.tried_account_ids = same;
    g_autoptr(YtopsRecovery) alone = recover(bed, &failed);
    g_assert_cmpint(alone->step, ==, YTOPS_RECOVERY_STOP_LANE);
    assert_only(alone->banned_accounts, "p_01");
    assert_only(alone->banned_proxies, "");
    g_assert_nonnull(strstr(alone->explanation, "with one account"));
    assert_proxy(bed, YTOPS_POOL_STATE_ACTIVE, NULL);
    failed.tried_account_ids = other;
    g_autoptr(YtopsRecovery) both = recover(bed, &failed);
    assert_only(both->banned_proxies, BED_PROXY);
}

static void test_a_ban_that_lasts_longer_stays(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("p:3", FALSE);
    YtopsRecoveryCase failed = first_failure(pool);
    static const char ours[] = "BOT_DETECTED (retry_with_new_account, attempt 1)";
    ytops_account_manager_ban(bed->accounts, "p_01", "by hand", YTOPS_UNTIL_UNBANNED, NULL);
    g_autoptr(YtopsRecovery) endless = recover(bed, &failed);
    assert_only(endless->banned_accounts, "p_01");
    assert_account(bed, "p_01", YTOPS_POOL_STATE_BANNED, YTOPS_UNTIL_UNBANNED, "by hand");
    ytops_account_manager_ban(bed->accounts, "p_01", "by hand", BED_BAN_S + 1, NULL);
    g_autoptr(YtopsRecovery) longer = recover(bed, &failed);
    assert_account(bed, "p_01", YTOPS_POOL_STATE_BANNED, BED_BAN_S + 1, "by hand");
    ytops_account_manager_ban(bed->accounts, "p_01", "by hand", BED_BAN_S - 1, NULL);
    g_autoptr(YtopsRecovery) shorter = recover(bed, &failed);
    assert_account(bed, "p_01", YTOPS_POOL_STATE_BANNED, BED_BAN_S, ours);
}

static void test_a_longer_ban_of_the_proxy_stays_too(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("p:3", FALSE);
    YtopsRecoveryCase failed = {.policy = NEW_ACCOUNT,
                                .attempt = 2,
                                .code = YTOPS_ERROR_BOT_DETECTED,
                                .account_id = "p_01",
                                .proxy_url = BED_PROXY,
                                .pool = pool};
    static const gint64 longer[] = {YTOPS_UNTIL_UNBANNED, BED_BAN_S + 1};
    for (gsize i = 0; i < G_N_ELEMENTS(longer); i++) {
        g_assert_true(
            ytops_proxy_manager_ban(bed->proxies, NULL, BED_PROXY, "by hand", longer[i], NULL));
        g_autoptr(YtopsRecovery) recovery = recover(bed, &failed);
        assert_only(recovery->banned_proxies, BED_PROXY);
        assert_proxy(bed, YTOPS_POOL_STATE_BANNED, "by hand");
    }
    g_assert_true(ytops_proxy_manager_ban(bed->proxies, NULL, BED_PROXY, "by hand", 5, NULL));
    g_autoptr(YtopsRecovery) recovery = recover(bed, &failed);
    assert_proxy(bed, YTOPS_POOL_STATE_BANNED, "BOT_DETECTED (retry_with_new_account, attempt 2)");
}

/* A ban on top of a rest must not bring the account back sooner. */
static void test_a_rest_is_not_shortened(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("p:3", FALSE);
    YtopsRecoveryCase failed = first_failure(pool);
    work_bed_do(bed, "HSET", "account_status:p_01", "status", "RESTING", "status_until",
                "1700009000", NULL);
    g_autoptr(YtopsRecovery) recovery = recover(bed, &failed);
    assert_account(bed, "p_01", YTOPS_POOL_STATE_BANNED, 9000,
                   "BOT_DETECTED (retry_with_new_account, attempt 1)");
}

static void test_bad_cases_ban_nobody(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("p:2", FALSE);
    g_autoptr(GError) error = NULL;
    YtopsRecoveryCase failed = {.policy = NEW_ACCOUNT,
                                .attempt = 0,
                                .code = YTOPS_ERROR_BOT_DETECTED,
                                .account_id = "p_01",
                                .proxy_url = BED_PROXY,
                                .pool = pool};
    g_assert_null(ytops_recovery_apply(&failed, bed->accounts, bed->proxies, bed->errors, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "attempt is 0", NULL);
    failed.attempt = 2;
    failed.account_id = "a/b";
    g_assert_null(ytops_recovery_apply(&failed, bed->accounts, bed->proxies, bed->errors, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "a/b", NULL);
    g_autoptr(YtopsRedisReply) size = work_bed_redis(bed, "DBSIZE", NULL);
    g_assert_cmpint(ytops_redis_reply_int(size, -1), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ytops_log_set_level(YTOPS_LOG_ERROR);
    g_autoptr(WorkBed) bed = work_bed_start();
#define ADD(name) work_bed_add_test(bed, "/work/recovery/" #name, test_##name)
    ADD(two_failures_under_each_policy);
    ADD(the_new_account_was_not_tried);
    ADD(no_account_left_stops_the_lane_and_keeps_the_url);
    ADD(with_auto_creation_there_is_always_another);
    ADD(a_passing_error_makes_do_with_the_same_account);
    ADD(a_broken_server_costs_no_url);
    ADD(a_proxy_that_is_not_known_is_not_banned);
    ADD(one_account_alone_does_not_ban_the_proxy);
    ADD(a_ban_that_lasts_longer_stays);
    ADD(a_longer_ban_of_the_proxy_stays_too);
    ADD(a_rest_is_not_shortened);
    ADD(bad_cases_ban_nobody);
    return g_test_run();
}
