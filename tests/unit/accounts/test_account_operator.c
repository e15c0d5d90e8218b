/* What an operator does to one account, and to all that share a prefix. */
#include <string.h>

#include "account_world.h"

static void ban(AccountWorld *world, const char *id, const char *reason, gint64 duration_s)
{
    g_autoptr(GError) error = NULL;
    ytops_account_manager_ban(world->manager, id, reason, duration_s, &error);
    g_assert_no_error(error);
}

static void unban(AccountWorld *world, const char *id)
{
    g_autoptr(GError) error = NULL;
    ytops_account_manager_unban(world->manager, id, &error);
    g_assert_no_error(error);
}

static void reset(AccountWorld *world, const char *id)
{
    g_autoptr(GError) error = NULL;
    ytops_account_manager_reset(world->manager, id, &error);
    g_assert_no_error(error);
}

static YtopsPoolState state_of(AccountWorld *world, const char *id)
{
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, id);
    return info->state;
}

static void test_ban_creates_an_unknown_account(AccountWorld *world)
{
    ban(world, "a", "by hand", 600);
    account_world_assert_hash(world, "a", "status", "BANNED", "status_until", "1700000600",
                              "reason", "by hand", "success_count", "0", "failure_count", "0",
                              "consecutive_failures", "0", NULL);
    g_autoptr(GPtrArray) infos = account_world_list(world, "a");
    g_assert_cmpuint(infos->len, ==, 1);
}

static void test_ban_of_duration_0_takes_the_policy_s(AccountWorld *world)
{
    ban(world, "a", NULL, 0);
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->active_in_s, ==, WORLD_BAN_S);
    g_assert_null(info->reason);
}

static void test_ban_until_unbanned_has_no_end_in_redis(AccountWorld *world)
{
    ban(world, "a", "by hand", YTOPS_UNTIL_UNBANNED);
    account_world_assert_hash(world, "a", "status", "BANNED", "reason", "by hand", "success_count",
                              "0", "failure_count", "0", "consecutive_failures", "0", NULL);
    world->now += (gint64)200 * 365 * 24 * 3600;
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_BANNED);
    g_assert_cmpint(info->active_in_s, ==, YTOPS_UNTIL_UNBANNED);
}

static void test_ban_of_a_banned_account_renews_it(AccountWorld *world)
{
    ban(world, "a", "first", YTOPS_UNTIL_UNBANNED);
    world->now += 50;
    ban(world, "a", "second", 10);
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->active_in_s, ==, 10);
    g_assert_cmpstr(info->reason, ==, "second");
    world->now += 10;
    g_assert_cmpint(state_of(world, "a"), ==, YTOPS_POOL_STATE_ACTIVE);
}

static void test_ban_after_a_ban_that_is_over_begins_with_no_failures(AccountWorld *world)
{
    account_world_fail_times(world, "a", WORLD_THRESHOLD);
    account_world_fail_times(world, "b", WORLD_THRESHOLD);
    world->now += WORLD_BAN_S;
    ban(world, "a", NULL, 60);
    g_assert_cmpint(ytops_account_manager_ban_all(world->manager, "b", NULL, 60, NULL), ==, 1);
    g_autoptr(YtopsAccountInfo) one = account_world_get(world, "a");
    g_assert_cmpint(one->active_in_s, ==, 60);
    g_assert_cmpint(one->consecutive_failures, ==, 0);
    g_autoptr(YtopsAccountInfo) of_all = account_world_get(world, "b");
    g_assert_cmpint(of_all->consecutive_failures, ==, 0);
}

static void test_bad_duration_is_refused(AccountWorld *world)
{
    gint64 bad[] = {-2, G_MININT64, G_MAXINT64};
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) of_one = NULL;
        g_assert_false(ytops_account_manager_ban(world->manager, "a", NULL, bad[i], &of_one));
        g_assert_error(of_one, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(of_one->message, "-1 for until unbanned"));
        g_autoptr(GError) of_all = NULL;
        gint64 changed = ytops_account_manager_ban_all(world->manager, "", NULL, bad[i], &of_all);
        g_assert_cmpint(changed, ==, -1);
        g_assert_error(of_all, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    }
    g_assert_false(account_world_key_exists(world, "account_status:a"));
}

