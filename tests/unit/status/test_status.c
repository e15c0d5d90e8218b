/* The status' thread: who asks is answered, who watches is told, whatever the order and the end. */
#include <string.h>

#include "redis_fixture.h"
#include "ytops/error.h"
#include "ytops/status.h"

#define PATIENCE_US (60 * G_USEC_PER_SEC)

typedef struct {
    YtopsRedisPool *pool;
    YtopsAccountManager *accounts;
    YtopsProxyManager *proxies;
    YtopsWorkQueues *queues;
    YtopsLaneBoard *lanes;
    YtopsStatus *status;
    GAsyncQueue *heard; /* of char *: "update ...", "state ...", "done", "error CODE" */
} Bench;

static void on_update(GBytes *json, gpointer data)
{
    g_autofree char *text = g_strndup(g_bytes_get_data(json, NULL), g_bytes_get_size(json));
    g_async_queue_push(((Bench *)data)->heard, g_strconcat("update ", text, NULL));
}

static void on_answer(GBytes *json, const GError *error, gpointer data)
{
    g_autofree char *text =
        json != NULL ? g_strndup(g_bytes_get_data(json, NULL), g_bytes_get_size(json)) : NULL;
    const char *code =
        error != NULL ? ytops_error_code_to_string(ytops_error_get_code(error)) : NULL;
    g_async_queue_push(((Bench *)data)->heard, text != NULL ? g_strconcat("state ", text, NULL)
                                                            : g_strconcat("error ", code, NULL));
}

static void on_done(const GError *error, gpointer data)
{
    g_async_queue_push(
        ((Bench *)data)->heard,
        error == NULL
            ? g_strdup("done")
            : g_strconcat("error ", ytops_error_code_to_string(ytops_error_get_code(error)), NULL));
}

static void set_up(Bench *bench, gconstpointer data)
{
    static const char *const urls[] = {"socks5://user:secret@h:1", NULL};
    static const YtopsAccountPolicy account_policy = {1800, 3600, 5, 7200};
    static const YtopsProxyPolicy proxy_policy = {3600, 3, 3, 3600};
    static const YtopsWorkQueuePolicy queue_policy = {60, 3};
    bench->pool = ytops_redis_pool_new(redis_fixture_url((const RedisFixture *)data), NULL, NULL);
    g_autoptr(YtopsRedisReply) reply = ytops_redis_command(bench->pool, NULL, "FLUSHALL", NULL);
    g_assert_nonnull(reply);
    bench->accounts = ytops_account_manager_new(bench->pool, &account_policy, "me", NULL);
    bench->proxies = ytops_proxy_manager_new(bench->pool, &proxy_policy, "east", "me", urls, NULL);
    bench->queues = ytops_work_queues_new(bench->pool, &queue_policy, NULL);
    bench->lanes = ytops_lane_board_new(bench->pool);
    bench->heard = g_async_queue_new_full(g_free);
    YtopsStatusSources sources = {
        .role = YTOPS_ROLE_ALL_IN_ONE,
        .instance_id = "me",
        .server_identity = "east",
        .redis = bench->pool,
        .accounts = bench->accounts,
        .proxies = bench->proxies,
        .queues = bench->queues,
        .lane_board = bench->lanes,
    };
    bench->status = ytops_status_new(&sources, on_update, bench);
}

static void tear_down(Bench *bench, gconstpointer data G_GNUC_UNUSED)
{
    ytops_status_free(bench->status);
    ytops_lane_board_free(bench->lanes);
    ytops_work_queues_free(bench->queues);
    ytops_proxy_manager_free(bench->proxies);
    ytops_account_manager_free(bench->accounts);
    ytops_redis_pool_free(bench->pool);
    g_async_queue_unref(bench->heard);
}

/* The next of what is heard that begins so. */
static char *hear(Bench *bench, const char *start)
{
    gint64 deadline = g_get_monotonic_time() + PATIENCE_US;
    for (;;) {
        gint64 left = deadline - g_get_monotonic_time();
        char *text = left > 0 ? g_async_queue_timeout_pop(bench->heard, (guint64)left) : NULL;
        if (text == NULL)
            g_error("nothing is heard that begins with '%s'", start);
        if (g_str_has_prefix(text, start))
            return text;
        g_free(text);
    }
}

static void order(Bench *bench, YtopsStatusAction action, const char *id)
{
    YtopsStatusOrder what = {
        .action = action, .id = id, .reason = "why", .duration_s = 60, .actor = "http:me"};
    ytops_status_order(bench->status, &what, on_done, bench);
}

static void test_who_asks_gets_the_state(Bench *bench, gconstpointer data G_GNUC_UNUSED)
{
    g_assert_true(ytops_account_manager_ban(bench->accounts, "a", NULL, 60, NULL));
    ytops_status_ask(bench->status, on_answer, bench);
    g_autofree char *text = hear(bench, "state ");
    g_autoptr(YtopsJson) state = ytops_json_parse(text + strlen("state "), -1, NULL);
    g_assert_cmpuint(ytops_json_length(ytops_json_get(state, "accounts")), ==, 1);
    g_assert_cmpuint(ytops_json_length(ytops_json_get(state, "proxies")), ==, 1);
    g_assert_null(strstr(text, "secret"));
}

