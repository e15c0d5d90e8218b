/* A list of the state: what it tells as a whole, and what as changes. */
#include "status/status_table.h"

static void put(StatusTable *table, const char *id, gint64 value, gint64 until)
{
    YtopsJson *row = ytops_json_object_new();
    ytops_json_set_int(row, "value", value);
    status_table_put(table, id, row, until);
}

static void assert_all(const StatusTable *table, const char *expected)
{
    g_autoptr(GString) json = g_string_new(NULL);
    status_table_append_all(table, json);
    g_assert_cmpstr(json->str, ==, expected);
}

/* NULL: nothing changed. */
static void assert_changes(StatusTable *table, const char *expected)
{
    g_autoptr(GString) json = g_string_new(NULL);
    g_assert_true(status_table_append_changes(table, json) == (expected != NULL));
    g_assert_cmpstr(json->str, ==, expected != NULL ? expected : "");
}

static void test_only_changes_are_told(void)
{
    g_autoptr(StatusTable) table = status_table_new("things");
    assert_all(table, ",\"things\":[]");
    assert_changes(table, NULL);
    put(table, "a", 1, 0);
    assert_all(table, ",\"things\":[{\"value\":1,\"id\":\"a\"}]");
    assert_changes(table, ",\"things\":{\"set\":[{\"value\":1,\"id\":\"a\"}],\"remove\":[]}");
    put(table, "a", 1, 0);
    assert_changes(table, NULL);
    put(table, "a", 2, 0);
    put(table, "a", 3, 0);
    assert_changes(table, ",\"things\":{\"set\":[{\"value\":3,\"id\":\"a\"}],\"remove\":[]}");
}

static void test_removed_rows_are_named(void)
{
    g_autoptr(StatusTable) table = status_table_new("things");
    put(table, "with \"quotes\"", 1, 0);
    assert_changes(table, ",\"things\":{\"set\":[{\"value\":1,\"id\":\"with \\\"quotes\\\"\"}],"
                          "\"remove\":[]}");
    status_table_remove(table, "unknown");
    assert_changes(table, NULL);
    status_table_remove(table, "with \"quotes\"");
    assert_changes(table, ",\"things\":{\"set\":[],\"remove\":[\"with \\\"quotes\\\"\"]}");
    g_assert_cmpuint(status_table_size(table), ==, 0);
}

static void test_a_row_that_came_back_is_set(void)
{
    g_autoptr(StatusTable) table = status_table_new("things");
    put(table, "a", 1, 0);
    assert_changes(table, ",\"things\":{\"set\":[{\"value\":1,\"id\":\"a\"}],\"remove\":[]}");
    status_table_remove(table, "a");
    put(table, "a", 1, 0);
    assert_changes(table, ",\"things\":{\"set\":[{\"value\":1,\"id\":\"a\"}],\"remove\":[]}");
}

static void test_a_round_removes_what_it_does_not_meet(void)
{
    g_autoptr(StatusTable) table = status_table_new("things");
    put(table, "a", 1, 0);
    put(table, "b", 1, 0);
    put(table, "c", 1, 0);
    status_table_begin_round(table);
    put(table, "a", 1, 0);
    put(table, "c", 1, 0);
    status_table_end_round(table);
    g_assert_cmpuint(status_table_size(table), ==, 2);
    status_table_begin_round(table);
    put(table, "d", 1, 0);
    status_table_end_round(table);
    assert_all(table, ",\"things\":[{\"value\":1,\"id\":\"d\"}]");
}

static void test_due_rows(void)
{
    g_autoptr(StatusTable) table = status_table_new("things");
    put(table, "never", 1, 0);
    put(table, "later", 1, 101);
    put(table, "now", 1, 100);
    g_auto(GStrv) due = status_table_due(table, 100, 5);
    g_assert_cmpuint(g_strv_length(due), ==, 1);
    g_assert_cmpstr(due[0], ==, "now");
    g_auto(GStrv) both = status_table_due(table, 200, 5);
    g_assert_cmpuint(g_strv_length(both), ==, 2);
    g_auto(GStrv) one = status_table_due(table, 200, 1);
    g_assert_cmpuint(g_strv_length(one), ==, 1);
}

static void test_ends_that_are_nearly_the_same_are_the_same(void)
{
    static const struct {
        gint64 had;
        gint64 read;
        gint64 settled;
    } cases[] = {
        {1000, 1000, 1000}, {1000, 1002, 1000}, {1000, 998, 1000}, {1000, 1003, 1003},
        {1000, 997, 997},   {1000, 0, 0},       {1000, -1, -1},    {0, 1, 1},
        {0, -1, -1},        {1, -1, -1},
    };
    g_autoptr(StatusTable) table = status_table_new("things");
    g_assert_cmpint(status_table_settle(table, "a", 7), ==, 7);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        put(table, "a", 1, cases[i].had);
        g_assert_cmpint(status_table_settle(table, "a", cases[i].read), ==, cases[i].settled);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/status/table/" #name, test_##name)
    ADD(only_changes_are_told);
    ADD(removed_rows_are_named);
    ADD(a_row_that_came_back_is_set);
    ADD(a_round_removes_what_it_does_not_meet);
    ADD(due_rows);
    ADD(ends_that_are_nearly_the_same_are_the_same);
    return g_test_run();
}
