/* What is read of the stream of events, whoever wrote it. */
#include <string.h>

#include "redis_fixture.h"
#include "redis_patience.h"
#include "ytops/audit.h"
#include "ytops/error.h"

typedef struct {
    YtopsRedisPool *pool;
} Bench;

static void set_up(Bench *bench, gconstpointer data)
{
    bench->pool =
        ytops_redis_pool_new(redis_fixture_url((const RedisFixture *)data), &REDIS_PATIENCE, NULL);
    g_autoptr(YtopsRedisReply) reply = ytops_redis_command(bench->pool, NULL, "FLUSHALL", NULL);
    g_assert_nonnull(reply);
}

static void tear_down(Bench *bench, gconstpointer data G_GNUC_UNUSED)
{
    ytops_redis_pool_free(bench->pool);
}

static void add(Bench *bench, const char *id, const char *name)
{
    g_autoptr(YtopsRedisReply) reply = ytops_redis_command(
        bench->pool, NULL, "XADD", YTOPS_AUDIT_STREAM, id, "entity", "account", "name", name,
        "identity", "", "change", "banned", "actor", "a", "reason", "", NULL);
    g_assert_nonnull(reply);
}

static void assert_names(Bench *bench, const char *after, gint64 limit, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) records = ytops_audit_read(bench->pool, after, limit, &error);
    g_assert_no_error(error);
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < records->len; i++)
        g_string_append(names, ((YtopsAuditRecord *)g_ptr_array_index(records, i))->name);
    g_assert_cmpstr(names->str, ==, expected);
}

static void test_no_stream_has_no_events(Bench *bench, gconstpointer data G_GNUC_UNUSED)
{
    assert_names(bench, NULL, 0, "");
    assert_names(bench, "5-0", 0, "");
}

static void test_the_newest_or_those_after_one(Bench *bench, gconstpointer data G_GNUC_UNUSED)
{
    add(bench, "1-0", "a");
    add(bench, "2-0", "b");
    add(bench, "2-1", "c");
    add(bench, "30-0", "d");
    assert_names(bench, "", 0, "abcd");
    assert_names(bench, NULL, 2, "cd");
    assert_names(bench, "1-0", 0, "bcd");
    assert_names(bench, "1-0", 2, "bc");
    assert_names(bench, "2-1", 0, "d");
    assert_names(bench, "30-0", 0, "");
    assert_names(bench, "18446744073709551614-18446744073709551615", 0, "");
}

static void test_no_more_than_asked_for(Bench *bench, gconstpointer data G_GNUC_UNUSED)
{
    for (int i = 1; i <= 1100; i++) {
        g_autofree char *id = g_strdup_printf("%d-0", i);
        add(bench, id, ".");
    }
    g_autoptr(GPtrArray) some = ytops_audit_read(bench->pool, NULL, 0, NULL);
    g_assert_cmpuint(some->len, ==, 1000);
    g_assert_cmpstr(((YtopsAuditRecord *)g_ptr_array_index(some, 0))->event_id, ==, "101-0");
    g_autoptr(GPtrArray) all = ytops_audit_read(bench->pool, NULL, G_MAXINT64, NULL);
    g_assert_cmpuint(all->len, ==, 1100);
}

static void test_bad_arguments_are_named(Bench *bench, gconstpointer data G_GNUC_UNUSED)
{
    static const char *const ids[] = {"x",   "-",    "1-",  "-1", "1-2-3",
                                      "1 0", "1-0 ", "+",   "$",  "18446744073709551616-0",
                                      "(1",  "1-x",  "\n1", NULL};
    for (guint i = 0; ids[i] != NULL; i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(ytops_audit_read(bench->pool, ids[i], 0, &error));
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(error->message, ids[i]));
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(ytops_audit_read(bench->pool, NULL, -1, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
}

static void test_entries_by_other_hands(Bench *bench, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(YtopsRedisReply) one = ytops_redis_command(
        bench->pool, NULL, "XADD", YTOPS_AUDIT_STREAM, "7-0", "name", "\xff", "odd", "1", NULL);
    g_autoptr(GPtrArray) records = ytops_audit_read(bench->pool, NULL, 0, NULL);
    g_assert_cmpuint(records->len, ==, 1);
    const YtopsAuditRecord *record = g_ptr_array_index(records, 0);
    g_assert_cmpint(record->timestamp_ms, ==, 7);
    g_assert_cmpstr(record->name, ==, "\xef\xbf\xbd");
    g_assert_cmpstr(record->change, ==, "");

    g_autoptr(YtopsRedisReply) two =
        ytops_redis_command(bench->pool, NULL, "SET", YTOPS_AUDIT_STREAM, "text", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_null(ytops_audit_read(bench->pool, NULL, 0, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(RedisFixture) redis = redis_fixture_start();
#define ADD(name) g_test_add("/audit/read/" #name, Bench, redis, set_up, test_##name, tear_down)
    ADD(no_stream_has_no_events);
    ADD(the_newest_or_those_after_one);
    ADD(no_more_than_asked_for);
    ADD(bad_arguments_are_named);
    ADD(entries_by_other_hands);
    return g_test_run();
}
