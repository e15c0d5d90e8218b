/* What the audit records of the accounts: every change of a state, and nothing else. */
#include <string.h>

#include "account_world.h"
#include "audit_trail.h"

#define OPERATOR "rpc:127.0.0.1:4711"

static YtopsAccountManager *operator_of(AccountWorld *world)
{
    return ytops_account_manager_for(world->manager, OPERATOR);
}

static void get(AccountWorld *world, const char *id)
{
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, id);
}

static void test_what_changes_no_state_is_not_recorded(AccountWorld *world)
{
    account_world_succeed(world, "a");
    account_world_fail_times(world, "a", WORLD_THRESHOLD - 1);
    get(world, "a");
    get(world, "unknown");
    g_autoptr(GPtrArray) infos = account_world_list(world, "");
    g_assert_false(account_world_key_exists(world, YTOPS_AUDIT_STREAM));
}

static void test_a_ban_by_failures_and_its_end(AccountWorld *world)
{
    account_world_fail_times(world, "a", WORLD_THRESHOLD);
    account_world_fail(world, "a");
    world->now += WORLD_BAN_S;
    get(world, "a");
    get(world, "a");
    audit_trail_assert(world->pool, "account a banned " WORLD_INSTANCE " (BOT_DETECTED: bot); "
                                    "account a active " WORLD_INSTANCE " (the ban is over)");
}

static void test_a_rest_and_its_end(AccountWorld *world)
{
    account_world_succeed(world, "a");
    world->now += WORLD_ACTIVE_S;
    g_autoptr(GPtrArray) before = account_world_list(world, "");
    world->now += WORLD_COOLDOWN_S;
    account_world_succeed(world, "a");
    world->now += WORLD_ACTIVE_S;
    account_world_succeed(world, "a");
    audit_trail_assert(world->pool, "account a resting " WORLD_INSTANCE " (in use for 1800 s); "
                                    "account a active " WORLD_INSTANCE " (the rest is over); "
                                    "account a resting " WORLD_INSTANCE " (in use for 1800 s)");
}

static void test_an_operator_is_named_and_what_happens_by_itself_is_not_his(AccountWorld *world)
{
    g_autoptr(YtopsAccountManager) operator_view = operator_of(world);
    g_assert_true(ytops_account_manager_ban(operator_view, "a", "slow", 60, NULL));
    world->now += 60;
    g_autoptr(YtopsAccountInfo) info = ytops_account_manager_get(operator_view, "a", NULL);
    g_assert_true(ytops_account_manager_ban(operator_view, "a", NULL, YTOPS_UNTIL_UNBANNED, NULL));
    g_assert_true(ytops_account_manager_unban(operator_view, "a", NULL));
    g_assert_true(ytops_account_manager_unban(operator_view, "a", NULL));
    account_world_succeed(world, "a");
    g_assert_true(ytops_account_manager_reset(operator_view, "a", NULL));
    g_assert_true(ytops_account_manager_reset(operator_view, "a", NULL));
    g_assert_false(ytops_account_manager_unban(operator_view, "unknown", NULL));
    audit_trail_assert(world->pool, "account a banned " OPERATOR " (slow); "
                                    "account a active " WORLD_INSTANCE " (the ban is over); "
                                    "account a banned " OPERATOR "; "
                                    "account a unbanned " OPERATOR "; "
                                    "account a reset " OPERATOR);
}

static void test_without_an_operator_it_is_the_instance(AccountWorld *world)
{
    g_assert_true(ytops_account_manager_ban(world->manager, "a", "by a policy", 60, NULL));
    audit_trail_assert(world->pool, "account a banned " WORLD_INSTANCE " (by a policy)");
}

static void test_a_ban_that_lasts_already_is_not_recorded(AccountWorld *world)
{
    YtopsAccountManager *manager = world->manager;
    g_assert_true(ytops_account_manager_ban_at_least(manager, "a", "first", 60, NULL));
    g_assert_true(ytops_account_manager_ban_at_least(manager, "a", "shorter", 30, NULL));
    g_assert_true(ytops_account_manager_ban_at_least(manager, "a", "longer", 90, NULL));
    audit_trail_assert(world->pool, "account a banned " WORLD_INSTANCE " (first); "
                                    "account a banned " WORLD_INSTANCE " (longer)");
}