static void test_unban_clears_row_and_timer_and_keeps_the_counts(AccountWorld *world)
{
    account_world_succeed(world, "a");
    account_world_fail_times(world, "a", WORLD_THRESHOLD);
    g_assert_cmpint(state_of(world, "a"), ==, YTOPS_POOL_STATE_BANNED);
    unban(world, "a");
    account_world_assert_hash(world, "a", "status", "ACTIVE", "success_count", "1", "failure_count",
                              "5", "consecutive_failures", "0", "last_success_timestamp",
                              "1700000000", "last_failure_timestamp", "1700000000", WORLD_USE,
                              NULL);
}

static void test_unban_ends_a_rest(AccountWorld *world)
{
    account_world_succeed(world, "a");
    world->now += WORLD_ACTIVE_S;
    g_assert_cmpint(state_of(world, "a"), ==, YTOPS_POOL_STATE_RESTING);
    unban(world, "a");
    g_assert_cmpint(state_of(world, "a"), ==, YTOPS_POOL_STATE_ACTIVE);
}

static void test_reset_forgets_the_history(AccountWorld *world)
{
    account_world_succeed(world, "a");
    account_world_fail_times(world, "a", WORLD_THRESHOLD);
    reset(world, "a");
    account_world_assert_hash(world, "a", "status", "ACTIVE", "success_count", "0", "failure_count",
                              "0", "consecutive_failures", "0", NULL);
    g_autoptr(GPtrArray) infos = account_world_list(world, "");
    g_assert_cmpuint(infos->len, ==, 1);
}

static void test_unban_and_reset_of_an_unknown_account_are_not_found(AccountWorld *world)
{
    g_autoptr(GError) of_unban = NULL;
    g_assert_false(ytops_account_manager_unban(world->manager, "nobody", &of_unban));
    g_assert_error(of_unban, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND);
    g_assert_nonnull(strstr(of_unban->message, "\"nobody\""));
    g_autoptr(GError) of_reset = NULL;
    g_assert_false(ytops_account_manager_reset(world->manager, "nobody", &of_reset));
    g_assert_error(of_reset, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND);
    g_autoptr(YtopsRedisReply) keys = account_world_redis(world, "KEYS", "*", NULL);
    g_assert_cmpuint(ytops_redis_reply_length(keys), ==, 0);
}

static void test_ban_all_bans_what_has_the_prefix(AccountWorld *world)
{
    account_world_succeed(world, "a_1");
    ban(world, "a_2", "old", 5);
    account_world_succeed(world, "b_1");
    gint64 changed = ytops_account_manager_ban_all(world->manager, "a_", "all of a", 60, NULL);
    g_assert_cmpint(changed, ==, 2);
    account_world_assert_hash(world, "a_2", "status", "BANNED", "status_until", "1700000060",
                              "reason", "all of a", "success_count", "0", "failure_count", "0",
                              "consecutive_failures", "0", NULL);
    g_assert_cmpint(state_of(world, "a_1"), ==, YTOPS_POOL_STATE_BANNED);
    g_assert_cmpint(state_of(world, "b_1"), ==, YTOPS_POOL_STATE_ACTIVE);
    changed = ytops_account_manager_ban_all(world->manager, "a_", "all of a", 60, NULL);
    g_assert_cmpint(changed, ==, 2);
}

