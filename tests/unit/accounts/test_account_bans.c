/* Failures in a row, the bans they lead to, and what is reported meanwhile. */
#include "account_world.h"

static void test_the_fifth_failure_in_a_row_bans(AccountWorld *world)
{
    for (int i = 0; i < WORLD_THRESHOLD - 1; i++)
        g_assert_false(account_world_fail(world, "a"));
    g_autoptr(YtopsAccountInfo) before = account_world_get(world, "a");
    g_assert_cmpint(before->state, ==, YTOPS_POOL_STATE_ACTIVE);
    g_assert_null(before->reason);

    g_assert_true(account_world_fail(world, "a"));
    account_world_assert_hash(world, "a", "status", "BANNED", "status_until", "1700007200",
                              "reason", "BOT_DETECTED: bot", "success_count", "0", "failure_count",
                              "5", "consecutive_failures", "5", "last_failure_timestamp",
                              "1700000000", WORLD_USE, NULL);
    g_autoptr(YtopsAccountInfo) after = account_world_get(world, "a");
    g_assert_cmpint(after->state, ==, YTOPS_POOL_STATE_BANNED);
    g_assert_cmpint(after->active_in_s, ==, WORLD_BAN_S);
    g_assert_cmpstr(after->reason, ==, "BOT_DETECTED: bot");
}

static void test_a_failed_account_is_active_by_name(AccountWorld *world)
{
    account_world_fail(world, "a");
    account_world_assert_hash(world, "a", "status", "ACTIVE", "success_count", "0", "failure_count",
                              "1", "consecutive_failures", "1", "last_failure_timestamp",
                              "1700000000", WORLD_USE, NULL);
}

static void test_a_success_in_between_clears_the_row(AccountWorld *world)
{
    account_world_fail_times(world, "a", WORLD_THRESHOLD - 1);
    account_world_succeed(world, "a");
    account_world_fail_times(world, "a", WORLD_THRESHOLD - 1);
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_ACTIVE);
    g_assert_cmpint(info->failure_count, ==, 8);
    g_assert_cmpint(info->consecutive_failures, ==, 4);
    g_assert_true(account_world_fail(world, "a"));
}

static void test_failure_without_penalty_is_counted_but_not_in_the_row(AccountWorld *world)
{
    YtopsAccountUse lenient = {.account_id = "a", .reason = "HTTP_5XX: 503", .penalize = FALSE};
    account_world_fail_times(world, "a", WORLD_THRESHOLD - 1);
    for (int i = 0; i < 10; i++) {
        gboolean banned = TRUE;
        g_assert_true(
            ytops_account_manager_report_failure(world->manager, &lenient, &banned, NULL));
        g_assert_false(banned);
    }
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_ACTIVE);
    g_assert_cmpint(info->failure_count, ==, 14);
    g_assert_cmpint(info->consecutive_failures, ==, 4);
}

static void test_threshold_0_never_bans(AccountWorld *world)
{
    YtopsAccountPolicy policy = world->policy;
    policy.failure_threshold = 0;
    g_autoptr(YtopsAccountManager) patient = account_world_other_manager(world, &policy);
    YtopsAccountUse use = {.account_id = "a", .penalize = TRUE};
    for (int i = 0; i < 20; i++)
        g_assert_true(ytops_account_manager_report_failure(patient, &use, NULL, NULL));
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_ACTIVE);
    g_assert_cmpint(info->consecutive_failures, ==, 20);
}

