/* What stands in Redis, read by plain commands; and what happens when it is damaged or lost. */
#include "proxy_bed.h"
#include "ytops/error.h"

#include <string.h>

#define A "socks5://a:1080"
#define B "socks5://b:1080"
#define STATES "proxies:" PROXY_BED_IDENTITY
#define HISTORY_OF_A "proxy_failures:" PROXY_BED_IDENTITY ":" A
#define ROTATION "proxy_rotation:" PROXY_BED_IDENTITY
#define ORDER "proxy_order:" PROXY_BED_IDENTITY
#define MEMBERS "proxy_members:" PROXY_BED_IDENTITY ":" PROXY_BED_INSTANCE

static const char *const ab[] = {A, B, NULL};

static YtopsProxyManager *manager_new(ProxyBed *bed)
{
    return proxy_bed_manager(bed, PROXY_BED_INSTANCE, ab);
}

static void set_state(ProxyBed *bed, const char *url, const char *text)
{
    g_autofree char *set = proxy_bed_redis(bed, "HSET", STATES, url, text, NULL);
    g_assert_nonnull(set);
}

static YtopsJson *read_state(ProxyBed *bed, const char *url)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = proxy_bed_redis(bed, "HGET", STATES, url, NULL);
    g_assert_nonnull(text);
    YtopsJson *json = ytops_json_parse(text, -1, &error);
    g_assert_no_error(error);
    return json;
}

static void assert_reply(ProxyBed *bed, const char *command, const char *key, const char *argument,
                         const char *expected)
{
    g_autofree char *text = proxy_bed_redis(bed, command, key, argument, NULL);
    g_assert_cmpstr(text, ==, expected);
}

static void test_a_fresh_state(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    static const char *const counters[] = {"success_count", "failure_count",
                                           "last_success_timestamp", "last_failure_timestamp"};
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    proxy_bed_assert_select(manager, A);
    g_autoptr(YtopsJson) state = read_state(bed, A);
    g_assert_cmpstr(ytops_json_get_string(state, "status"), ==, "ACTIVE");
    for (gsize i = 0; i < G_N_ELEMENTS(counters); i++) {
        YtopsJson *counter = ytops_json_get(state, counters[i]);
        g_assert_nonnull(counter);
        g_assert_cmpint(ytops_json_get_type(counter), ==, YTOPS_JSON_INTEGER);
        g_assert_cmpint(ytops_json_int(counter), ==, 0);
    }
    g_assert_true(ytops_json_has(state, "ban_reason"));
    g_assert_true(ytops_json_has(state, "banned_until"));
    g_assert_null(ytops_json_get_string(state, "ban_reason"));
    g_assert_false(ytops_json_has(state, "failures_since"));
}

static void test_keys_of_the_identity(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    proxy_bed_assert_select(manager, A);
    assert_reply(bed, "TYPE", STATES, NULL, "hash");
    assert_reply(bed, "HLEN", STATES, NULL, "2");
    assert_reply(bed, "HGET", ROTATION, PROXY_BED_INSTANCE, B);
    assert_reply(bed, "SISMEMBER", "server_identities", PROXY_BED_IDENTITY, "1");
    assert_reply(bed, "ZRANK", ORDER, A, "0");
    assert_reply(bed, "ZRANK", ORDER, B, "1");
    assert_reply(bed, "LINDEX", MEMBERS, "0", A);
    assert_reply(bed, "LINDEX", MEMBERS, "1", B);
    assert_reply(bed, "LLEN", MEMBERS, NULL, "2");
    assert_reply(bed, "ZCARD", "proxy_changes:" PROXY_BED_IDENTITY, NULL, "3");
    assert_reply(bed, "DBSIZE", NULL, NULL, "6");
}

static void test_a_banned_state(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    g_assert_true(ytops_proxy_manager_ban(manager, NULL, A, "why \"not\"", 60, NULL));
    g_autoptr(YtopsJson) state = read_state(bed, A);
    g_assert_cmpstr(ytops_json_get_string(state, "status"), ==, "BANNED");
    g_assert_cmpstr(ytops_json_get_string(state, "ban_reason"), ==, "why \"not\"");
    g_assert_cmpint(ytops_json_get_int(state, "banned_until"), ==, bed->now + 60);
    g_assert_true(ytops_proxy_manager_ban(manager, NULL, A, NULL, YTOPS_UNTIL_UNBANNED, NULL));
    g_autoptr(YtopsJson) for_ever = read_state(bed, A);
    YtopsJson *until = ytops_json_get(for_ever, "banned_until");
    g_assert_true(until == NULL || ytops_json_get_type(until) == YTOPS_JSON_NULL);
}

