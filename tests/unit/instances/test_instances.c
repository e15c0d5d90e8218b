#include "ytops/instances.h"

#include <unistd.h>

#include "redis_fixture.h"

typedef struct {
    RedisFixture *redis;
    YtopsRedisPool *pool;
    YtopsInstances *instances;
} World;

typedef struct {
    World *world;
    void (*test)(World *world);
} WorldTest;

static void run_test(gconstpointer data)
{
    const WorldTest *test = data;
    g_autoptr(YtopsRedisReply) reply =
        ytops_redis_command(test->world->pool, NULL, "FLUSHALL", NULL);

    g_assert_nonnull(reply);
    test->test(test->world);
}

static void add_test(World *world, const char *path, void (*test)(World *world))
{
    WorldTest *added = g_new(WorldTest, 1);

    *added = (WorldTest){world, test};
    g_test_add_data_func_full(path, added, run_test, g_free);
}

static YtopsInstancePublisher *publisher_of(World *world, const char *id)
{
    YtopsInstanceFacts facts = {
        .instance_id = id,
        .service_role = YTOPS_ROLE_WORKER,
        .server_identity = "pool-1",
        .started_at = 1700000000,
        .rpc_address = "127.0.0.1:9090",
        .http_address = "",
    };

    return ytops_instance_publisher_new(world->pool, &facts);
}

static YtopsJson *list(World *world)
{
    g_autoptr(GError) error = NULL;
    YtopsJson *found = ytops_instances_list(world->instances, &error);

    g_assert_no_error(error);
    return found;
}

static char *ids(World *world)
{
    g_autoptr(YtopsJson) found = list(world);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < ytops_json_length(found); i++)
        g_string_append_printf(text, "%s ",
                               ytops_json_get_string(ytops_json_at(found, i), "instance_id"));
    return g_string_free(text, FALSE);
}

static void wait_for_ids(World *world, const char *wanted)
{
    gint64 end = g_get_monotonic_time() + 30 * G_USEC_PER_SEC;
    g_autofree char *found = ids(world);

    while (g_strcmp0(found, wanted) != 0 && g_get_monotonic_time() < end) {
        g_usleep(2000);
        g_free(found);
        found = ids(world);
    }
    g_assert_cmpstr(found, ==, wanted);
}

static gint64 ask_int(World *world, const char *command, const char *key)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsRedisReply) reply = ytops_redis_command(world->pool, &error, command, key, NULL);

    g_assert_no_error(error);
    return ytops_redis_reply_int(reply, -99);
}

static void tell(World *world, const char *a, const char *b, const char *c, const char *d)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsRedisReply) reply = ytops_redis_command(world->pool, &error, a, b, c, d, NULL);

    g_assert_no_error(error);
}

static void none_is_an_empty_list(World *world)
{
    g_autoptr(YtopsJson) found = list(world);

    g_assert_cmpint(ytops_json_get_type(found), ==, YTOPS_JSON_ARRAY);
    g_assert_cmpuint(ytops_json_length(found), ==, 0);
}

static void a_document_tells_who_and_where(World *world)
{
    g_autoptr(YtopsInstancePublisher) publisher = publisher_of(world, "host-1");
    g_autoptr(YtopsJson) found = NULL;
    YtopsJson *document;

    ytops_instance_publisher_start(publisher);
    wait_for_ids(world, "host-1 ");
    found = list(world);
    document = ytops_json_at(found, 0);
    g_assert_cmpstr(ytops_json_get_string(document, "service_role"), ==, "worker");
    g_assert_cmpstr(ytops_json_get_string(document, "server_identity"), ==, "pool-1");
    g_assert_cmpstr(ytops_json_get_string(document, "version"), ==, YTOPS_VERSION);
    g_assert_cmpstr(ytops_json_get_string(document, "host"), ==, g_get_host_name());
    g_assert_cmpint(ytops_json_get_int(document, "pid"), ==, getpid());
    g_assert_cmpint(ytops_json_get_int(document, "started_at"), ==, 1700000000);
    g_assert_cmpstr(ytops_json_get_string(document, "rpc_address"), ==, "127.0.0.1:9090");
    g_assert_true(ytops_json_has(document, "http_address"));
    g_assert_null(ytops_json_get_string(document, "http_address"));
    g_assert_cmpint(ytops_json_get_int(document, "age_s"), <=, 30);
}

static void add_count(YtopsJson *document, gpointer data)
{
    ytops_json_set_int(document, "jobs", g_atomic_int_add((gint *)data, 1) + 1);
}

static void parts_add_what_they_do_and_hurry_tells_it_at_once(World *world)
{
    g_autoptr(YtopsInstancePublisher) publisher = publisher_of(world, "host-1");
    gint64 begin = g_get_monotonic_time();
    gint count = 0;
    gint64 jobs = 0;

    ytops_instance_publisher_add(publisher, add_count, &count);
    ytops_instance_publisher_start(publisher);
    wait_for_ids(world, "host-1 ");
    while (jobs < 20 && g_get_monotonic_time() - begin < 60 * G_USEC_PER_SEC) {
        g_autoptr(YtopsJson) found = list(world);

        jobs = ytops_json_get_int(ytops_json_at(found, 0), "jobs");
        ytops_instance_publisher_hurry(publisher);
    }
    g_assert_cmpint(jobs, >=, 20);
    g_assert_cmpint(g_get_monotonic_time() - begin, <, 60 * G_USEC_PER_SEC);
}

