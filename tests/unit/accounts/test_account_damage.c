/* What other hands wrote into Redis: a clear error or a sane default, and all other accounts work.
 */
#include <string.h>

#include "account_world.h"

static void redis(AccountWorld *world, const char *command, const char *key, const char *first,
                  const char *second)
{
    g_autoptr(YtopsRedisReply) reply =
        account_world_redis(world, command, key, first, second, NULL);
}

static void assert_damage(const GError *error, const char *key, const char *remedy)
{
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
    if (strstr(error->message, key) == NULL || strstr(error->message, remedy) == NULL)
        g_error("\"%s\" does not name %s and say: %s", error->message, key, remedy);
}

static void test_text_where_numbers_belong_counts_as_0(AccountWorld *world)
{
    const char *numbers[] = {
        "active_since",         "status_until",           "success_count",         "failure_count",
        "consecutive_failures", "last_success_timestamp", "last_failure_timestamp"};
    const char *garbage[] = {"many",     "",
                             "-5",       "1.5",
                             "nan",      "inf",
                             "1e300",    "99999999999999999999",
                             "\xff\xfe", "1700000000 or so"};
    for (guint g = 0; g < G_N_ELEMENTS(garbage); g++) {
        for (guint n = 0; n < G_N_ELEMENTS(numbers); n++)
            redis(world, "HSET", "account_status:a", numbers[n], garbage[g]);
        g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
        g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_ACTIVE);
        g_assert_cmpint(info->success_count, ==, 0);
        g_assert_cmpint(info->failure_count, ==, 0);
        g_assert_cmpint(info->consecutive_failures, ==, 0);
        g_assert_cmpint(info->last_success_timestamp, ==, 0);
        g_assert_cmpint(info->last_failure_timestamp, ==, 0);
        g_assert_cmpint(info->active_since, ==, 0);
    }
    account_world_succeed(world, "a");
    account_world_assert_hash(world, "a", "status", "ACTIVE", "active_since", "1700000000",
                              "success_count", "1", "failure_count", "0", "consecutive_failures",
                              "0", "last_success_timestamp", "1700000000", WORLD_USE, NULL);
}

static void test_unknown_or_blank_status_is_active(AccountWorld *world)
{
    const char *names[] = {"", "active", "TIRED", "BANNED "};
    redis(world, "HSET", "account_status:a", "status_until", "1800000000");
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        redis(world, "HSET", "account_status:a", "status", names[i]);
        g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
        g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_ACTIVE);
        g_assert_cmpint(info->active_in_s, ==, 0);
    }
}

static void test_ban_without_readable_end_lasts_until_unbanned(AccountWorld *world)
{
    redis(world, "HSET", "account_status:a", "status", "BANNED");
    g_autoptr(YtopsAccountInfo) without = account_world_get(world, "a");
    g_assert_cmpint(without->active_in_s, ==, YTOPS_UNTIL_UNBANNED);
    const char *ends[] = {"0", "tomorrow"};
    for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
        redis(world, "HSET", "account_status:a", "status_until", ends[i]);
        g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
        g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_BANNED);
        g_assert_cmpint(info->active_in_s, ==, YTOPS_UNTIL_UNBANNED);
    }
    g_assert_true(ytops_account_manager_unban(world->manager, "a", NULL));
    account_world_assert_hash(world, "a", "status", "ACTIVE", "success_count", "0", "failure_count",
                              "0", "consecutive_failures", "0", NULL);
}

static void test_rest_without_readable_end_is_over(AccountWorld *world)
{
    redis(world, "HSET", "account_status:a", "status", "RESTING");
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_ACTIVE);
}

static void test_text_that_is_no_utf8_is_made_so(AccountWorld *world)
{
    redis(world, "HSET", "account_status:a", "reason", "caf\xe9");
    redis(world, "HSET", "account_status:a", "last_proxy_url", "\xff");
    redis(world, "HSET", "account_status:a", "last_server_identity", "\xc0\x80");
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_true(g_utf8_validate(info->reason, -1, NULL));
    g_assert_true(g_utf8_validate(info->last_proxy_url, -1, NULL));
    g_assert_true(g_utf8_validate(info->last_server_identity, -1, NULL));
}