static void test_a_failure(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    proxy_bed_fail(manager, A, "acc_01");
    proxy_bed_fail(manager, A, "acc_01");
    assert_reply(bed, "TYPE", HISTORY_OF_A, NULL, "zset");
    assert_reply(bed, "ZCARD", HISTORY_OF_A, NULL, "2");
    g_autoptr(YtopsRedisReply) reply =
        proxy_bed_redis_reply(bed, "ZRANGE", HISTORY_OF_A, "0", "0", "WITHSCORES", NULL);
    const char *member = ytops_redis_reply_string(ytops_redis_reply_at(reply, 0));
    g_assert_cmpint(ytops_redis_reply_int(ytops_redis_reply_at(reply, 1), 0), ==, bed->now);
    g_autoptr(YtopsJson) failure = ytops_json_parse(member, -1, NULL);
    g_assert_cmpstr(ytops_json_get_string(failure, "account_id"), ==, "acc_01");
    g_assert_cmpstr(ytops_json_get_string(failure, "job_id"), ==, "job-1");
    g_assert_cmpstr(ytops_json_get_string(failure, "error"), ==,
                    "BOT_DETECTED: Sign in to confirm");
    g_assert_cmpint(ytops_json_get_int(failure, "at"), ==, bed->now);
    g_autofree char *left = proxy_bed_redis(bed, "TTL", HISTORY_OF_A, NULL);
    g_assert_cmpint(g_ascii_strtoll(left, NULL, 10), >, 3500);
    g_assert_cmpint(g_ascii_strtoll(left, NULL, 10), <=, 3600);
}

static void test_broken_states_are_fresh_ones(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    static const char *const broken[] = {
        "",
        "nonsense",
        "{",
        "null",
        "5",
        "[]",
        "[1,2]",
        "\"BANNED\"",
        "\xff\xfe",
        "{\"status\":7,\"success_count\":\"many\",\"failure_count\":{},\"banned_until\":[]}",
        "{\"status\":null,\"success_count\":-5,\"failure_count\":1e999}",
        "{\"status\":\"RESTING\",\"success_count\":1e300,\"failure_count\":\"nan\"}",
        "{\"status\":\"ACTIVE\",\"banned_until\":99999999999,\"ban_reason\":\"old\"}",
    };
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
        set_state(bed, A, broken[i]);
        g_autofree char *turn = proxy_bed_redis(bed, "HSET", ROTATION, PROXY_BED_INSTANCE, A, NULL);
        g_autoptr(YtopsProxyInfo) info = proxy_bed_info(manager, A);
        g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_ACTIVE);
        g_assert_cmpint(info->success_count, ==, 0);
        g_assert_cmpint(info->failure_count, ==, 0);
        g_assert_null(info->reason);
        proxy_bed_assert_select(manager, A);
        proxy_bed_succeed(manager, A);
        g_autoptr(YtopsJson) state = read_state(bed, A);
        g_assert_cmpint(ytops_json_get_int(state, "success_count"), ==, 1);
    }
}

static void test_states_written_by_hand(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    proxy_bed_assert_select(manager, A);
    set_state(bed, A, "{\"status\":\"BANNED\"}");
    set_state(bed, B, "{\"status\":\"BANNED\",\"banned_until\":\"1700000090.5\"}");
    proxy_bed_assert_none(manager, "91");
    set_state(bed, B, "{\"status\":\"BANNED\",\"banned_until\":\"soon\",\"ban_reason\":5}");
    proxy_bed_assert_none(manager, NULL);
    set_state(bed, "socks5://by-hand:1", "{\"status\":\"BANNED\",\"ban_reason\":\"x\"}");
    g_autofree char *overview = proxy_bed_overview(manager);
    g_assert_cmpstr(overview, ==, "a:BANNED b:BANNED by-hand:BANNED");
    assert_reply(bed, "ZRANK", ORDER, "socks5://by-hand:1", "2");
    set_state(bed, "socks5://a-later-one:1", "{}");
    g_autofree char *later = proxy_bed_overview(manager);
    g_assert_cmpstr(later, ==, "a:BANNED b:BANNED by-hand:BANNED a-later-one:ACTIVE");
}

static void test_a_broken_history(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    g_autofree char *string = proxy_bed_redis(bed, "SET", HISTORY_OF_A, "nonsense", NULL);
    proxy_bed_assert_select(manager, A);
    g_autofree char *again = proxy_bed_redis(bed, "SET", HISTORY_OF_A, "nonsense", NULL);
    proxy_bed_fail(manager, A, "acc_01");
    assert_reply(bed, "ZCARD", HISTORY_OF_A, NULL, "1");
    g_autofree char *added =
        proxy_bed_redis(bed, "ZADD", HISTORY_OF_A, "1700000000", "nonsense", "1700000000",
                        "{\"account_id\":5}", "1700000000", "[]", NULL);
    g_autoptr(YtopsProxyInfo) info = proxy_bed_info(manager, A);
    g_assert_cmpint(info->recent_failures, ==, 4);
    g_assert_cmpint(info->recent_failure_accounts, ==, 2);
}

