#include "ytops/lane_board.h"

#include "redis_fixture.h"
#include "ytops/error.h"

/* A board on an empty Redis. */
typedef struct {
    RedisFixture *redis;
    YtopsRedisPool *pool;
    YtopsLaneBoard *board;
} World;

static void set_up(World *world, gconstpointer data G_GNUC_UNUSED)
{
    world->redis = redis_fixture_start();
    world->pool = ytops_redis_pool_new(redis_fixture_url(world->redis), NULL, NULL);
    world->board = ytops_lane_board_new(world->pool);
}

static void tear_down(World *world, gconstpointer data G_GNUC_UNUSED)
{
    ytops_lane_board_free(world->board);
    ytops_redis_pool_free(world->pool);
    redis_fixture_stop(world->redis);
}

/* What `instance` says of one of its lanes; the lanes it hears of, with ',' between them. */
static char *say(World *world, const char *instance, const char *lane, const char *queue,
                 YtopsLanePhase state)
{
    YtopsLaneInfo info = {.lane_id = (char *)lane,
                          .instance_id = (char *)instance,
                          .queue = (char *)queue,
                          .state = state};
    g_autoptr(GPtrArray) changed = g_ptr_array_new();
    g_autoptr(GPtrArray) gone = g_ptr_array_new();
    g_auto(GStrv) asked = NULL;

    if (lane != NULL)
        g_ptr_array_add(changed, &info);
    asked = ytops_lane_board_report(world->board, instance, changed, gone, NULL);
    g_assert_nonnull(asked);
    return g_strjoinv(",", asked);
}

static void say_quietly(World *world, const char *instance, const char *lane, const char *queue,
                        YtopsLanePhase state)
{
    g_autofree char *asked = say(world, instance, lane, queue, state);

    g_assert_cmpstr(asked, ==, "");
}

static char *list(World *world, const char *queue)
{
    g_autoptr(GPtrArray) lanes = ytops_lane_board_list(world->board, queue, NULL);
    GString *ids = g_string_new(NULL);

    g_assert_nonnull(lanes);
    for (guint i = 0; i < lanes->len; i++)
        g_string_append_printf(ids, "%s ", ((YtopsLaneInfo *)lanes->pdata[i])->lane_id);
    return g_string_free(ids, FALSE);
}

static void assert_listed(World *world, const char *queue, const char *ids)
{
    g_autofree char *listed = list(world, queue);

    g_assert_cmpstr(listed, ==, ids);
}

static void fill(World *world)
{
    say_quietly(world, "b", "b.1", "q", YTOPS_LANE_PULLING);
    say_quietly(world, "a", "a.10", "q", YTOPS_LANE_DOWNLOADING);
    say_quietly(world, "a", "a.2", "other", YTOPS_LANE_PAUSED);
    say_quietly(world, "a", "a.3", "q", YTOPS_LANE_STOPPED);
}

static void lanes_of_every_instance_are_listed_in_order(World *world,
                                                        gconstpointer data G_GNUC_UNUSED)
{
    assert_listed(world, "", "");
    fill(world);
    assert_listed(world, "", "a.2 a.3 a.10 b.1 ");
    assert_listed(world, "q", "a.3 a.10 b.1 ");
    assert_listed(world, "nobody's", "");
}

static void a_word_replaces_the_earlier_one_and_others_stand(World *world,
                                                             gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GPtrArray) lanes = NULL;
    g_autoptr(GPtrArray) changed = g_ptr_array_new();
    g_autoptr(GPtrArray) gone = g_ptr_array_new();
    g_auto(GStrv) asked = NULL;

    fill(world);
    say_quietly(world, "a", "a.2", "other", YTOPS_LANE_PULLING);
    lanes = ytops_lane_board_list(world->board, "other", NULL);
    g_assert_cmpuint(lanes->len, ==, 1);
    g_assert_cmpint(((YtopsLaneInfo *)lanes->pdata[0])->state, ==, YTOPS_LANE_PULLING);
    g_ptr_array_add(gone, (gpointer) "a.3");
    asked = ytops_lane_board_report(world->board, "a", changed, gone, NULL);
    assert_listed(world, "", "a.2 a.10 b.1 ");
}