static void test_unban_all_counts_what_it_changed(AccountWorld *world)
{
    ban(world, "a_1", NULL, 0);
    ban(world, "a_2", NULL, YTOPS_UNTIL_UNBANNED);
    ban(world, "b_1", NULL, 0);
    g_assert_cmpint(ytops_account_manager_unban_all(world->manager, "a_", NULL), ==, 2);
    g_assert_cmpint(state_of(world, "a_1"), ==, YTOPS_POOL_STATE_ACTIVE);
    g_assert_cmpint(state_of(world, "a_2"), ==, YTOPS_POOL_STATE_ACTIVE);
    g_assert_cmpint(state_of(world, "b_1"), ==, YTOPS_POOL_STATE_BANNED);
    g_assert_cmpint(ytops_account_manager_unban_all(world->manager, NULL, NULL), ==, 1);
    g_assert_cmpint(ytops_account_manager_unban_all(world->manager, "", NULL), ==, 0);
}

static void test_reset_all_counts_what_it_changed(AccountWorld *world)
{
    account_world_succeed(world, "a_1");
    account_world_fail(world, "a_2");
    account_world_fail(world, "b_1");
    g_assert_cmpint(ytops_account_manager_reset_all(world->manager, "a_", NULL), ==, 2);
    account_world_assert_hash(world, "a_2", "status", "ACTIVE", "success_count", "0",
                              "failure_count", "0", "consecutive_failures", "0", NULL);
    g_assert_cmpint(ytops_account_manager_reset_all(world->manager, "", NULL), ==, 1);
}

static void test_delete_all_forgets_accounts_wholly(AccountWorld *world)
{
    account_world_succeed(world, "a_1");
    ban(world, "a_2", NULL, 0);
    account_world_succeed(world, "b_1");
    g_assert_cmpint(ytops_account_manager_delete_all(world->manager, "a_", NULL), ==, 2);
    g_assert_false(account_world_key_exists(world, "account_status:a_1"));
    g_assert_false(account_world_key_exists(world, "account_status:a_2"));
    g_assert_true(account_world_key_exists(world, "account_status:b_1"));
    g_autoptr(GPtrArray) infos = account_world_list(world, "");
    g_assert_cmpuint(infos->len, ==, 1);
    g_assert_cmpint(state_of(world, "a_2"), ==, YTOPS_POOL_STATE_ACTIVE);
    g_assert_cmpint(ytops_account_manager_delete_all(world->manager, "a_", NULL), ==, 0);
}

static void test_all_of_more_than_one_step_are_changed(AccountWorld *world)
{
    for (int i = 0; i < 1203; i++) {
        g_autofree char *id = g_strdup_printf("many_%d", i);
        ban(world, id, NULL, 0);
    }
    YtopsAccountManager *manager = world->manager;
    g_assert_cmpint(ytops_account_manager_unban_all(manager, "many_", NULL), ==, 1203);
    g_assert_cmpint(ytops_account_manager_ban_all(manager, "many_", "x", 60, NULL), ==, 1203);
    g_assert_cmpint(ytops_account_manager_reset_all(manager, "many_", NULL), ==, 1203);
    g_assert_cmpint(ytops_account_manager_delete_all(manager, "many_", NULL), ==, 1203);
    g_autoptr(YtopsRedisReply) keys = account_world_redis(world, "KEYS", "account_[is]*", NULL);
    g_assert_cmpuint(ytops_redis_reply_length(keys), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(AccountWorld) world = account_world_start();
#define ADD(name) account_world_add_test(world, "/accounts/operator/" #name, test_##name)
    ADD(ban_creates_an_unknown_account);
    ADD(ban_of_duration_0_takes_the_policy_s);
    ADD(ban_until_unbanned_has_no_end_in_redis);
    ADD(ban_of_a_banned_account_renews_it);
    ADD(ban_after_a_ban_that_is_over_begins_with_no_failures);
    ADD(bad_duration_is_refused);
    ADD(unban_clears_row_and_timer_and_keeps_the_counts);
    ADD(unban_ends_a_rest);
    ADD(reset_forgets_the_history);
    ADD(unban_and_reset_of_an_unknown_account_are_not_found);
    ADD(ban_all_bans_what_has_the_prefix);
    ADD(unban_all_counts_what_it_changed);
    ADD(reset_all_counts_what_it_changed);
    ADD(delete_all_forgets_accounts_wholly);
    ADD(all_of_more_than_one_step_are_changed);
    return g_test_run();
}