static void test_many_at_once_are_recorded_one_by_one(AccountWorld *world)
{
    g_autoptr(YtopsAccountManager) operator_view = operator_of(world);
    account_world_succeed(world, "a_1");
    account_world_succeed(world, "a_2");
    account_world_succeed(world, "b");
    g_assert_cmpint(ytops_account_manager_ban_all(operator_view, "a_", "all", 60, NULL), ==, 2);
    g_assert_cmpint(ytops_account_manager_unban_all(operator_view, "", NULL), ==, 3);
    g_assert_cmpint(ytops_account_manager_unban_all(operator_view, "", NULL), ==, 0);
    g_assert_cmpint(ytops_account_manager_reset_all(operator_view, "b", NULL), ==, 1);
    g_assert_cmpint(ytops_account_manager_delete_all(operator_view, "a_", NULL), ==, 2);
    audit_trail_assert(world->pool, "account a_1 banned " OPERATOR " (all); "
                                    "account a_2 banned " OPERATOR " (all); "
                                    "account a_1 unbanned " OPERATOR "; "
                                    "account a_2 unbanned " OPERATOR "; "
                                    "account b unbanned " OPERATOR "; "
                                    "account b reset " OPERATOR "; "
                                    "account a_1 deleted " OPERATOR "; "
                                    "account a_2 deleted " OPERATOR);
}

static void test_reasons_have_no_passwords(AccountWorld *world)
{
    g_assert_true(ytops_account_manager_ban(world->manager, "a",
                                            "socks5://user:secret@10.0.0.1:1080 fails", 60, NULL));
    g_autofree char *trail = audit_trail(world->pool);
    g_assert_nonnull(strstr(trail, "socks5://user:***@10.0.0.1:1080 fails"));
}

static void test_the_stream_is_bounded(AccountWorld *world)
{
    enum { MANY = 24000 };
    for (int first = 0; first < MANY; first += 1000) {
        g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(words, g_strdup("ZADD"));
        g_ptr_array_add(words, g_strdup("account_index"));
        for (int i = first; i < first + 1000; i++) {
            g_ptr_array_add(words, g_strdup("0"));
            g_ptr_array_add(words, g_strdup_printf("many_%05d", i));
        }
        g_autoptr(YtopsRedisReply) reply =
            ytops_redis_commandv(world->pool, words->len, (const char *const *)words->pdata, NULL);
        g_assert_nonnull(reply);
    }
    g_assert_cmpint(ytops_account_manager_ban_all(world->manager, "", "all", 60, NULL), ==, MANY);
    g_autoptr(YtopsRedisReply) length = account_world_redis(world, "XLEN", "audit_events", NULL);
    g_assert_cmpint(ytops_redis_reply_int(length, -1), >=, 10000);
    g_assert_cmpint(ytops_redis_reply_int(length, -1), <, 10500);
    g_autoptr(GPtrArray) newest = ytops_audit_read(world->pool, NULL, 1, NULL);
    g_assert_cmpstr(((YtopsAuditRecord *)g_ptr_array_index(newest, 0))->name, ==, "many_23999");
}

static void test_a_stream_of_another_type_hinders_nothing(AccountWorld *world)
{
    g_autoptr(YtopsRedisReply) set = account_world_redis(world, "SET", "audit_events", "x", NULL);
    g_assert_true(ytops_account_manager_ban(world->manager, "a", "why", 60, NULL));
    g_assert_true(ytops_account_manager_unban(world->manager, "a", NULL));
    audit_trail_assert(world->pool, "account a banned " WORLD_INSTANCE " (why); "
                                    "account a unbanned " WORLD_INSTANCE);
}

static void test_a_change_that_fails_is_not_recorded(AccountWorld *world)
{
    g_autoptr(YtopsRedisReply) set = account_world_redis(world, "SET", "account_index", "x", NULL);
    g_assert_false(ytops_account_manager_ban(world->manager, "a", "why", 60, NULL));
    g_assert_cmpint(ytops_account_manager_ban_all(world->manager, "", "why", 60, NULL), ==, -1);
    g_assert_false(account_world_key_exists(world, YTOPS_AUDIT_STREAM));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(AccountWorld) world = account_world_start();
#define ADD(name) account_world_add_test(world, "/accounts/audit/" #name, test_##name)
    ADD(what_changes_no_state_is_not_recorded);
    ADD(a_ban_by_failures_and_its_end);
    ADD(a_rest_and_its_end);
    ADD(an_operator_is_named_and_what_happens_by_itself_is_not_his);
    ADD(without_an_operator_it_is_the_instance);
    ADD(a_ban_that_lasts_already_is_not_recorded);
    ADD(many_at_once_are_recorded_one_by_one);
    ADD(reasons_have_no_passwords);
    ADD(the_stream_is_bounded);
    ADD(a_stream_of_another_type_hinders_nothing);
    ADD(a_change_that_fails_is_not_recorded);
    return g_test_run();
}
