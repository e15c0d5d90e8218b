/* Successes, the activity timer, rests and their end. */
#include "account_world.h"

static void test_account_without_state_is_active_and_not_created(AccountWorld *world)
{
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_ACTIVE);
    g_assert_cmpint(info->active_in_s, ==, 0);
    g_assert_cmpint(info->success_count, ==, 0);
    g_assert_cmpint(info->active_since, ==, 0);
    g_assert_null(info->reason);
    g_assert_null(info->last_proxy_url);
    g_assert_null(info->last_server_identity);
    g_autoptr(YtopsRedisReply) keys = account_world_redis(world, "KEYS", "*", NULL);
    g_assert_cmpuint(ytops_redis_reply_length(keys), ==, 0);
}

static void test_first_success_starts_the_timer(AccountWorld *world)
{
    account_world_succeed(world, "a");
    account_world_assert_hash(world, "a", "status", "ACTIVE", "active_since", "1700000000",
                              "success_count", "1", "failure_count", "0", "consecutive_failures",
                              "0", "last_success_timestamp", "1700000000", WORLD_USE, NULL);
    g_autoptr(YtopsRedisReply) score =
        account_world_redis(world, "ZSCORE", "account_index", "a", NULL);
    g_assert_cmpstr(ytops_redis_reply_string(score), ==, "0");
}

static void test_later_success_keeps_the_start(AccountWorld *world)
{
    account_world_succeed(world, "a");
    world->now += WORLD_ACTIVE_S - 1;
    account_world_succeed(world, "a");
    account_world_assert_hash(world, "a", "status", "ACTIVE", "active_since", "1700000000",
                              "success_count", "2", "failure_count", "0", "consecutive_failures",
                              "0", "last_success_timestamp", "1700001799", WORLD_USE, NULL);
}

static void test_success_at_the_limit_begins_a_rest(AccountWorld *world)
{
    account_world_succeed(world, "a");
    world->now += WORLD_ACTIVE_S;
    account_world_succeed(world, "a");
    account_world_assert_hash(world, "a", "status", "RESTING", "active_since", "1700000000",
                              "status_until", "1700005400", "success_count", "2", "failure_count",
                              "0", "consecutive_failures", "0", "last_success_timestamp",
                              "1700001800", WORLD_USE, NULL);
}

static void test_read_before_the_limit_changes_nothing(AccountWorld *world)
{
    account_world_succeed(world, "a");
    world->now += WORLD_ACTIVE_S - 1;
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_ACTIVE);
    g_assert_cmpint(info->active_since, ==, WORLD_START);
    g_assert_cmpstr(info->last_proxy_url, ==, WORLD_PROXY);
    g_assert_cmpstr(info->last_server_identity, ==, WORLD_IDENTITY);
}

static void test_read_past_the_limit_begins_a_rest_then(AccountWorld *world)
{
    account_world_succeed(world, "a");
    world->now += WORLD_ACTIVE_S + 1000;
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_RESTING);
    g_assert_cmpint(info->active_in_s, ==, WORLD_COOLDOWN_S);
    account_world_assert_hash(world, "a", "status", "RESTING", "active_since", "1700000000",
                              "status_until", "1700006400", "success_count", "1", "failure_count",
                              "0", "consecutive_failures", "0", "last_success_timestamp",
                              "1700000000", WORLD_USE, NULL);
}

static void test_listing_begins_a_rest_too(AccountWorld *world)
{
    account_world_succeed(world, "a");
    world->now += WORLD_ACTIVE_S;
    g_autoptr(GPtrArray) infos = account_world_list(world, "");
    YtopsAccountInfo *info = g_ptr_array_index(infos, 0);
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_RESTING);
}

static void test_rest_ends_at_its_time_when_another_server_reads(AccountWorld *world)
{
    g_autoptr(YtopsAccountManager) other = account_world_other_manager(world, &world->policy);
    account_world_fail(world, "a");
    account_world_succeed(world, "a");
    world->now += WORLD_ACTIVE_S;
    account_world_succeed(world, "a");
    account_world_fail(world, "a");

    world->now += WORLD_COOLDOWN_S - 1;
    g_autoptr(YtopsAccountInfo) before = ytops_account_manager_get(other, "a", NULL);
    g_assert_cmpint(before->state, ==, YTOPS_POOL_STATE_RESTING);
    g_assert_cmpint(before->active_in_s, ==, 1);

    world->now += 1;
    g_autoptr(YtopsAccountInfo) after = ytops_account_manager_get(other, "a", NULL);
    g_assert_cmpint(after->state, ==, YTOPS_POOL_STATE_ACTIVE);
    g_assert_cmpint(after->active_in_s, ==, 0);
    account_world_assert_hash(world, "a", "status", "ACTIVE", "success_count", "2", "failure_count",
                              "2", "consecutive_failures", "0", "last_success_timestamp",
                              "1700001800", "last_failure_timestamp", "1700001800", WORLD_USE,
                              NULL);
}

static void test_success_after_a_rest_starts_the_timer_anew(AccountWorld *world)
{
    account_world_succeed(world, "a");
    world->now += WORLD_ACTIVE_S;
    account_world_succeed(world, "a");
    world->now += WORLD_COOLDOWN_S;
    account_world_succeed(world, "a");
    account_world_assert_hash(world, "a", "status", "ACTIVE", "active_since", "1700005400",
                              "success_count", "3", "failure_count", "0", "consecutive_failures",
                              "0", "last_success_timestamp", "1700005400", WORLD_USE, NULL);
}

