/* Whose turn it is: round robin over an instance's own active proxies. */
#include "proxy_bed.h"
#include "ytops/error.h"

#include <string.h>

#define A "socks5://a:1080"
#define B "socks5://b:1080"
#define C "socks5://c:1080"
#define D "socks5://d:1080"

static const char *const abc[] = {A, B, C, NULL};

static void ban(YtopsProxyManager *manager, const char *url, gint64 duration_s)
{
    g_autoptr(GError) error = NULL;
    ytops_proxy_manager_ban(manager, NULL, url, "a test", duration_s, &error);
    g_assert_no_error(error);
}

static void assert_turn(ProxyBed *bed, const char *instance_id, const char *expected)
{
    g_autofree char *turn = proxy_bed_turn(bed, instance_id);
    g_assert_cmpstr(turn, ==, expected);
}

static void test_round_robin(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, abc);
    for (int round = 0; round < 3; round++) {
        proxy_bed_assert_select(manager, A);
        assert_turn(bed, PROXY_BED_INSTANCE, B);
        proxy_bed_assert_select(manager, B);
        assert_turn(bed, PROXY_BED_INSTANCE, C);
        proxy_bed_assert_select(manager, C);
        assert_turn(bed, PROXY_BED_INSTANCE, A);
    }
}

static void test_nothing_is_written_before_first_use(ProxyBed *bed,
                                                     gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, abc);
    g_autofree char *before = proxy_bed_redis(bed, "DBSIZE", NULL);
    g_assert_cmpstr(before, ==, "0");
    g_assert_true(ytops_proxy_manager_owns(manager, A));
    g_assert_false(ytops_proxy_manager_owns(manager, D));
    g_assert_false(ytops_proxy_manager_owns(manager, NULL));
    proxy_bed_assert_overview(manager, "a:ACTIVE(worker-1) b:ACTIVE c:ACTIVE");
}

/* Its owner asks before it sends heartbeats: what was never used needs no sign of life. */
static void test_whether_it_was_used(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, abc);
    g_assert_false(ytops_proxy_manager_was_used(manager));
    g_assert_true(ytops_proxy_manager_owns(manager, A));
    g_assert_false(ytops_proxy_manager_was_used(manager));
    proxy_bed_assert_select(manager, A);
    g_assert_true(ytops_proxy_manager_was_used(manager));
    g_autofree char *flushed = proxy_bed_redis(bed, "FLUSHALL", NULL);
    g_assert_true(ytops_proxy_manager_heartbeat(manager, NULL));
    g_assert_true(ytops_proxy_manager_was_used(manager));
}

static void test_banned_ones_are_skipped(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, abc);
    ban(manager, B, 0);
    proxy_bed_assert_select(manager, A);
    assert_turn(bed, PROXY_BED_INSTANCE, C);
    proxy_bed_assert_select(manager, C);
    proxy_bed_assert_select(manager, A);
}

static void test_the_turn_may_be_banned_meanwhile(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, abc);
    g_autoptr(YtopsProxyManager) management = proxy_bed_manager(bed, "management", NULL);
    proxy_bed_assert_select(manager, A);
    ban(management, B, 0);
    proxy_bed_assert_overview(management, "a:ACTIVE b:BANNED c:ACTIVE(worker-1)");
    proxy_bed_assert_select(manager, C);
    proxy_bed_assert_overview(management, "a:ACTIVE(worker-1) b:BANNED c:ACTIVE");
    ban(management, A, 0);
    ban(management, C, 0);
    proxy_bed_assert_overview(management, "a:BANNED b:BANNED c:BANNED");
}

static void test_one_active_alone_is_taken_again(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, abc);
    ban(manager, A, 0);
    ban(manager, C, 0);
    proxy_bed_assert_select(manager, B);
    assert_turn(bed, PROXY_BED_INSTANCE, B);
    proxy_bed_assert_select(manager, B);
}

static void test_none_active(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, abc);
    ban(manager, A, YTOPS_UNTIL_UNBANNED);
    ban(manager, B, 500);
    ban(manager, C, 90);
    proxy_bed_assert_none(manager, "90");
    bed->now += 60;
    proxy_bed_assert_none(manager, "30");
    bed->now += 30;
    proxy_bed_assert_select(manager, C);
    assert_turn(bed, PROXY_BED_INSTANCE, C);
    ban(manager, B, YTOPS_UNTIL_UNBANNED);
    ban(manager, C, YTOPS_UNTIL_UNBANNED);
    bed->now += 1000000;
    proxy_bed_assert_none(manager, NULL);
}

static void test_none_configured(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    const char *const none[] = {NULL};
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, none);
    g_autoptr(GError) error = NULL;
    proxy_bed_assert_none(manager, NULL);
    g_assert_true(ytops_proxy_manager_heartbeat(manager, &error));
    g_assert_true(ytops_proxy_manager_leave(manager, &error));
    proxy_bed_assert_overview(manager, "");
}

