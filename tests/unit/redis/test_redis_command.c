#include <limits.h>
#include <string.h>

#include "redis_fixture.h"
#include "redis_patience.h"
#include "ytops/error.h"
#include "ytops/redis.h"

typedef struct {
    RedisFixture *fixture;
    YtopsRedisPool *pool;
} Server;

static const char *const awkward[] = {"",
                                      " ",
                                      "a b  c",
                                      "line\nline\r\n$5\r\n*1\r\n",
                                      "\"quoted\" 'too' \\x00 %s %b %n",
                                      "h\xc3\xa9llo \xe2\x80\x99 \xf0\x9f\x8e\xac",
                                      "not utf-8: \xff\xfe",
                                      "--option",
                                      "{\"json\": [1, 2]}"};

static void test_arguments(gconstpointer data)
{
    const Server *server = data;
    for (gsize i = 0; i < G_N_ELEMENTS(awkward); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(YtopsRedisReply) set = ytops_redis_command(
            server->pool, &error, "HSET", "awkward", awkward[i], awkward[i], NULL);
        g_autoptr(YtopsRedisReply) get =
            ytops_redis_command(server->pool, &error, "HGET", "awkward", awkward[i], NULL);

        g_assert_no_error(error);
        g_assert_cmpint(ytops_redis_reply_int(set, -1), ==, 1);
        g_assert_cmpstr(ytops_redis_reply_string(get), ==, awkward[i]);
    }
}

static void test_large_argument(gconstpointer data)
{
    const Server *server = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *big = g_strnfill(20 * 1024 * 1024, 'x');
    g_autoptr(YtopsRedisReply) set =
        ytops_redis_command(server->pool, &error, "SET", "big", big, NULL);
    g_autoptr(YtopsRedisReply) get = ytops_redis_command(server->pool, &error, "GET", "big", NULL);

    g_assert_no_error(error);
    g_assert_true(strcmp(ytops_redis_reply_string(get), big) == 0);
}

static void test_many_elements(gconstpointer data)
{
    const Server *server = data;
    g_autoptr(YtopsRedisReply) reply = ytops_redis_command(
        server->pool, NULL, "EVAL",
        "local t = {} for i = 1, 200000 do t[i] = 'v' .. i end return t", "0", NULL);

    g_assert_cmpuint(ytops_redis_reply_length(reply), ==, 200000);
    g_assert_cmpstr(ytops_redis_reply_string(ytops_redis_reply_at(reply, 199999)), ==, "v200000");
}

static void test_error_reply(gconstpointer data)
{
    const Server *server = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsRedisReply) set =
        ytops_redis_command(server->pool, NULL, "SET", "text", "value", NULL);
    YtopsRedisReply *reply =
        ytops_redis_command(server->pool, &error, "LPUSH", "text", "geheim", NULL);

    g_assert_null(reply);
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
    g_assert_nonnull(strstr(error->message, "LPUSH"));
    g_assert_nonnull(strstr(error->message, "WRONGTYPE"));
    g_assert_nonnull(strstr(error->message, redis_fixture_socket(server->fixture)));
    g_assert_null(strstr(error->message, "geheim"));
    g_assert_true(ytops_redis_ping(server->pool, NULL));
}

/* redis-server itself repeats the arguments of a command that it does not know. */
static void test_error_reply_redacts(gconstpointer data)
{
    const Server *server = data;
    g_autoptr(GError) error = NULL;

    g_assert_null(
        ytops_redis_command(server->pool, &error, "NOSUCH", "socks5://ann:geheim@host:1", NULL));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
    g_assert_nonnull(strstr(error->message, "unknown command"));
    g_assert_null(strstr(error->message, "geheim"));
}

static void test_no_error_wanted(gconstpointer data)
{
    const Server *server = data;
    g_assert_null(ytops_redis_command(server->pool, NULL, "NOSUCH", NULL));
}

static void test_malformed(gconstpointer data)
{
    const Server *server = data;
    const char *const hole[] = {"SET", NULL, "v"};
    const char *const ping[] = {"PING"};
    struct {
        gsize argc;
        const char *const *argv;
    } cases[] = {{0, ping}, {0, NULL}, {3, hole}, {(gsize)INT_MAX + 1, hole}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(ytops_redis_commandv(server->pool, cases[i].argc, cases[i].argv, &error));
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    }
    g_assert_null(ytops_redis_command(server->pool, NULL, NULL));
    g_assert_true(ytops_redis_ping(server->pool, NULL));
}

static const struct {
    const char *setup[4];
    const char *command[4];
    const char *names;
} refusals[] = {
    {{"CONFIG", "SET", "replica-serve-stale-data", "yes"}, {"SET", "k", "v"}, "READONLY"},
    {{"CONFIG", "SET", "replica-serve-stale-data", "yes"},
     {"EVAL", "return redis.call('SET', KEYS[1], 1)", "1", "k"},
     "READONLY"},
    {{"CONFIG", "SET", "replica-serve-stale-data", "no"}, {"GET", "k"}, "MASTERDOWN"},
};

static gsize filled(const char *const command[4])
{
    gsize n = 0;

    while (n < 4 && command[n] != NULL)
        n++;
    return n;
}

static void run_fine(YtopsRedisPool *with, const char *const command[4])
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsRedisReply) reply = ytops_redis_commandv(with, filled(command), command, &error);

    g_assert_no_error(error);
}