static void test_fields_of_other_hands_are_left_alone(AccountWorld *world)
{
    redis(world, "HSET", "account_status:a", "note", "mine");
    account_world_fail(world, "a");
    g_assert_true(ytops_account_manager_reset(world->manager, "a", NULL));
    account_world_assert_hash(world, "a", "note", "mine", "status", "ACTIVE", "success_count", "0",
                              "failure_count", "0", "consecutive_failures", "0", NULL);
}

static void test_every_change_of_a_key_that_is_no_hash_is_a_clear_error(AccountWorld *world)
{
    redis(world, "SET", "account_status:a", "text", NULL);
    YtopsAccountUse use = {.account_id = "a", .penalize = TRUE};
    const char *remedy = "reset or delete the account";
    g_autoptr(GError) of_success = NULL;
    g_assert_false(ytops_account_manager_report_success(world->manager, &use, &of_success));
    assert_damage(of_success, "account_status:a holds a string", remedy);
    g_autoptr(GError) of_failure = NULL;
    g_assert_false(ytops_account_manager_report_failure(world->manager, &use, NULL, &of_failure));
    assert_damage(of_failure, "account_status:a holds a string", remedy);
    g_autoptr(GError) of_get = NULL;
    g_assert_null(ytops_account_manager_get(world->manager, "a", &of_get));
    assert_damage(of_get, "account_status:a holds a string", remedy);
    g_autoptr(GError) of_ban = NULL;
    g_assert_false(ytops_account_manager_ban(world->manager, "a", NULL, 0, &of_ban));
    assert_damage(of_ban, "account_status:a holds a string", remedy);
    g_autoptr(GError) of_unban = NULL;
    g_assert_false(ytops_account_manager_unban(world->manager, "a", &of_unban));
    assert_damage(of_unban, "account_status:a holds a string", remedy);
    g_autoptr(YtopsRedisReply) kept = account_world_redis(world, "GET", "account_status:a", NULL);
    g_assert_cmpstr(ytops_redis_reply_string(kept), ==, "text");
}

static void test_a_damaged_account_is_listed_as_banned_among_the_others(AccountWorld *world)
{
    account_world_succeed(world, "a");
    account_world_succeed(world, "c");
    redis(world, "RPUSH", "account_status:b", "text", NULL);
    redis(world, "ZADD", "account_index", "0", "b");
    g_autoptr(GPtrArray) infos = account_world_list(world, "");
    g_assert_cmpuint(infos->len, ==, 3);
    YtopsAccountInfo *damaged = g_ptr_array_index(infos, 1);
    g_assert_cmpstr(damaged->account_id, ==, "b");
    g_assert_cmpint(damaged->state, ==, YTOPS_POOL_STATE_BANNED);
    g_assert_cmpint(damaged->active_in_s, ==, YTOPS_UNTIL_UNBANNED);
    g_assert_true(g_str_has_prefix(damaged->reason, "the Redis key account_status:b holds a list"));
    g_assert_cmpint(ytops_account_manager_ban_all(world->manager, "", NULL, 60, NULL), ==, 2);
    g_assert_cmpint(ytops_account_manager_unban_all(world->manager, "", NULL), ==, 2);
}

static void test_reset_and_delete_repair_a_damaged_account(AccountWorld *world)
{
    redis(world, "SET", "account_status:a", "text", NULL);
    g_assert_true(ytops_account_manager_reset(world->manager, "a", NULL));
    account_world_assert_hash(world, "a", "status", "ACTIVE", "success_count", "0", "failure_count",
                              "0", "consecutive_failures", "0", NULL);
    redis(world, "SET", "account_status:a", "text", NULL);
    g_assert_cmpint(ytops_account_manager_reset_all(world->manager, "", NULL), ==, 1);
    account_world_succeed(world, "a");
    redis(world, "SET", "account_status:a", "text", NULL);
    g_assert_cmpint(ytops_account_manager_delete_all(world->manager, "", NULL), ==, 1);
    account_world_succeed(world, "a");
}