static void test_two_instances_interleaved(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    const char *const cd[] = {C, D, NULL};
    g_autoptr(YtopsProxyManager) first = proxy_bed_manager(bed, "worker-1", abc);
    g_autoptr(YtopsProxyManager) second = proxy_bed_manager(bed, "worker-2", cd);
    g_autoptr(YtopsProxyManager) management = proxy_bed_manager(bed, "management", NULL);
    proxy_bed_assert_select(first, A);
    proxy_bed_assert_select(second, C);
    proxy_bed_assert_select(first, B);
    proxy_bed_assert_select(second, D);
    proxy_bed_assert_overview(management, "a:ACTIVE b:ACTIVE c:ACTIVE(worker-1 worker-2) d:ACTIVE");
    ban(first, C, 0);
    proxy_bed_assert_overview(management,
                              "a:ACTIVE(worker-1) b:ACTIVE c:BANNED d:ACTIVE(worker-2)");
    proxy_bed_assert_select(second, D);
    proxy_bed_assert_select(second, D);
    ban(management, D, 90);
    proxy_bed_assert_none(second, "90");
    proxy_bed_assert_select(first, A);
}

static void test_a_restart_goes_on_where_it_was(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, abc);
    proxy_bed_assert_select(manager, A);
    g_clear_pointer(&manager, ytops_proxy_manager_free);
    manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, abc);
    proxy_bed_assert_select(manager, B);
}

static void test_an_edited_turn_is_honoured(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_large_manager(bed, PROXY_BED_INSTANCE, 100);
    g_autofree char *far_one = proxy_bed_url(77);
    g_autofree char *first = proxy_bed_url(0);
    proxy_bed_assert_select(manager, first);
    g_autofree char *far_set = proxy_bed_redis(bed, "HSET", "proxy_rotation:" PROXY_BED_IDENTITY,
                                               PROXY_BED_INSTANCE, far_one, NULL);
    proxy_bed_assert_select(manager, far_one);
    g_autofree char *foreign_set = proxy_bed_redis(
        bed, "HSET", "proxy_rotation:" PROXY_BED_IDENTITY, PROXY_BED_INSTANCE, D, NULL);
    YtopsProxyInfo *info = proxy_bed_info(manager, first);
    g_assert_cmpstr(info->next_for[0], ==, PROXY_BED_INSTANCE);
    ytops_proxy_info_free(info);
    proxy_bed_assert_select(manager, first);
}

static void test_claim(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, abc);
    g_autoptr(GError) foreign = NULL;
    g_autoptr(GError) banned = NULL;
    proxy_bed_assert_select(manager, A);
    g_assert_true(ytops_proxy_manager_claim(manager, C, NULL));
    assert_turn(bed, PROXY_BED_INSTANCE, B);
    g_assert_false(ytops_proxy_manager_claim(manager, "socks5://u:secret@d:1", &foreign));
    g_assert_error(foreign, YTOPS_ERROR, YTOPS_ERROR_OUT_OF_SCOPE);
    g_assert_null(strstr(foreign->message, "secret"));
    ban(manager, C, 90);
    g_assert_false(ytops_proxy_manager_claim(manager, C, &banned));
    g_assert_error(banned, YTOPS_ERROR, YTOPS_ERROR_NO_ACTIVE_PROXIES);
    g_assert_cmpstr(ytops_error_get_context(banned, "retryAfterS"), ==, "90");
    bed->now += 90;
    g_assert_true(ytops_proxy_manager_claim(manager, C, NULL));
}

static void test_an_instance_that_is_gone_is_not_shown(ProxyBed *bed,
                                                       gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, abc);
    g_autoptr(YtopsProxyManager) management = proxy_bed_manager(bed, "management", NULL);
    proxy_bed_use(manager);
    proxy_bed_assert_overview(management, "a:ACTIVE(worker-1) b:ACTIVE c:ACTIVE");
    const char *members = "proxy_members:" PROXY_BED_IDENTITY ":" PROXY_BED_INSTANCE;
    g_autofree char *left = proxy_bed_redis(bed, "TTL", members, NULL);
    g_assert_cmpint(g_ascii_strtoll(left, NULL, 10), >, 30);
    g_assert_cmpint(g_ascii_strtoll(left, NULL, 10), <=, 60);
    g_autofree char *expired = proxy_bed_redis(bed, "DEL", members, NULL);
    proxy_bed_assert_overview(management, "a:ACTIVE b:ACTIVE c:ACTIVE");
    assert_turn(bed, PROXY_BED_INSTANCE, NULL);
    g_assert_true(ytops_proxy_manager_heartbeat(manager, NULL));
    proxy_bed_assert_overview(management, "a:ACTIVE(worker-1) b:ACTIVE c:ACTIVE");
    g_assert_true(ytops_proxy_manager_leave(manager, NULL));
    proxy_bed_assert_overview(management, "a:ACTIVE b:ACTIVE c:ACTIVE");
    g_autofree char *exists = proxy_bed_redis(bed, "EXISTS", members, NULL);
    g_assert_cmpstr(exists, ==, "0");
}