static void test_late_success_does_not_prolong_a_rest(AccountWorld *world)
{
    account_world_succeed(world, "a");
    world->now += WORLD_ACTIVE_S;
    account_world_succeed(world, "a");
    world->now += 100;
    account_world_succeed(world, "a");
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_RESTING);
    g_assert_cmpint(info->active_in_s, ==, WORLD_COOLDOWN_S - 100);
    g_assert_cmpint(info->success_count, ==, 3);
}

static void test_success_without_penalty_is_counted_and_leads_to_no_rest(AccountWorld *world)
{
    YtopsAccountUse lenient = {.account_id = "a", .penalize = FALSE};
    g_assert_true(ytops_account_manager_report_success(world->manager, &lenient, NULL));
    account_world_assert_hash(world, "a", "status", "ACTIVE", "success_count", "1", "failure_count",
                              "0", "consecutive_failures", "0", "last_success_timestamp",
                              "1700000000", NULL);
    world->now += WORLD_ACTIVE_S;
    g_assert_true(ytops_account_manager_report_success(world->manager, &lenient, NULL));
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_ACTIVE);
    g_assert_cmpint(info->success_count, ==, 2);
}

static void test_success_without_penalty_past_the_limit_does_not_rest(AccountWorld *world)
{
    YtopsAccountUse lenient = {.account_id = "a", .penalize = FALSE};
    account_world_succeed(world, "a");
    world->now += WORLD_ACTIVE_S;
    g_assert_true(ytops_account_manager_report_success(world->manager, &lenient, NULL));
    account_world_assert_hash(world, "a", "status", "ACTIVE", "active_since", "1700000000",
                              "success_count", "2", "failure_count", "0", "consecutive_failures",
                              "0", "last_success_timestamp", "1700001800", WORLD_USE, NULL);
}

static void test_use_without_proxy_keeps_the_last_one(AccountWorld *world)
{
    YtopsAccountUse bare = {.account_id = "a", .penalize = TRUE};
    account_world_succeed(world, "a");
    g_assert_true(ytops_account_manager_report_success(world->manager, &bare, NULL));
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpstr(info->last_proxy_url, ==, WORLD_PROXY);
    g_assert_cmpstr(info->last_server_identity, ==, WORLD_IDENTITY);
}

static void test_active_duration_0_never_rests(AccountWorld *world)
{
    YtopsAccountPolicy policy = world->policy;
    policy.active_duration_s = 0;
    g_autoptr(YtopsAccountManager) tireless = account_world_other_manager(world, &policy);
    account_world_succeed(world, "a");
    world->now += 1000000;
    g_autoptr(YtopsAccountInfo) info = ytops_account_manager_get(tireless, "a", NULL);
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_ACTIVE);
}

static void test_cooldown_0_restarts_the_timer(AccountWorld *world)
{
    YtopsAccountPolicy policy = world->policy;
    policy.cooldown_duration_s = 0;
    g_autoptr(YtopsAccountManager) restless = account_world_other_manager(world, &policy);
    account_world_succeed(world, "a");
    world->now += WORLD_ACTIVE_S;
    g_autoptr(YtopsAccountInfo) info = ytops_account_manager_get(restless, "a", NULL);
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_ACTIVE);
    g_assert_cmpint(info->active_since, ==, 0);
}

static void test_start_in_the_future_is_set_right(AccountWorld *world)
{
    account_world_succeed(world, "a");
    world->now -= 5000;
    account_world_succeed(world, "a");
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->active_since, ==, WORLD_START - 5000);
}

static void test_without_override_time_is_that_of_redis(AccountWorld *world)
{
    g_autoptr(YtopsAccountManager) real =
        ytops_account_manager_new(world->pool, &world->policy, WORLD_INSTANCE, NULL);
    YtopsAccountUse use = {.account_id = "a", .penalize = TRUE};
    gint64 before = g_get_real_time() / G_USEC_PER_SEC;
    g_assert_true(ytops_account_manager_report_success(real, &use, NULL));
    gint64 after = g_get_real_time() / G_USEC_PER_SEC;
    g_autoptr(YtopsAccountInfo) info = ytops_account_manager_get(real, "a", NULL);
    g_assert_cmpint(info->last_success_timestamp, >=, before);
    g_assert_cmpint(info->last_success_timestamp, <=, after);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(AccountWorld) world = account_world_start();
#define ADD(name) account_world_add_test(world, "/accounts/uses/" #name, test_##name)
    ADD(account_without_state_is_active_and_not_created);
    ADD(first_success_starts_the_timer);
    ADD(later_success_keeps_the_start);
    ADD(success_at_the_limit_begins_a_rest);
    ADD(read_before_the_limit_changes_nothing);
    ADD(read_past_the_limit_begins_a_rest_then);
    ADD(listing_begins_a_rest_too);
    ADD(rest_ends_at_its_time_when_another_server_reads);
    ADD(success_after_a_rest_starts_the_timer_anew);
    ADD(late_success_does_not_prolong_a_rest);
    ADD(success_without_penalty_is_counted_and_leads_to_no_rest);
    ADD(success_without_penalty_past_the_limit_does_not_rest);
    ADD(use_without_proxy_keeps_the_last_one);
    ADD(active_duration_0_never_rests);
    ADD(cooldown_0_restarts_the_timer);
    ADD(start_in_the_future_is_set_right);
    ADD(without_override_time_is_that_of_redis);
    return g_test_run();
}