/* What a key of another type in place of ours is told as; nothing crashes, and nothing is lost. */
static void test_keys_of_another_type(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    g_autoptr(GError) error = NULL;
    g_autofree char *set = proxy_bed_redis(bed, "SET", STATES, "nonsense", NULL);
    g_assert_null(ytops_proxy_manager_select(manager, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
    g_assert_null(ytops_proxy_manager_list(manager, NULL, NULL));
    g_autofree char *deleted = proxy_bed_redis(bed, "DEL", STATES, NULL);
    proxy_bed_assert_select(manager, A);
}

static void test_all_comes_back_after_a_flush(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_large_manager(bed, PROXY_BED_INSTANCE, 600);
    g_autoptr(YtopsProxyManager) management = proxy_bed_manager(bed, "management", NULL);
    g_autofree char *first = proxy_bed_url(0);
    g_autofree char *second = proxy_bed_url(1);
    g_autofree char *third = proxy_bed_url(2);
    proxy_bed_assert_select(manager, first);

    g_autofree char *flushed = proxy_bed_redis(bed, "FLUSHALL", NULL);
    proxy_bed_assert_select(manager, second);
    proxy_bed_assert_select(manager, third);
    assert_reply(bed, "HLEN", STATES, NULL, "600");
    assert_reply(bed, "LLEN", MEMBERS, NULL, "600");

    g_autofree char *flushed_again = proxy_bed_redis(bed, "FLUSHALL", NULL);
    g_assert_true(ytops_proxy_manager_heartbeat(manager, NULL));
    g_autoptr(GPtrArray) infos = ytops_proxy_manager_list(management, NULL, NULL);
    g_assert_cmpuint(infos->len, ==, 600);
    for (guint i = 0; i < infos->len; i++) {
        const YtopsProxyInfo *info = g_ptr_array_index(infos, i);
        g_autofree char *expected = proxy_bed_url(i);
        g_assert_cmpstr(info->proxy_url, ==, expected);
        g_assert_cmpuint(g_strv_length(info->next_for), ==, i == 3 ? 1 : 0);
    }

    g_autofree char *flushed_thrice = proxy_bed_redis(bed, "FLUSHALL", NULL);
    g_autoptr(GPtrArray) own = ytops_proxy_manager_list(manager, NULL, NULL);
    g_assert_cmpuint(own->len, ==, 600);
}

static void test_one_that_was_removed_comes_back_in_its_turn(ProxyBed *bed,
                                                             gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    proxy_bed_assert_select(manager, A);
    assert_reply(bed, "HDEL", STATES, A, "1");
    proxy_bed_assert_select(manager, B);
    proxy_bed_assert_select(manager, A);
    assert_reply(bed, "HEXISTS", STATES, A, "1");
    assert_reply(bed, "HDEL", STATES, A, "1");
    proxy_bed_succeed(manager, A);
    g_autoptr(YtopsProxyInfo) info = proxy_bed_info(manager, A);
    g_assert_cmpint(info->success_count, ==, 1);
}

static void test_a_dead_redis_is_unavailable(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    g_autoptr(GError) error = NULL;
    proxy_bed_assert_select(manager, A);
    redis_fixture_kill(bed->redis);
    g_assert_null(ytops_proxy_manager_select(manager, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
    g_assert_null(ytops_proxy_manager_list(manager, NULL, NULL));
    g_assert_null(ytops_proxy_manager_list_identities(manager, NULL));
    g_assert_false(ytops_proxy_manager_heartbeat(manager, NULL));
    g_assert_false(ytops_proxy_manager_claim(manager, A, NULL));
    g_assert_false(ytops_proxy_manager_unban(manager, NULL, A, NULL));
    g_assert_cmpint(ytops_proxy_manager_unban_all(manager, NULL, NULL), ==, -1);
    g_assert_cmpint(ytops_proxy_manager_delete(manager, NULL, ab, NULL), ==, -1);
    redis_fixture_restart(bed->redis);
    gint64 deadline = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
    while (!ytops_proxy_manager_heartbeat(manager, NULL)) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        g_thread_yield();
    }
    proxy_bed_assert_select(manager, B);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(RedisFixture) redis = redis_fixture_start();
#define ADD(path, test) proxy_bed_add_test("/proxy-keys/" path, redis, test)
    ADD("a-fresh-state", test_a_fresh_state);
    ADD("keys-of-the-identity", test_keys_of_the_identity);
    ADD("a-banned-state", test_a_banned_state);
    ADD("a-failure", test_a_failure);
    ADD("broken-states-are-fresh-ones", test_broken_states_are_fresh_ones);
    ADD("states-written-by-hand", test_states_written_by_hand);
    ADD("a-broken-history", test_a_broken_history);
    ADD("keys-of-another-type", test_keys_of_another_type);
    ADD("all-comes-back-after-a-flush", test_all_comes_back_after_a_flush);
    ADD("one-that-was-removed-comes-back-in-its-turn",
        test_one_that_was_removed_comes_back_in_its_turn);
    ADD("a-dead-redis-is-unavailable", test_a_dead_redis_is_unavailable);
    return g_test_run();
}
