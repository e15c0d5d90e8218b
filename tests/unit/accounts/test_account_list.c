/* Order, prefix and limit of a listing, odd names, and long lists. */
#include <string.h>

#include "account_world.h"

static void succeed_each(AccountWorld *world, const char *const *ids)
{
    for (; *ids != NULL; ids++)
        account_world_succeed(world, *ids);
}

static void assert_listed(AccountWorld *world, const char *prefix, const char *const *ids)
{
    g_autoptr(GPtrArray) infos = account_world_list(world, prefix);
    g_assert_cmpuint(infos->len, ==, g_strv_length((char **)ids));
    for (guint i = 0; i < infos->len; i++) {
        YtopsAccountInfo *info = g_ptr_array_index(infos, i);
        g_assert_cmpstr(info->account_id, ==, ids[i]);
    }
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NOTHING ((const char *const[]){NULL})

static void test_order_is_that_of_bytes(AccountWorld *world)
{
    succeed_each(world, LIST("b", "a_10", "a_2", "B", "ä", "a"));
    assert_listed(world, "", LIST("B", "a", "a_10", "a_2", "b", "ä"));
    assert_listed(world, NULL, LIST("B", "a", "a_10", "a_2", "b", "ä"));
}

static void test_prefix_takes_what_starts_with_it(AccountWorld *world)
{
    succeed_each(world, LIST("a", "ab", "abc", "ab\xf4\x8f\xbf\xbf", "ac", "b"));
    assert_listed(world, "ab", LIST("ab", "abc", "ab\xf4\x8f\xbf\xbf"));
    assert_listed(world, "ab\xf4", LIST("ab\xf4\x8f\xbf\xbf"));
    assert_listed(world, "abc", LIST("abc"));
    assert_listed(world, "x", NOTHING);
}

static void test_prefix_is_no_pattern(AccountWorld *world)
{
    succeed_each(world, LIST("*x", "?y", "[a]z", "a", "ax", "(b", "-c", "+d"));
    assert_listed(world, "*", LIST("*x"));
    assert_listed(world, "?", LIST("?y"));
    assert_listed(world, "[a", LIST("[a]z"));
    assert_listed(world, "(", LIST("(b"));
    assert_listed(world, "-", LIST("-c"));
    assert_listed(world, "+", LIST("+d"));
    assert_listed(world, "%", NOTHING);
}

static void test_odd_names_survive(AccountWorld *world)
{
    const char *const *ids =
        LIST(" ", "a b", "a:b", "a@b.example", "konto-日本-🦊", "{x}\"'`$(y)");
    succeed_each(world, ids);
    assert_listed(world, "", ids);
    assert_listed(world, "a ", LIST("a b"));
    assert_listed(world, "konto-日", LIST("konto-日本-🦊"));
}

static void test_prefix_that_starts_no_id_lists_nothing(AccountWorld *world)
{
    succeed_each(world, LIST("a", "b"));
    assert_listed(world, "\n", NOTHING);
    assert_listed(world, "/", NOTHING);
    assert_listed(world, "\xff", NOTHING);
}

static void test_limit_takes_the_first(AccountWorld *world)
{
    succeed_each(world, LIST("a", "b", "c"));
    gint64 limits[] = {1, 2, 3, 4, G_MAXINT64};
    guint lengths[] = {1, 2, 3, 3, 3};
    for (guint i = 0; i < G_N_ELEMENTS(limits); i++) {
        g_autoptr(GPtrArray) infos =
            ytops_account_manager_list(world->manager, "", limits[i], NULL);
        g_assert_cmpuint(infos->len, ==, lengths[i]);
        YtopsAccountInfo *first = g_ptr_array_index(infos, 0);
        g_assert_cmpstr(first->account_id, ==, "a");
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(ytops_account_manager_list(world->manager, "", -1, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
}

static void test_accounts_beyond_the_limit_are_not_touched(AccountWorld *world)
{
    succeed_each(world, LIST("a", "b"));
    world->now += WORLD_ACTIVE_S;
    g_autoptr(GPtrArray) infos = ytops_account_manager_list(world->manager, "", 1, NULL);
    g_assert_cmpuint(infos->len, ==, 1);
    g_autoptr(YtopsRedisReply) read =
        account_world_redis(world, "HGET", "account_status:a", "status", NULL);
    g_assert_cmpstr(ytops_redis_reply_string(read), ==, "RESTING");
    g_autoptr(YtopsRedisReply) unread =
        account_world_redis(world, "HGET", "account_status:b", "status", NULL);
    g_assert_cmpstr(ytops_redis_reply_string(unread), ==, "ACTIVE");
}

static void test_listing_tells_what_reading_one_tells(AccountWorld *world)
{
    account_world_succeed(world, "a");
    world->now += 7;
    account_world_fail(world, "a");
    g_autoptr(YtopsAccountInfo) one = account_world_get(world, "a");
    g_autoptr(GPtrArray) infos = account_world_list(world, "");
    YtopsAccountInfo *listed = g_ptr_array_index(infos, 0);
    g_assert_cmpint(listed->state, ==, one->state);
    g_assert_cmpint(listed->active_in_s, ==, one->active_in_s);
    g_assert_cmpint(listed->success_count, ==, 1);
    g_assert_cmpint(listed->failure_count, ==, 1);
    g_assert_cmpint(listed->consecutive_failures, ==, 1);
    g_assert_cmpint(listed->last_success_timestamp, ==, WORLD_START);
    g_assert_cmpint(listed->last_failure_timestamp, ==, WORLD_START + 7);
    g_assert_cmpint(listed->active_since, ==, WORLD_START);
    g_assert_cmpstr(listed->reason, ==, one->reason);
    g_assert_cmpstr(listed->last_proxy_url, ==, WORLD_PROXY);
    g_assert_cmpstr(listed->last_server_identity, ==, WORLD_IDENTITY);
}

/* `count` accounts acc_000000, acc_000001, ... as many uses would have left them. */
static void fill(AccountWorld *world, const char *count)
{
    const char *script = "for i = 0, tonumber(ARGV[1]) - 1 do"
                         "  local id = string.format('acc_%06d', i)"
                         "  redis.call('ZADD', 'account_index', 0, id)"
                         "  redis.call('HSET', 'account_status:' .. id, 'status', 'ACTIVE',"
                         "    'active_since', '1700000000', 'success_count', i,"
                         "    'failure_count', '3', 'consecutive_failures', '1',"
                         "    'last_success_timestamp', '1700000000',"
                         "    'last_failure_timestamp', '1700000000',"
                         "    'last_proxy_url', 'socks5://user:secret@10.0.0.1:1080',"
                         "    'last_server_identity', 'identity')"
                         " end";
    g_autoptr(YtopsRedisReply) reply = account_world_redis(world, "EVAL", script, "0", count, NULL);
}

static void assert_filled(GPtrArray *infos, guint count)
{
    g_assert_cmpuint(infos->len, ==, count);
    for (guint i = 0; i < count; i++) {
        YtopsAccountInfo *info = g_ptr_array_index(infos, i);
        g_autofree char *id = g_strdup_printf("acc_%06u", i);
        g_assert_cmpstr(info->account_id, ==, id);
        g_assert_cmpint(info->success_count, ==, i);
    }
}

static void test_lists_around_the_length_of_a_step_are_whole(AccountWorld *world)
{
    const char *counts[] = {"499", "500", "501", "1000", "1001"};
    for (guint i = 0; i < G_N_ELEMENTS(counts); i++) {
        g_autoptr(YtopsRedisReply) empty = account_world_redis(world, "FLUSHALL", NULL);
        fill(world, counts[i]);
        g_autoptr(GPtrArray) infos = account_world_list(world, "acc_");
        assert_filled(infos, (guint)atoi(counts[i]));
    }
    g_autoptr(GPtrArray) limited = ytops_account_manager_list(world->manager, "acc", 777, NULL);
    assert_filled(limited, 777);
}

static void test_a_hundred_thousand_are_listed(AccountWorld *world)
{
    fill(world, "100000");
    g_test_timer_start();
    g_autoptr(GPtrArray) infos = account_world_list(world, "");
    double seconds = g_test_timer_elapsed();
    assert_filled(infos, 100000);
    g_test_minimized_result(seconds, "listing 100,000 accounts took %.3f s", seconds);
    if (g_test_perf())
        g_assert_cmpfloat(seconds, <, 2.0);

    g_test_timer_start();
    YtopsAccountCounts counts;
    g_assert_true(ytops_account_manager_count(world->manager, &counts, NULL));
    seconds = g_test_timer_elapsed();
    g_assert_cmpint(counts.by_state[YTOPS_POOL_STATE_ACTIVE], ==, 100000);
    g_test_minimized_result(seconds, "counting them took %.3f s", seconds);

    world->now += WORLD_ACTIVE_S;
    g_test_timer_start();
    g_autoptr(GPtrArray) resting = account_world_list(world, "");
    seconds = g_test_timer_elapsed();
    assert_filled(resting, 100000);
    g_test_minimized_result(seconds, "and sending all of them to rest %.3f s", seconds);
}

static void assert_counted(AccountWorld *world)
{
    g_autoptr(GError) error = NULL;
    YtopsAccountCounts counts;
    gint64 listed[YTOPS_POOL_STATE_BANNED + 1] = {0};

    ytops_account_manager_count(world->manager, &counts, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) infos = account_world_list(world, "");
    for (guint i = 0; i < infos->len; i++)
        listed[((YtopsAccountInfo *)infos->pdata[i])->state]++;
    for (int state = 0; state <= YTOPS_POOL_STATE_BANNED; state++)
        g_assert_cmpint(counts.by_state[state], ==, listed[state]);
}

/* Through each moment at which one of them changes. */
static void test_counts_are_those_of_a_listing_and_move_nothing(AccountWorld *world)
{
    static const int steps[] = {0, WORLD_ACTIVE_S - 1, 1, WORLD_COOLDOWN_S, WORLD_BAN_S, 1};

    assert_counted(world);
    succeed_each(world, LIST("used", "used_too"));
    account_world_fail_times(world, "failed", WORLD_THRESHOLD);
    ytops_account_manager_ban(world->manager, "banned", "x", YTOPS_UNTIL_UNBANNED, NULL);
    g_autoptr(YtopsRedisReply) damaged =
        account_world_redis(world, "SET", "account_status:damaged", "x", NULL);
    g_autoptr(YtopsRedisReply) indexed =
        account_world_redis(world, "ZADD", "account_index", "0", "damaged", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        world->now += steps[i];
        assert_counted(world);
    }

    account_world_succeed(world, "late");
    world->now += WORLD_ACTIVE_S;
    YtopsAccountCounts counts;
    g_assert_true(ytops_account_manager_count(world->manager, &counts, NULL));
    g_autoptr(YtopsRedisReply) status =
        account_world_redis(world, "HGET", "account_status:late", "status", NULL);
    g_assert_cmpstr(ytops_redis_reply_string(status), ==, "ACTIVE");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(AccountWorld) world = account_world_start();
#define ADD(name) account_world_add_test(world, "/accounts/list/" #name, test_##name)
    ADD(order_is_that_of_bytes);
    ADD(prefix_takes_what_starts_with_it);
    ADD(prefix_is_no_pattern);
    ADD(odd_names_survive);
    ADD(prefix_that_starts_no_id_lists_nothing);
    ADD(limit_takes_the_first);
    ADD(accounts_beyond_the_limit_are_not_touched);
    ADD(listing_tells_what_reading_one_tells);
    ADD(counts_are_those_of_a_listing_and_move_nothing);
    ADD(lists_around_the_length_of_a_step_are_whole);
    ADD(a_hundred_thousand_are_listed);
    return g_test_run();
}