static void the_end_removes_the_document(World *world)
{
    YtopsInstancePublisher *first = publisher_of(world, "b");
    YtopsInstancePublisher *second = publisher_of(world, "a");

    ytops_instance_publisher_start(first);
    ytops_instance_publisher_start(second);
    wait_for_ids(world, "a b ");
    ytops_instance_publisher_free(first);
    wait_for_ids(world, "a ");
    ytops_instance_publisher_free(second);
    wait_for_ids(world, "");
    g_assert_cmpint(ask_int(world, "EXISTS", "instance:a"), ==, 0);
    g_assert_cmpint(ask_int(world, "EXISTS", "instances"), ==, 0);
}

static void the_dead_are_gone_within_half_a_minute(World *world)
{
    g_autoptr(YtopsInstancePublisher) publisher = publisher_of(world, "living");

    ytops_instance_publisher_start(publisher);
    wait_for_ids(world, "living ");
    g_assert_cmpint(ask_int(world, "PTTL", "instance:living"), >, 0);
    g_assert_cmpint(ask_int(world, "PTTL", "instance:living"), <=, 30000);
    g_assert_cmpint(ask_int(world, "PTTL", "instances"), >, 0);
    tell(world, "ZADD", "instances", "1700000000", "dead");
    tell(world, "SET", "instance:dead", "{\"instance_id\":\"dead\"}", NULL);
    wait_for_ids(world, "living ");
    g_assert_cmpint(ask_int(world, "ZCARD", "instances"), ==, 1);
}

static void what_other_hands_wrote_is_left_out(World *world)
{
    static const char *const documents[] = {"", "no json", "[]", "{}", "{\"instance_id\":7}", "7"};
    g_autoptr(YtopsInstancePublisher) publisher = publisher_of(world, "host-1");

    tell(world, "SET", "instances", "a text", NULL);
    wait_for_ids(world, "");
    tell(world, "SET", "instances", "a text", NULL);
    ytops_instance_publisher_start(publisher);
    wait_for_ids(world, "host-1 ");
    tell(world, "ZADD", "instances", "99999999999", "no-document");
    tell(world, "ZADD", "instances", "99999999999", "no-string");
    tell(world, "LPUSH", "instance:no-string", "x", NULL);
    tell(world, "ZADD", "instances", "99999999999", "odd");
    for (gsize i = 0; i < G_N_ELEMENTS(documents); i++) {
        tell(world, "SET", "instance:odd", documents[i], NULL);
        wait_for_ids(world, "host-1 ");
    }
}

static void what_was_flushed_comes_back(World *world)
{
    g_autoptr(YtopsInstancePublisher) publisher = publisher_of(world, "host-1");

    ytops_instance_publisher_start(publisher);
    wait_for_ids(world, "host-1 ");
    tell(world, "FLUSHALL", NULL, NULL, NULL);
    ytops_instance_publisher_hurry(publisher);
    wait_for_ids(world, "host-1 ");
}

static void without_redis_it_goes_on_trying(World *world)
{
    g_autoptr(YtopsInstancePublisher) publisher = publisher_of(world, "host-1");
    g_autoptr(GError) error = NULL;
    gint count = 0;

    ytops_instance_publisher_add(publisher, add_count, &count);
    redis_fixture_kill(world->redis);
    ytops_instance_publisher_start(publisher);
    while (g_atomic_int_get(&count) < 3) {
        ytops_instance_publisher_hurry(publisher);
        g_thread_yield();
    }
    g_assert_null(ytops_instances_list(world->instances, &error));
    g_assert_false(ytops_instance_publisher_is_heard(publisher));
    g_assert_nonnull(error);
    redis_fixture_restart(world->redis);
    while (!ytops_redis_ping(world->pool, NULL))
        g_usleep(2000);
    ytops_instance_publisher_hurry(publisher);
    wait_for_ids(world, "host-1 ");
    while (!ytops_instance_publisher_is_heard(publisher))
        g_thread_yield();
}

int main(int argc, char **argv)
{
    World world = {0};
    int status;

    g_test_init(&argc, &argv, NULL);
    world.redis = redis_fixture_start();
    world.pool = ytops_redis_pool_new(redis_fixture_url(world.redis),
                                      &(YtopsRedisPoolOptions){.timeout_ms = 30000}, NULL);
    world.instances = ytops_instances_new(world.pool);
    add_test(&world, "/instances/none", none_is_an_empty_list);
    add_test(&world, "/instances/document", a_document_tells_who_and_where);
    add_test(&world, "/instances/parts", parts_add_what_they_do_and_hurry_tells_it_at_once);
    add_test(&world, "/instances/end", the_end_removes_the_document);
    add_test(&world, "/instances/dead", the_dead_are_gone_within_half_a_minute);
    add_test(&world, "/instances/other-hands", what_other_hands_wrote_is_left_out);
    add_test(&world, "/instances/flushed", what_was_flushed_comes_back);
    add_test(&world, "/instances/outage", without_redis_it_goes_on_trying);
    status = g_test_run();
    ytops_instances_free(world.instances);
    ytops_redis_pool_free(world.pool);
    redis_fixture_stop(world.redis);
    return status;
}