static void test_ban_ends_at_its_time_when_another_server_lists(AccountWorld *world)
{
    g_autoptr(YtopsAccountManager) other = account_world_other_manager(world, &world->policy);
    account_world_fail_times(world, "a", WORLD_THRESHOLD);

    world->now += WORLD_BAN_S - 1;
    g_autoptr(GPtrArray) before = ytops_account_manager_list(other, "", 0, NULL);
    YtopsAccountInfo *banned = g_ptr_array_index(before, 0);
    g_assert_cmpint(banned->state, ==, YTOPS_POOL_STATE_BANNED);
    g_assert_cmpint(banned->active_in_s, ==, 1);

    world->now += 1;
    g_autoptr(GPtrArray) after = ytops_account_manager_list(other, "", 0, NULL);
    YtopsAccountInfo *active = g_ptr_array_index(after, 0);
    g_assert_cmpint(active->state, ==, YTOPS_POOL_STATE_ACTIVE);
    account_world_assert_hash(world, "a", "status", "ACTIVE", "success_count", "0", "failure_count",
                              "5", "consecutive_failures", "0", "last_failure_timestamp",
                              "1700000000", WORLD_USE, NULL);
}

static void test_late_success_counts_and_leaves_the_ban(AccountWorld *world)
{
    account_world_fail_times(world, "a", WORLD_THRESHOLD);
    world->now += 60;
    account_world_succeed(world, "a");
    account_world_assert_hash(world, "a", "status", "BANNED", "status_until", "1700007200",
                              "reason", "BOT_DETECTED: bot", "success_count", "1", "failure_count",
                              "5", "consecutive_failures", "0", "last_success_timestamp",
                              "1700000060", "last_failure_timestamp", "1700000000", WORLD_USE,
                              NULL);
}

static void test_late_failures_count_and_leave_the_ban(AccountWorld *world)
{
    account_world_fail_times(world, "a", WORLD_THRESHOLD);
    world->now += 60;
    for (int i = 0; i < WORLD_THRESHOLD; i++)
        g_assert_false(account_world_fail(world, "a"));
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->active_in_s, ==, WORLD_BAN_S - 60);
    g_assert_cmpint(info->failure_count, ==, 10);
}

static void test_late_failures_leave_a_ban_until_unbanned(AccountWorld *world)
{
    g_assert_true(
        ytops_account_manager_ban(world->manager, "a", "by hand", YTOPS_UNTIL_UNBANNED, NULL));
    account_world_fail_times(world, "a", WORLD_THRESHOLD);
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->active_in_s, ==, YTOPS_UNTIL_UNBANNED);
    g_assert_cmpstr(info->reason, ==, "by hand");
}

static void test_failure_after_a_ban_begins_a_new_row(AccountWorld *world)
{
    account_world_fail_times(world, "a", WORLD_THRESHOLD);
    world->now += WORLD_BAN_S;
    account_world_fail(world, "a");
    account_world_assert_hash(world, "a", "status", "ACTIVE", "success_count", "0", "failure_count",
                              "6", "consecutive_failures", "1", "last_failure_timestamp",
                              "1700007200", WORLD_USE, NULL);
}

static void test_failures_of_a_resting_account_ban_it(AccountWorld *world)
{
    account_world_succeed(world, "a");
    world->now += WORLD_ACTIVE_S;
    account_world_succeed(world, "a");
    account_world_fail_times(world, "a", WORLD_THRESHOLD);
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_BANNED);
    g_assert_cmpint(info->active_in_s, ==, WORLD_BAN_S);
}

static void test_ban_of_a_resting_account_ends_no_sooner_than_the_rest(AccountWorld *world)
{
    YtopsAccountPolicy policy = world->policy;
    policy.ban_duration_s = 60;
    g_autoptr(YtopsAccountManager) mild = account_world_other_manager(world, &policy);
    YtopsAccountUse use = {.account_id = "a", .penalize = TRUE};
    account_world_succeed(world, "a");
    world->now += WORLD_ACTIVE_S;
    account_world_succeed(world, "a");
    for (int i = 0; i < WORLD_THRESHOLD; i++)
        g_assert_true(ytops_account_manager_report_failure(mild, &use, NULL, NULL));
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_BANNED);
    g_assert_cmpint(info->active_in_s, ==, WORLD_COOLDOWN_S);
}

