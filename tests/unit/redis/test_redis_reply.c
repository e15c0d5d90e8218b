#include "redis_fixture.h"
#include "redis_patience.h"
#include "ytops/redis.h"

typedef struct {
    RedisFixture *fixture;
    YtopsRedisPool *pool;
} Server;

static YtopsRedisReply *eval(const Server *server, const char *lua)
{
    g_autoptr(GError) error = NULL;
    YtopsRedisReply *reply = ytops_redis_command(server->pool, &error, "EVAL", lua, "0", NULL);

    g_assert_no_error(error);
    g_assert_nonnull(reply);
    return reply;
}

static void test_nil(gconstpointer data)
{
    const Server *server = data;
    g_autoptr(YtopsRedisReply) reply = eval(server, "return false");

    g_assert_true(ytops_redis_reply_is_nil(reply));
    g_assert_null(ytops_redis_reply_string(reply));
    g_assert_cmpint(ytops_redis_reply_int(reply, 7), ==, 7);
    g_assert_cmpuint(ytops_redis_reply_length(reply), ==, 0);
    g_assert_true(ytops_redis_reply_is_nil(ytops_redis_reply_at(reply, 0)));
}

static void test_string(gconstpointer data)
{
    const Server *server = data;
    g_autoptr(YtopsRedisReply) reply = eval(server, "return 'text'");

    g_assert_false(ytops_redis_reply_is_nil(reply));
    g_assert_cmpstr(ytops_redis_reply_string(reply), ==, "text");
    g_assert_cmpint(ytops_redis_reply_int(reply, -1), ==, -1);
    g_assert_cmpuint(ytops_redis_reply_length(reply), ==, 0);
    g_assert_true(ytops_redis_reply_is_nil(ytops_redis_reply_at(reply, 0)));
}

static void test_status(gconstpointer data)
{
    const Server *server = data;
    g_autoptr(YtopsRedisReply) reply = eval(server, "return redis.status_reply('FINE')");

    g_assert_false(ytops_redis_reply_is_nil(reply));
    g_assert_cmpstr(ytops_redis_reply_string(reply), ==, "FINE");
    g_assert_cmpint(ytops_redis_reply_int(reply, 3), ==, 3);
}

static void test_integer(gconstpointer data)
{
    const Server *server = data;
    g_autoptr(YtopsRedisReply) reply = eval(server, "return -42");

    g_assert_false(ytops_redis_reply_is_nil(reply));
    g_assert_cmpint(ytops_redis_reply_int(reply, 0), ==, -42);
    g_assert_null(ytops_redis_reply_string(reply));
    g_assert_cmpuint(ytops_redis_reply_length(reply), ==, 0);
}

static const struct {
    const char *lua;
    gint64 number;
} numbers[] = {
    {"return '12'", 12},
    {"return '-9223372036854775808'", G_MININT64},
    {"return '9223372036854775807'", G_MAXINT64},
    {"return '9223372036854775808'", 99},
    {"return ''", 99},
    {"return ' 1'", 99},
    {"return '1.5'", 99},
    {"return '12x'", 99},
    {"return redis.status_reply('5')", 99},
    {"return {1}", 99},
};

static void test_integer_in_string(gconstpointer data)
{
    const Server *server = data;
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_autoptr(YtopsRedisReply) reply = eval(server, numbers[i].lua);

        g_test_message("%s", numbers[i].lua);
        g_assert_cmpint(ytops_redis_reply_int(reply, 99), ==, numbers[i].number);
    }
}