static void test_a_selection_is_a_sign_of_life(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, abc);
    const char *members = "proxy_members:" PROXY_BED_IDENTITY ":" PROXY_BED_INSTANCE;
    proxy_bed_assert_select(manager, A);
    g_autofree char *shortened = proxy_bed_redis(bed, "EXPIRE", members, "5", NULL);
    proxy_bed_assert_select(manager, B);
    g_autofree char *left = proxy_bed_redis(bed, "TTL", members, NULL);
    g_assert_cmpint(g_ascii_strtoll(left, NULL, 10), >, 30);
}

static void test_a_heartbeat_is_a_sign_of_life(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, abc);
    const char *members = "proxy_members:" PROXY_BED_IDENTITY ":" PROXY_BED_INSTANCE;
    proxy_bed_assert_select(manager, A);
    g_autofree char *shortened = proxy_bed_redis(bed, "EXPIRE", members, "5", NULL);
    g_autofree char *lost = proxy_bed_redis(bed, "DEL", "proxy_rotation:" PROXY_BED_IDENTITY, NULL);
    g_assert_true(ytops_proxy_manager_heartbeat(manager, NULL));
    g_autofree char *left = proxy_bed_redis(bed, "TTL", members, NULL);
    g_assert_cmpint(g_ascii_strtoll(left, NULL, 10), >, 30);
    assert_turn(bed, PROXY_BED_INSTANCE, B);
}

/* The turn was moved a little by another process, and the only active one is behind it. */
static void test_a_moved_turn_leaves_none_out(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_large_manager(bed, PROXY_BED_INSTANCE, 100);
    g_assert_cmpint(ytops_proxy_manager_ban_all(manager, NULL, NULL, 0, NULL), ==, 100);
    g_autofree char *active = proxy_bed_url(2);
    g_autofree char *turn = proxy_bed_url(5);
    g_assert_true(ytops_proxy_manager_unban(manager, NULL, active, NULL));
    g_autofree char *set = proxy_bed_redis(bed, "HSET", "proxy_rotation:" PROXY_BED_IDENTITY,
                                           PROXY_BED_INSTANCE, turn, NULL);
    proxy_bed_assert_select(manager, active);
}

static void test_a_listing_keeps_the_order_of_the_rotation(ProxyBed *bed,
                                                           gconstpointer redis G_GNUC_UNUSED)
{
    const char *const reordered[] = {C, D, A, B, NULL};
    g_autoptr(YtopsProxyManager) first = proxy_bed_manager(bed, "worker-1", abc);
    proxy_bed_use(first);
    proxy_bed_assert_overview(first, "a:ACTIVE(worker-1) b:ACTIVE c:ACTIVE");
    g_clear_pointer(&first, ytops_proxy_manager_free);
    first = proxy_bed_manager(bed, "worker-1", reordered);
    proxy_bed_use(first);
    proxy_bed_assert_overview(first, "c:ACTIVE d:ACTIVE a:ACTIVE(worker-1) b:ACTIVE");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(RedisFixture) redis = redis_fixture_start();
#define ADD(path, test) proxy_bed_add_test("/proxy-rotation/" path, redis, test)
    ADD("round-robin", test_round_robin);
    ADD("nothing-is-written-before-first-use", test_nothing_is_written_before_first_use);
    ADD("whether-it-was-used", test_whether_it_was_used);
    ADD("banned-ones-are-skipped", test_banned_ones_are_skipped);
    ADD("the-turn-may-be-banned-meanwhile", test_the_turn_may_be_banned_meanwhile);
    ADD("one-active-alone-is-taken-again", test_one_active_alone_is_taken_again);
    ADD("none-active-says-when-to-come-back", test_none_active);
    ADD("none-configured", test_none_configured);
    ADD("two-instances-interleaved", test_two_instances_interleaved);
    ADD("a-restart-goes-on-where-it-was", test_a_restart_goes_on_where_it_was);
    ADD("an-edited-turn-is-honoured", test_an_edited_turn_is_honoured);
    ADD("a-claim-leaves-the-turn-alone", test_claim);
    ADD("an-instance-that-is-gone-is-not-shown", test_an_instance_that_is_gone_is_not_shown);
    ADD("a-selection-is-a-sign-of-life", test_a_selection_is_a_sign_of_life);
    ADD("a-heartbeat-is-a-sign-of-life", test_a_heartbeat_is_a_sign_of_life);
    ADD("a-moved-turn-leaves-none-out", test_a_moved_turn_leaves_none_out);
    ADD("a-listing-keeps-the-order-of-the-rotation",
        test_a_listing_keeps_the_order_of_the_rotation);
    return g_test_run();
}