static void test_who_watches_is_told(Bench *bench, gconstpointer data G_GNUC_UNUSED)
{
    ytops_status_set_viewers(bench->status, 1);
    g_autofree char *first = hear(bench, "update ");
    g_assert_true(ytops_account_manager_ban(bench->accounts, "a", NULL, 60, NULL));
    g_autofree char *text = hear(bench, "update ");
    g_assert_nonnull(strstr(text, "\"id\":\"a\""));
    g_assert_nonnull(strstr(text, "\"change\":\"banned\""));
}

static void test_an_order_is_told_before_it_is_done(Bench *bench, gconstpointer data G_GNUC_UNUSED)
{
    order(bench, YTOPS_STATUS_BAN, "a");
    g_autofree char *update = hear(bench, "");
    g_assert_true(g_str_has_prefix(update, "update "));
    g_assert_nonnull(strstr(update, "\"actor\":\"http:me\""));
    g_autofree char *done = hear(bench, "");
    g_assert_cmpstr(done, ==, "done");
    order(bench, YTOPS_STATUS_UNBAN, "unknown");
    g_autofree char *error = hear(bench, "error ");
    g_assert_cmpstr(error, ==, "error NOT_FOUND");
}

static guint count_proxies(Bench *bench)
{
    ytops_status_ask(bench->status, on_answer, bench);
    g_autofree char *text = hear(bench, "state ");
    g_autoptr(YtopsJson) state = ytops_json_parse(text + strlen("state "), -1, NULL);
    return ytops_json_length(ytops_json_get(state, "proxies"));
}

/* Also where the deletion is the first thing that ever happened. */
static void test_what_is_deleted_goes(Bench *bench, gconstpointer data G_GNUC_UNUSED)
{
    static const char *const urls[] = {"socks5://a:1", "socks5://b:1", NULL};
    static const char *const just_a[] = {"socks5://a:1", NULL};
    static const YtopsProxyPolicy policy = {3600, 3, 3, 3600};
    g_autoptr(YtopsProxyManager) west =
        ytops_proxy_manager_new(bench->pool, &policy, "west", "other", urls, NULL);
    g_assert_true(ytops_proxy_manager_heartbeat(west, NULL));
    g_assert_cmpuint(count_proxies(bench), ==, 3);
    g_assert_cmpint(ytops_proxy_manager_delete(bench->proxies, "west", just_a, NULL), ==, 1);
    g_assert_cmpuint(count_proxies(bench), ==, 2);
}

/* One damaged queue hides neither the others nor the lanes, and is no outage of Redis. */
static void test_a_damaged_queue_is_left_out(Bench *bench, gconstpointer data G_GNUC_UNUSED)
{
    static const char *const urls[] = {"https://a.example/1", NULL};
    g_assert_cmpint(ytops_work_queues_push(bench->queues, "a", urls, NULL), ==, 1);
    g_assert_cmpint(ytops_work_queues_push(bench->queues, "b", urls, NULL), ==, 1);
    g_autoptr(YtopsRedisReply) damage =
        ytops_redis_command(bench->pool, NULL, "SET", "a_inbox", "x", NULL);
    g_assert_nonnull(damage);
    ytops_status_ask(bench->status, on_answer, bench);
    g_autofree char *text = hear(bench, "state ");
    g_autoptr(YtopsJson) state = ytops_json_parse(text + strlen("state "), -1, NULL);
    const YtopsJson *queues = ytops_json_get(state, "queues");
    g_assert_cmpuint(ytops_json_length(queues), ==, 1);
    g_assert_cmpstr(ytops_json_get_string(ytops_json_at(queues, 0), "id"), ==, "b");
    g_assert_true(ytops_json_get_bool(ytops_json_get(state, "redis"), "reachable"));
}

/* However much is asked for as it ends: each is answered, once. */
static void test_the_end_answers_everybody(Bench *bench, gconstpointer data G_GNUC_UNUSED)
{
    enum { ASKED = 200 };
    for (int i = 0; i < ASKED; i++) {
        ytops_status_ask(bench->status, on_answer, bench);
        order(bench, YTOPS_STATUS_BAN, "a");
    }
    g_clear_pointer(&bench->status, ytops_status_free);
    int answers = 0;
    gpointer text;
    while ((text = g_async_queue_try_pop(bench->heard)) != NULL) {
        answers += g_str_has_prefix(text, "update ") ? 0 : 1;
        g_free(text);
    }
    g_assert_cmpint(answers, ==, 2 * ASKED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(RedisFixture) redis = redis_fixture_start();
#define ADD(name) g_test_add("/status/" #name, Bench, redis, set_up, test_##name, tear_down)
    ADD(who_asks_gets_the_state);
    ADD(who_watches_is_told);
    ADD(what_is_deleted_goes);
    ADD(a_damaged_queue_is_left_out);
    ADD(an_order_is_told_before_it_is_done);
    ADD(the_end_answers_everybody);
    return g_test_run();
}
