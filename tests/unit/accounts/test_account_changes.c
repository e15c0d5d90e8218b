/* What one who watches reads: what changed since the last time, and all in steps. */
#include <string.h>

#include "account_world.h"

static char *ids(const GPtrArray *infos)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < infos->len; i++) {
        const YtopsAccountInfo *info = g_ptr_array_index(infos, i);
        g_string_append_printf(text, "%s%s", i > 0 ? " " : "", info->account_id);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void assert_changed(AccountWorld *world, gint64 *change, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) infos = ytops_account_manager_list_changed(world->manager, change, &error);
    g_assert_no_error(error);
    g_autofree char *text = ids(infos);
    g_assert_cmpstr(text, ==, expected);
}

static gint64 begin(AccountWorld *world)
{
    gint64 change = YTOPS_CHANGES_ANEW;
    assert_changed(world, &change, "");
    g_assert_cmpint(change, >=, 0);
    return change;
}

static void test_each_is_told_once_in_the_order_of_its_last_change(AccountWorld *world)
{
    account_world_succeed(world, "before");
    gint64 change = begin(world);
    assert_changed(world, &change, "");
    account_world_succeed(world, "a");
    account_world_succeed(world, "b");
    account_world_fail(world, "a");
    assert_changed(world, &change, "b a");
    assert_changed(world, &change, "");
    account_world_fail_times(world, "b", WORLD_THRESHOLD);
    assert_changed(world, &change, "b");
}

static void test_a_read_that_changes_nothing_is_no_change(AccountWorld *world)
{
    account_world_succeed(world, "a");
    gint64 change = begin(world);
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_autoptr(GPtrArray) infos = account_world_list(world, "");
    g_assert_true(ytops_account_manager_unban(world->manager, "a", NULL));
    assert_changed(world, &change, "a");
    g_assert_true(ytops_account_manager_unban(world->manager, "a", NULL));
    assert_changed(world, &change, "");
}

static void test_what_its_time_has_come_for_moves_as_it_is_told(AccountWorld *world)
{
    gint64 change = begin(world);
    account_world_fail_times(world, "a", WORLD_THRESHOLD);
    world->now += WORLD_BAN_S;
    g_autoptr(GPtrArray) infos = ytops_account_manager_list_changed(world->manager, &change, NULL);
    g_assert_cmpuint(infos->len, ==, 1);
    const YtopsAccountInfo *info = g_ptr_array_index(infos, 0);
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_ACTIVE);
}

static void test_many_come_in_steps(AccountWorld *world)
{
    gint64 change = begin(world);
    for (int i = 0; i < 1203; i++) {
        g_autofree char *id = g_strdup_printf("many_%04d", i);
        account_world_succeed(world, id);
    }
    /* All of a step have one time in Redis. */
    g_assert_cmpint(ytops_account_manager_ban_all(world->manager, "", "all", 60, NULL), ==, 1203);
    guint found = 0, length;
    do {
        g_autoptr(GPtrArray) infos =
            ytops_account_manager_list_changed(world->manager, &change, NULL);
        length = infos->len;
        found += length;
        g_assert_cmpuint(length, <=, 500);
    } while (length > 0);
    g_assert_cmpuint(found, ==, 1203);
}

static void test_deleted_ones_are_not_told(AccountWorld *world)
{
    gint64 change = begin(world);
    account_world_succeed(world, "a");
    account_world_succeed(world, "b");
    g_assert_cmpint(ytops_account_manager_delete_all(world->manager, "a", NULL), ==, 1);
    assert_changed(world, &change, "b");
    g_autoptr(YtopsRedisReply) left = account_world_redis(world, "ZCARD", "account_changes", NULL);
    g_assert_cmpint(ytops_redis_reply_int(left, -1), ==, 2); /* b, and the number */
}

static void test_an_emptied_redis_begins_anew(AccountWorld *world)
{
    for (int i = 0; i < 5; i++)
        account_world_succeed(world, "a");
    gint64 change = begin(world);
    g_autoptr(YtopsRedisReply) flushed = account_world_redis(world, "FLUSHALL", NULL);
    account_world_succeed(world, "b");
    assert_changed(world, &change, "");
    g_assert_cmpint(change, ==, YTOPS_CHANGES_ANEW);
    assert_changed(world, &change, "");
    account_world_succeed(world, "c");
    assert_changed(world, &change, "c");
}

static void test_a_key_of_another_type_is_replaced(AccountWorld *world)
{
    gint64 change = 7;
    g_autoptr(YtopsRedisReply) set =
        account_world_redis(world, "SET", "account_changes", "x", NULL);
    assert_changed(world, &change, "");
    g_assert_cmpint(change, ==, YTOPS_CHANGES_ANEW);
    account_world_succeed(world, "a");
    change = 0;
    assert_changed(world, &change, "a");
}

static void test_steps_go_through_all(AccountWorld *world)
{
    for (int i = 0; i < 5; i++) {
        g_autofree char *id = g_strdup_printf("a_%d", i);
        account_world_succeed(world, id);
    }
    g_autofree char *cursor = NULL;
    const char *expected[] = {"a_0 a_1", "a_2 a_3", "a_4"};
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_autoptr(GPtrArray) infos =
            ytops_account_manager_list_step(world->manager, &cursor, 2, NULL);
        g_autofree char *text = ids(infos);
        g_assert_cmpstr(text, ==, expected[i]);
        g_assert_true((cursor == NULL) == (i == 2));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(AccountWorld) world = account_world_start();
#define ADD(name) account_world_add_test(world, "/accounts/changes/" #name, test_##name)
    ADD(each_is_told_once_in_the_order_of_its_last_change);
    ADD(a_read_that_changes_nothing_is_no_change);
    ADD(what_its_time_has_come_for_moves_as_it_is_told);
    ADD(many_come_in_steps);
    ADD(deleted_ones_are_not_told);
    ADD(an_emptied_redis_begins_anew);
    ADD(a_key_of_another_type_is_replaced);
    ADD(steps_go_through_all);
    return g_test_run();
}