static void test_an_index_that_is_none_is_a_clear_error_and_changes_nothing(AccountWorld *world)
{
    redis(world, "SET", "account_index", "text", NULL);
    YtopsAccountUse use = {.account_id = "a", .penalize = TRUE};
    g_autoptr(GError) of_use = NULL;
    g_assert_false(ytops_account_manager_report_success(world->manager, &use, &of_use));
    assert_damage(of_use, "account_index holds a string", "delete that key");
    g_assert_false(account_world_key_exists(world, "account_status:a"));
    g_autoptr(GError) of_list = NULL;
    g_assert_null(ytops_account_manager_list(world->manager, "", 0, &of_list));
    assert_damage(of_list, "account_index holds a string", "delete that key");
    g_autoptr(GError) of_delete = NULL;
    g_assert_cmpint(ytops_account_manager_delete_all(world->manager, "", &of_delete), ==, -1);
    assert_damage(of_delete, "account_index holds a string", "delete that key");
    g_autoptr(GError) of_unban = NULL;
    g_assert_false(ytops_account_manager_unban(world->manager, "a", &of_unban));
    assert_damage(of_unban, "account_index holds a string", "delete that key");
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_ACTIVE);
}

static void test_an_account_without_hash_is_listed_as_active(AccountWorld *world)
{
    redis(world, "ZADD", "account_index", "0", "a");
    g_autoptr(GPtrArray) infos = account_world_list(world, "");
    g_assert_cmpuint(infos->len, ==, 1);
    YtopsAccountInfo *info = g_ptr_array_index(infos, 0);
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_ACTIVE);
    g_assert_false(account_world_key_exists(world, "account_status:a"));
    g_assert_true(ytops_account_manager_unban(world->manager, "a", NULL));
}

static void test_a_hash_outside_the_index_is_indexed_at_its_next_change(AccountWorld *world)
{
    redis(world, "HSET", "account_status:a", "failure_count", "3");
    g_autoptr(GPtrArray) before = account_world_list(world, "");
    g_assert_cmpuint(before->len, ==, 0);
    account_world_fail(world, "a");
    g_autoptr(GPtrArray) after = account_world_list(world, "");
    g_assert_cmpuint(after->len, ==, 1);
    YtopsAccountInfo *info = g_ptr_array_index(after, 0);
    g_assert_cmpint(info->failure_count, ==, 4);
}

/* Adds the ids that no call of ours could have made, around the good ones. */
static void index_bad_ids(AccountWorld *world)
{
    const char *script = "for _, id in ipairs({'', 'a\\0', 'a\\0b', 'm\\0\\0', 'm\\n', '../etc',"
                         " '\\255', '\\255x', string.rep('x', 300)}) do"
                         "  redis.call('ZADD', 'account_index', 0, id) "
                         "end";
    g_autoptr(YtopsRedisReply) reply = account_world_redis(world, "EVAL", script, "0", NULL);
}

static void test_ids_that_no_account_can_have_are_not_listed(AccountWorld *world)
{
    account_world_succeed(world, "a");
    account_world_succeed(world, "m");
    account_world_succeed(world, "z");
    index_bad_ids(world);
    g_autoptr(GPtrArray) all = account_world_list(world, "");
    g_assert_cmpuint(all->len, ==, 3);
    for (gint64 limit = 1; limit <= 3; limit++) {
        g_autoptr(GPtrArray) some = ytops_account_manager_list(world->manager, "", limit, NULL);
        g_assert_cmpuint(some->len, ==, limit);
    }
    g_assert_cmpint(ytops_account_manager_delete_all(world->manager, "", NULL), ==, 12);
    g_assert_false(account_world_key_exists(world, "account_index"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(AccountWorld) world = account_world_start();
#define ADD(name) account_world_add_test(world, "/accounts/damage/" #name, test_##name)
    ADD(text_where_numbers_belong_counts_as_0);
    ADD(unknown_or_blank_status_is_active);
    ADD(ban_without_readable_end_lasts_until_unbanned);
    ADD(rest_without_readable_end_is_over);
    ADD(text_that_is_no_utf8_is_made_so);
    ADD(fields_of_other_hands_are_left_alone);
    ADD(every_change_of_a_key_that_is_no_hash_is_a_clear_error);
    ADD(a_damaged_account_is_listed_as_banned_among_the_others);
    ADD(reset_and_delete_repair_a_damaged_account);
    ADD(an_index_that_is_none_is_a_clear_error_and_changes_nothing);
    ADD(an_account_without_hash_is_listed_as_active);
    ADD(a_hash_outside_the_index_is_indexed_at_its_next_change);
    ADD(ids_that_no_account_can_have_are_not_listed);
    return g_test_run();
}
