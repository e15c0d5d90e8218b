#include "account_world.h"

typedef struct {
    AccountWorld *world;
    void (*test)(AccountWorld *world);
} WorldTest;

AccountWorld *account_world_start(void)
{
    AccountWorld *world = g_new0(AccountWorld, 1);
    world->redis = redis_fixture_start();
    world->policy = (YtopsAccountPolicy){
        .active_duration_s = WORLD_ACTIVE_S,
        .cooldown_duration_s = WORLD_COOLDOWN_S,
        .failure_threshold = WORLD_THRESHOLD,
        .ban_duration_s = WORLD_BAN_S,
    };
    g_autoptr(GError) error = NULL;
    YtopsRedisPoolOptions options = {.timeout_ms = 30000};
    world->pool = ytops_redis_pool_new(redis_fixture_url(world->redis), &options, &error);
    g_assert_no_error(error);
    world->now = WORLD_START;
    world->manager =
        ytops_account_manager_new(world->pool, &world->policy, WORLD_INSTANCE, &world->now);
    return world;
}

void account_world_stop(AccountWorld *world)
{
    ytops_account_manager_free(world->manager);
    ytops_redis_pool_free(world->pool);
    redis_fixture_stop(world->redis);
    g_free(world);
}

static void run_test(gconstpointer data)
{
    const WorldTest *test = data;
    g_autoptr(YtopsRedisReply) reply = account_world_redis(test->world, "FLUSHALL", NULL);
    test->world->now = WORLD_START;
    test->test(test->world);
}

void account_world_add_test(AccountWorld *world, const char *path,
                            void (*test)(AccountWorld *world))
{
    WorldTest *added = g_new(WorldTest, 1);
    *added = (WorldTest){world, test};
    g_test_add_data_func_full(path, added, run_test, g_free);
}

YtopsAccountManager *account_world_other_manager(AccountWorld *world,
                                                 const YtopsAccountPolicy *policy)
{
    return ytops_account_manager_new(world->pool, policy, WORLD_INSTANCE, &world->now);
}

static YtopsAccountUse use_of(const char *id)
{
    return (YtopsAccountUse){.account_id = id,
                             .proxy_url = WORLD_PROXY,
                             .server_identity = WORLD_IDENTITY,
                             .reason = "BOT_DETECTED: bot",
                             .penalize = TRUE};
}

void account_world_succeed(AccountWorld *world, const char *id)
{
    g_autoptr(GError) error = NULL;
    YtopsAccountUse use = use_of(id);
    ytops_account_manager_report_success(world->manager, &use, &error);
    g_assert_no_error(error);
}

gboolean account_world_fail(AccountWorld *world, const char *id)
{
    g_autoptr(GError) error = NULL;
    YtopsAccountUse use = use_of(id);
    gboolean banned = FALSE;
    ytops_account_manager_report_failure(world->manager, &use, &banned, &error);
    g_assert_no_error(error);
    return banned;
}

void account_world_fail_times(AccountWorld *world, const char *id, int times)
{
    for (int i = 0; i < times; i++)
        account_world_fail(world, id);
}

YtopsAccountInfo *account_world_get(AccountWorld *world, const char *id)
{
    g_autoptr(GError) error = NULL;
    YtopsAccountInfo *info = ytops_account_manager_get(world->manager, id, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(info->account_id, ==, id);
    return info;
}

GPtrArray *account_world_list(AccountWorld *world, const char *prefix)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *infos = ytops_account_manager_list(world->manager, prefix, 0, &error);
    g_assert_no_error(error);
    return infos;
}

YtopsRedisReply *account_world_redis(AccountWorld *world, ...)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    va_list list;
    va_start(list, world);
    for (char *word = va_arg(list, char *); word != NULL; word = va_arg(list, char *))
        g_ptr_array_add(words, word);
    va_end(list);
    g_autoptr(GError) error = NULL;
    YtopsRedisReply *reply =
        ytops_redis_commandv(world->pool, words->len, (const char *const *)words->pdata, &error);
    g_assert_no_error(error);
    return reply;
}

void account_world_assert_hash(AccountWorld *world, const char *id, ...)
{
    g_autofree char *key = g_strconcat("account_status:", id, NULL);
    gint64 fields = 0;
    va_list list;
    va_start(list, id);
    for (char *name = va_arg(list, char *); name != NULL; name = va_arg(list, char *)) {
        const char *wanted = va_arg(list, char *);
        g_autoptr(YtopsRedisReply) value = account_world_redis(world, "HGET", key, name, NULL);
        if (g_strcmp0(ytops_redis_reply_string(value), wanted) != 0)
            g_error("%s %s is %s, not %s", key, name, ytops_redis_reply_string(value), wanted);
        fields++;
    }
    va_end(list);
    g_autoptr(YtopsRedisReply) length = account_world_redis(world, "HLEN", key, NULL);
    g_assert_cmpint(ytops_redis_reply_int(length, -1), ==, fields);
}

gboolean account_world_key_exists(AccountWorld *world, const char *key)
{
    g_autoptr(YtopsRedisReply) reply = account_world_redis(world, "EXISTS", key, NULL);
    return ytops_redis_reply_int(reply, -1) == 1;
}