static void test_failure_does_not_begin_a_rest(AccountWorld *world)
{
    account_world_succeed(world, "a");
    world->now += WORLD_ACTIVE_S;
    account_world_fail(world, "a");
    account_world_assert_hash(world, "a", "status", "ACTIVE", "active_since", "1700000000",
                              "success_count", "1", "failure_count", "1", "consecutive_failures",
                              "1", "last_success_timestamp", "1700000000", "last_failure_timestamp",
                              "1700001800", WORLD_USE, NULL);
}

static void ban_by_reason(AccountWorld *world, const char *reason)
{
    g_autoptr(YtopsRedisReply) empty = account_world_redis(world, "FLUSHALL", NULL);
    YtopsAccountUse use = {.account_id = "a", .reason = reason, .penalize = TRUE};
    for (int i = 0; i < WORLD_THRESHOLD; i++)
        g_assert_true(ytops_account_manager_report_failure(world->manager, &use, NULL, NULL));
}

static void test_reason_is_without_passwords_valid_and_of_bounded_length(AccountWorld *world)
{
    ban_by_reason(world, "HTTP_PROXY_AUTH: http://user:hunter2@10.0.0.1:80 refused");
    g_autoptr(YtopsAccountInfo) secret = account_world_get(world, "a");
    g_assert_cmpstr(secret->reason, ==, "HTTP_PROXY_AUTH: http://user:***@10.0.0.1:80 refused");

    ban_by_reason(world, "caf\xe9");
    g_autoptr(YtopsAccountInfo) undecodable = account_world_get(world, "a");
    g_assert_cmpstr(undecodable->reason, ==, "caf\xef\xbf\xbd");

    g_autofree char *accents = g_strnfill(1001, 'x');
    g_autofree char *long_reason = g_strconcat(accents + 2, "ääää", NULL);
    ban_by_reason(world, long_reason);
    g_autoptr(YtopsAccountInfo) cut = account_world_get(world, "a");
    g_assert_cmpstr(cut->reason, ==, accents + 2);

    ban_by_reason(world, NULL);
    g_autoptr(YtopsAccountInfo) none = account_world_get(world, "a");
    g_assert_cmpint(none->state, ==, YTOPS_POOL_STATE_BANNED);
    g_assert_null(none->reason);
}

static void test_uses_of_what_is_no_account_id_are_refused(AccountWorld *world)
{
    const char *bad[] = {NULL, "", "a\nb", "../a"};
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        YtopsAccountUse use = {.account_id = bad[i], .penalize = TRUE};
        g_autoptr(GError) of_success = NULL;
        g_assert_false(ytops_account_manager_report_success(world->manager, &use, &of_success));
        g_assert_error(of_success, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
        g_autoptr(GError) of_failure = NULL;
        g_assert_false(
            ytops_account_manager_report_failure(world->manager, &use, NULL, &of_failure));
        g_assert_error(of_failure, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    }
    g_assert_false(account_world_key_exists(world, "account_index"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(AccountWorld) world = account_world_start();
#define ADD(name) account_world_add_test(world, "/accounts/bans/" #name, test_##name)
    ADD(the_fifth_failure_in_a_row_bans);
    ADD(a_failed_account_is_active_by_name);
    ADD(a_success_in_between_clears_the_row);
    ADD(failure_without_penalty_is_counted_but_not_in_the_row);
    ADD(threshold_0_never_bans);
    ADD(ban_ends_at_its_time_when_another_server_lists);
    ADD(late_success_counts_and_leaves_the_ban);
    ADD(late_failures_count_and_leave_the_ban);
    ADD(late_failures_leave_a_ban_until_unbanned);
    ADD(failure_after_a_ban_begins_a_new_row);
    ADD(failures_of_a_resting_account_ban_it);
    ADD(ban_of_a_resting_account_ends_no_sooner_than_the_rest);
    ADD(failure_does_not_begin_a_rest);
    ADD(reason_is_without_passwords_valid_and_of_bounded_length);
    ADD(uses_of_what_is_no_account_id_are_refused);
    return g_test_run();
}
