#include <string.h>

#include "redis_fixture.h"
#include "ytops/error.h"
#include "ytops/redis.h"

static const char add_source[] = "return redis.call('INCRBY', KEYS[1], ARGV[1])";

/* 64 bits and more of arguments, in order. */
static const char echo_source[] = "return {#KEYS, #ARGV, KEYS[1] or '-', ARGV[#ARGV] or '-'}";

typedef struct {
    RedisFixture *fixture;
    YtopsRedisPool *pool;
} Server;

static gint64 add(const Server *server, const YtopsRedisScript *script, const char *amount)
{
    g_autoptr(GError) error = NULL;
    const char *const keys[] = {"counter", NULL};
    const char *const args[] = {amount, NULL};
    g_autoptr(YtopsRedisReply) reply = ytops_redis_eval(server->pool, script, keys, args, &error);

    g_assert_no_error(error);
    return ytops_redis_reply_int(reply, -1);
}

static void clear(const Server *server)
{
    g_autoptr(YtopsRedisReply) reply = ytops_redis_command(server->pool, NULL, "FLUSHALL", NULL);

    g_assert_nonnull(reply);
}

static gint64 count_of(const Server *server, const char *command)
{
    g_autoptr(YtopsRedisReply) reply =
        ytops_redis_command(server->pool, NULL, "INFO", "commandstats", NULL);
    g_autofree char *field = g_strdup_printf("cmdstat_%s:calls=", command);
    const char *at = strstr(ytops_redis_reply_string(reply), field);

    return at == NULL ? 0 : g_ascii_strtoll(at + strlen(field), NULL, 10);
}

/* EVAL once, for the server to learn it; then its digest only. */
static void test_runs(gconstpointer data)
{
    const Server *server = data;
    g_autoptr(YtopsRedisScript) script = ytops_redis_script_new("add", add_source);
    gint64 before = count_of(server, "eval");

    clear(server);
    for (int i = 1; i <= 5; i++)
        g_assert_cmpint(add(server, script, "3"), ==, 3 * i);
    g_assert_cmpint(count_of(server, "eval"), ==, before + 1);
}

static void test_keys_and_args(gconstpointer data)
{
    const Server *server = data;
    g_autoptr(YtopsRedisScript) script = ytops_redis_script_new("echo", echo_source);
    const char *const keys[] = {"k 1", "k2", NULL};
    const char *const args[] = {"a", "b\n", "c", NULL};
    const char *const none[] = {NULL};
    g_autoptr(YtopsRedisReply) both = ytops_redis_eval(server->pool, script, keys, args, NULL);
    g_autoptr(YtopsRedisReply) neither = ytops_redis_eval(server->pool, script, NULL, none, NULL);

    g_assert_cmpint(ytops_redis_reply_int(ytops_redis_reply_at(both, 0), -1), ==, 2);
    g_assert_cmpint(ytops_redis_reply_int(ytops_redis_reply_at(both, 1), -1), ==, 3);
    g_assert_cmpstr(ytops_redis_reply_string(ytops_redis_reply_at(both, 2)), ==, "k 1");
    g_assert_cmpstr(ytops_redis_reply_string(ytops_redis_reply_at(both, 3)), ==, "c");
    g_assert_cmpint(ytops_redis_reply_int(ytops_redis_reply_at(neither, 0), -1), ==, 0);
    g_assert_cmpint(ytops_redis_reply_int(ytops_redis_reply_at(neither, 1), -1), ==, 0);
}

static void test_flush(gconstpointer data)
{
    const Server *server = data;
    g_autoptr(YtopsRedisScript) script = ytops_redis_script_new("add", add_source);
    g_autoptr(YtopsRedisReply) flushed = NULL;

    clear(server);
    g_assert_cmpint(add(server, script, "1"), ==, 1);
    flushed = ytops_redis_command(server->pool, NULL, "SCRIPT", "FLUSH", NULL);
    g_assert_nonnull(flushed);
    g_assert_cmpint(add(server, script, "1"), ==, 2);
}

static void test_restart(gconstpointer data)
{
    const Server *server = data;
    g_autoptr(YtopsRedisScript) script = ytops_redis_script_new("add", add_source);

    clear(server);
    g_assert_cmpint(add(server, script, "1"), ==, 1);
    redis_fixture_restart(server->fixture);
    g_assert_cmpint(add(server, script, "1"), ==, 2);
}