static void test_array(gconstpointer data)
{
    const Server *server = data;
    g_autoptr(YtopsRedisReply) reply =
        eval(server,
             "return {1, 'two', {3, {'four'}}, redis.status_reply('S'), redis.error_reply('E')}");
    const YtopsRedisReply *inner = ytops_redis_reply_at(reply, 2);

    g_assert_cmpuint(ytops_redis_reply_length(reply), ==, 5);
    g_assert_null(ytops_redis_reply_string(reply));
    g_assert_cmpint(ytops_redis_reply_int(ytops_redis_reply_at(reply, 0), 0), ==, 1);
    g_assert_cmpstr(ytops_redis_reply_string(ytops_redis_reply_at(reply, 1)), ==, "two");
    g_assert_cmpuint(ytops_redis_reply_length(inner), ==, 2);
    inner = ytops_redis_reply_at(ytops_redis_reply_at(inner, 1), 0);
    g_assert_cmpstr(ytops_redis_reply_string(inner), ==, "four");
    g_assert_cmpstr(ytops_redis_reply_string(ytops_redis_reply_at(reply, 3)), ==, "S");
    g_assert_null(ytops_redis_reply_string(ytops_redis_reply_at(reply, 4)));
    g_assert_false(ytops_redis_reply_is_nil(ytops_redis_reply_at(reply, 4)));
    g_assert_true(ytops_redis_reply_is_nil(ytops_redis_reply_at(reply, 5)));
    g_assert_true(ytops_redis_reply_is_nil(ytops_redis_reply_at(reply, G_MAXSIZE)));
    g_assert_cmpstr(ytops_redis_reply_string_at(reply, 1), ==, "two");
    g_assert_null(ytops_redis_reply_string_at(reply, 5));
    g_assert_cmpint(ytops_redis_reply_int_at(reply, 0, 7), ==, 1);
    g_assert_cmpint(ytops_redis_reply_int_at(reply, 5, 7), ==, 7);
}

static void test_texts_of_an_array(gconstpointer data)
{
    const Server *server = data;
    g_autoptr(YtopsRedisReply) reply = eval(server, "return {'one', 2, 'three'}");
    g_auto(GStrv) texts = ytops_redis_reply_to_strv(reply);
    g_auto(GStrv) none = ytops_redis_reply_to_strv(NULL);

    g_assert_cmpuint(g_strv_length(texts), ==, 3);
    g_assert_cmpstr(texts[0], ==, "one");
    g_assert_cmpstr(texts[1], ==, "");
    g_assert_cmpstr(texts[2], ==, "three");
    g_assert_cmpuint(g_strv_length(none), ==, 0);
}

static void test_empty_array(gconstpointer data)
{
    const Server *server = data;
    g_autoptr(YtopsRedisReply) reply = eval(server, "return {}");

    g_assert_false(ytops_redis_reply_is_nil(reply));
    g_assert_cmpuint(ytops_redis_reply_length(reply), ==, 0);
    g_assert_true(ytops_redis_reply_is_nil(ytops_redis_reply_at(reply, 0)));
}

/* A chain of at() on whatever came back needs no test for NULL in between. */
static void test_null_reply(void)
{
    g_assert_true(ytops_redis_reply_is_nil(NULL));
    g_assert_null(ytops_redis_reply_string(NULL));
    g_assert_cmpint(ytops_redis_reply_int(NULL, 5), ==, 5);
    g_assert_true(ytops_redis_reply_is_nil(ytops_redis_reply_at(NULL, 0)));
    ytops_redis_reply_free(NULL);
}

int main(int argc, char **argv)
{
    Server server = {0};
    int result;

    g_test_init(&argc, &argv, NULL);
    server.fixture = redis_fixture_start();
    server.pool = ytops_redis_pool_new(redis_fixture_url(server.fixture), &REDIS_PATIENCE, NULL);
    g_test_add_data_func("/redis/reply/nil", &server, test_nil);
    g_test_add_data_func("/redis/reply/string", &server, test_string);
    g_test_add_data_func("/redis/reply/status", &server, test_status);
    g_test_add_data_func("/redis/reply/integer", &server, test_integer);
    g_test_add_data_func("/redis/reply/integer-in-a-string", &server, test_integer_in_string);
    g_test_add_data_func("/redis/reply/array", &server, test_array);
    g_test_add_data_func("/redis/reply/texts-of-an-array", &server, test_texts_of_an_array);
    g_test_add_data_func("/redis/reply/empty-array", &server, test_empty_array);
    g_test_add_func("/redis/reply/none-at-all", test_null_reply);
    result = g_test_run();
    ytops_redis_pool_free(server.pool);
    redis_fixture_stop(server.fixture);
    return result;
}