static const struct {
    const char *text;
    YtopsErrorCode code;
} error_replies[] = {
    {"LOADING Redis is loading the dataset in memory", YTOPS_ERROR_REDIS_UNAVAILABLE},
    {"MASTERDOWN Link with MASTER is down", YTOPS_ERROR_REDIS_UNAVAILABLE},
    {"READONLY You can't write against a read only replica.", YTOPS_ERROR_REDIS_UNAVAILABLE},
    {"BUSY Redis is busy running a script.", YTOPS_ERROR_REDIS_UNAVAILABLE},
    {"NOAUTH Authentication required.", YTOPS_ERROR_REDIS_UNAVAILABLE},
    {"WRONGPASS invalid username-password pair", YTOPS_ERROR_REDIS_UNAVAILABLE},
    {"BUSYGROUP Consumer Group name already exists", YTOPS_ERROR_INTERNAL},
    {"ERR LOADING", YTOPS_ERROR_INTERNAL},
    {"OOM command not allowed", YTOPS_ERROR_REDIS_UNAVAILABLE},
    {"MISCONF Errors writing to the AOF file", YTOPS_ERROR_REDIS_UNAVAILABLE},
    {"NOREPLICAS Not enough good replicas to write.", YTOPS_ERROR_REDIS_UNAVAILABLE},
    {"ERR Error running script (call to f_1): @user_script:1: @user_script: 1: -OOM command not "
     "allowed when used memory > 'maxmemory'.",
     YTOPS_ERROR_REDIS_UNAVAILABLE},
    {"ERR the value '-OOM ' is no number", YTOPS_ERROR_INTERNAL},
    {"LOADIN g", YTOPS_ERROR_INTERNAL},
};

static void test_error_replies(gconstpointer data)
{
    const Server *server = data;

    for (gsize i = 0; i < G_N_ELEMENTS(error_replies); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(ytops_redis_command(server->pool, &error, "EVAL",
                                          "return redis.error_reply(ARGV[1])", "0",
                                          error_replies[i].text, NULL));
        g_assert_error(error, YTOPS_ERROR, (int)error_replies[i].code);
        g_assert_nonnull(strstr(error->message, error_replies[i].text));
        g_assert_true(ytops_redis_ping(server->pool, NULL));
    }
}

static gint64 connection_id(YtopsRedisPool *with)
{
    g_autoptr(YtopsRedisReply) reply = ytops_redis_command(with, NULL, "CLIENT", "ID", NULL);

    return ytops_redis_reply_int(reply, -1);
}

/* A replica whose master is not there. */
static void test_replica(void)
{
    g_autoptr(RedisFixture) replica = redis_fixture_start();
    g_autoptr(YtopsRedisPool) to =
        ytops_redis_pool_new(redis_fixture_url(replica), &REDIS_PATIENCE, NULL);
    const char *const demote[4] = {"REPLICAOF", "127.0.0.1", "1"};
    const char *const promote[4] = {"REPLICAOF", "NO", "ONE"};
    const char *const write[4] = {"SET", "k", "v"};

    run_fine(to, demote);
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        g_autoptr(GError) error = NULL;
        const char *const *command = refusals[i].command;

        run_fine(to, refusals[i].setup);
        g_assert_null(ytops_redis_commandv(to, filled(command), command, &error));
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
        g_assert_nonnull(strstr(error->message, refusals[i].names));
    }
    run_fine(to, promote);
    run_fine(to, write);
}

/* After a failover the same name can lead to another server: the connection is not used again. */
static void test_readonly_reconnects(void)
{
    g_autoptr(RedisFixture) replica = redis_fixture_start();
    g_autoptr(YtopsRedisPool) to =
        ytops_redis_pool_new(redis_fixture_url(replica), &REDIS_PATIENCE, NULL);
    const char *const demote[4] = {"REPLICAOF", "127.0.0.1", "1"};
    gint64 id = connection_id(to);

    g_assert_cmpint(connection_id(to), ==, id);
    run_fine(to, demote);
    g_assert_null(ytops_redis_command(to, NULL, "SET", "k", "v", NULL));
    g_assert_cmpint(connection_id(to), >, id);
}

int main(int argc, char **argv)
{
    Server server = {0};
    int result;

    g_test_init(&argc, &argv, NULL);
    server.fixture = redis_fixture_start();
    server.pool = ytops_redis_pool_new(redis_fixture_url(server.fixture), &REDIS_PATIENCE, NULL);
    g_test_add_data_func("/redis/command/arguments-arrive-as-they-are", &server, test_arguments);
    g_test_add_data_func("/redis/command/20-MiB-argument-and-reply", &server, test_large_argument);
    g_test_add_data_func("/redis/command/200000-elements", &server, test_many_elements);
    g_test_add_data_func("/redis/command/error-reply-is-INTERNAL-without-arguments", &server,
                         test_error_reply);
    g_test_add_data_func("/redis/command/error-reply-shows-no-password", &server,
                         test_error_reply_redacts);
    g_test_add_data_func("/redis/command/caller-needs-no-error", &server, test_no_error_wanted);
    g_test_add_data_func("/redis/command/malformed-is-refused-unsent", &server, test_malformed);
    g_test_add_data_func("/redis/command/error-replies-have-their-codes", &server,
                         test_error_replies);
    g_test_add_func("/redis/command/replica-is-UNAVAILABLE", test_replica);
    g_test_add_func("/redis/command/READONLY-connects-anew", test_readonly_reconnects);
    result = g_test_run();
    ytops_redis_pool_free(server.pool);
    redis_fixture_stop(server.fixture);
    return result;
}