static const struct {
    const char *source;
    const char *names;
} faulty[] = {
    {"return redis.error_reply('ERR my own words')", "my own words"},
    {"return redis.call('LPUSH', KEYS[1], 'x')", "WRONGTYPE"},
    {"return nil + 1", "arithmetic"},
    {"this is no lua", "compiling"},
};

static void test_fault(gconstpointer data)
{
    const Server *server = data;
    const char *const keys[] = {"counter", NULL};
    g_autoptr(YtopsRedisReply) set =
        ytops_redis_command(server->pool, NULL, "SET", "counter", "1", NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(faulty); i++) {
        g_autoptr(YtopsRedisScript) script =
            ytops_redis_script_new("select_proxy", faulty[i].source);
        /* Twice: by its source and by its digest. */
        for (int round = 0; round < 2; round++) {
            g_autoptr(GError) error = NULL;

            g_assert_null(ytops_redis_eval(server->pool, script, keys, NULL, &error));
            g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
            g_assert_nonnull(strstr(error->message, "'select_proxy'"));
            g_assert_nonnull(strstr(error->message, faulty[i].names));
        }
    }
}

static void test_unavailable(void)
{
    g_autoptr(YtopsRedisScript) script = ytops_redis_script_new("add", add_source);
    g_autoptr(YtopsRedisPool) nowhere =
        ytops_redis_pool_new("unix:///nonexistent/redis.sock", NULL, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_null(ytops_redis_eval(nowhere, script, NULL, NULL, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
}

/* Each stands where its source stands, whatever its name. */
static void test_of_a_part(gconstpointer data)
{
    static const YtopsRedisScriptSource sources[] = {{"one", "return 1"}, {"two", "return 2"}};
    const Server *server = data;
    YtopsRedisScript **scripts = ytops_redis_scripts_new(sources, G_N_ELEMENTS(sources));

    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++) {
        g_autoptr(YtopsRedisReply) reply =
            ytops_redis_eval(server->pool, scripts[i], NULL, NULL, NULL);

        g_assert_cmpint(ytops_redis_reply_int(reply, 0), ==, (gint64)i + 1);
    }
    g_assert_null(scripts[G_N_ELEMENTS(sources)]);
    ytops_redis_scripts_free(scripts);
    ytops_redis_scripts_free(NULL);
}

static void test_now(void)
{
    gint64 now = 1700000000;
    g_autofree char *set = ytops_redis_now_text(&now);
    g_autofree char *of_redis = ytops_redis_now_text(NULL);

    g_assert_cmpstr(set, ==, "1700000000");
    g_assert_cmpstr(of_redis, ==, "");
}

static void test_number(void)
{
    g_autofree char *number = ytops_redis_number_text(G_MININT64);

    g_assert_cmpstr(number, ==, "-9223372036854775808");
}

static void test_add_all(void)
{
    const char *const more[] = {"b", "c", NULL};
    g_autoptr(GPtrArray) args = g_ptr_array_new();

    g_ptr_array_add(args, (gpointer) "a");
    ytops_redis_args_add_all(args, more);
    ytops_redis_args_add_all(args, NULL);
    g_assert_cmpuint(args->len, ==, 3);
    g_assert_cmpstr(args->pdata[2], ==, "c");
}

int main(int argc, char **argv)
{
    Server server = {0};
    int result;

    g_test_init(&argc, &argv, NULL);
    server.fixture = redis_fixture_start();
    server.pool = ytops_redis_pool_new(redis_fixture_url(server.fixture), NULL, NULL);
    g_test_add_data_func("/redis/script/source-is-sent-once", &server, test_runs);
    g_test_add_data_func("/redis/script/keys-and-arguments-arrive", &server, test_keys_and_args);
    g_test_add_data_func("/redis/script/is-loaded-again-after-SCRIPT-FLUSH", &server, test_flush);
    g_test_add_data_func("/redis/script/is-loaded-again-after-a-restart", &server, test_restart);
    g_test_add_data_func("/redis/script/fault-is-INTERNAL-and-named", &server, test_fault);
    g_test_add_data_func("/redis/script/of-a-part", &server, test_of_a_part);
    g_test_add_func("/redis/script/now", test_now);
    g_test_add_func("/redis/script/number", test_number);
    g_test_add_func("/redis/script/arguments-are-added", test_add_all);
    g_test_add_func("/redis/script/no-server-is-UNAVAILABLE", test_unavailable);
    result = g_test_run();
    ytops_redis_pool_free(server.pool);
    redis_fixture_stop(server.fixture);
    return result;
}