static void who_leaves_is_gone_at_once(World *world, gconstpointer data G_GNUC_UNUSED)
{
    fill(world);
    g_assert_true(ytops_lane_board_leave(world->board, "a", NULL));
    assert_listed(world, "", "b.1 ");
    g_assert_true(ytops_lane_board_leave(world->board, "a", NULL));
}

static void a_stop_reaches_those_that_are_meant_and_once(World *world,
                                                         gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *of_a = NULL;
    g_autofree char *of_b = NULL;

    fill(world);
    /* Not the one that has stopped. */
    g_assert_cmpint(ytops_lane_board_ask_to_stop(world->board, "q", "", NULL), ==, 2);
    of_a = say(world, "a", NULL, NULL, YTOPS_LANE_PULLING);
    of_b = say(world, "b", NULL, NULL, YTOPS_LANE_PULLING);
    g_assert_cmpstr(of_a, ==, "a.10");
    g_assert_cmpstr(of_b, ==, "b.1");
    say_quietly(world, "a", NULL, NULL, YTOPS_LANE_PULLING);
    g_assert_cmpint(ytops_lane_board_ask_to_stop(world->board, "", "", NULL), ==, 3);
    g_assert_cmpint(ytops_lane_board_ask_to_stop(world->board, "", "a.2", NULL), ==, 1);
    g_assert_cmpint(ytops_lane_board_ask_to_stop(world->board, "nobody's", "", NULL), ==, 0);
}

static void a_lane_that_does_not_run_is_named(World *world, gconstpointer data G_GNUC_UNUSED)
{
    static const struct {
        const char *queue;
        const char *lane;
    } rows[] = {{"", "c.1"}, {"", "a.3"}, {"q", "a.2"}};

    fill(world);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_cmpint(
            ytops_lane_board_ask_to_stop(world->board, rows[i].queue, rows[i].lane, &error), ==,
            -1);
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND);
        g_assert_nonnull(g_strrstr(error->message, rows[i].lane));
    }
}

static void what_other_hands_wrote_hides_nothing(World *world, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(YtopsRedisReply) reply = NULL;

    fill(world);
    reply = ytops_redis_command(world->pool, NULL, "HSET", "lane_status:a", "x", "not JSON", "y",
                                "7", NULL);
    g_assert_nonnull(reply);
    assert_listed(world, "", "a.2 a.3 a.10 b.1 ");
    g_assert_cmpint(ytops_lane_board_ask_to_stop(world->board, "", "", NULL), ==, 3);
}

static void without_redis_it_says_so(World *world, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    g_autoptr(GError) of_list = NULL;
    g_autoptr(GError) of_stop = NULL;
    g_autoptr(GError) of_report = NULL;

    redis_fixture_kill(world->redis);
    g_assert_null(ytops_lane_board_list(world->board, "", &of_list));
    g_assert_error(of_list, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
    g_assert_cmpint(ytops_lane_board_ask_to_stop(world->board, "", "x", &of_stop), ==, -1);
    g_assert_error(of_stop, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
    g_assert_null(ytops_lane_board_report(world->board, "a", none, none, &of_report));
    g_assert_error(of_report, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
}

#define ADD(path, test) g_test_add("/lane-board/" path, World, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("list", lanes_of_every_instance_are_listed_in_order);
    ADD("report", a_word_replaces_the_earlier_one_and_others_stand);
    ADD("leave", who_leaves_is_gone_at_once);
    ADD("stop", a_stop_reaches_those_that_are_meant_and_once);
    ADD("stop-nobody", a_lane_that_does_not_run_is_named);
    ADD("damage", what_other_hands_wrote_hides_nothing);
    ADD("outage", without_redis_it_says_so);
    return g_test_run();
}
