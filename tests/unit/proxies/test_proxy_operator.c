/* What an operator can do to proxies: ban, unban, reset, delete; one, all, of one identity. */
#include "proxy_bed.h"
#include "ytops/error.h"

#include <string.h>

#define A "socks5://u:secret@a:1080"
#define B "socks5://b:1080"
#define C "socks5://c:1080"
#define HISTORY_OF_A "proxy_failures:" PROXY_BED_IDENTITY ":" A

static const char *const abc[] = {A, B, C, NULL};

static YtopsProxyManager *manager_new(ProxyBed *bed)
{
    return proxy_bed_manager(bed, PROXY_BED_INSTANCE, abc);
}

static void ban_by_failures(YtopsProxyManager *manager)
{
    proxy_bed_fail(manager, A, "acc_01");
    proxy_bed_fail(manager, A, "acc_02");
    g_assert_true(proxy_bed_fail(manager, A, "acc_03"));
}

static void assert_exists(ProxyBed *bed, const char *key, gboolean expected)
{
    g_autofree char *exists = proxy_bed_redis(bed, "EXISTS", key, NULL);
    g_assert_cmpstr(exists, ==, expected ? "1" : "0");
}

static void test_ban(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    static const struct {
        gint64 duration_s, active_in_s;
    } cases[] = {{0, 3600}, {90, 90}, {YTOPS_UNTIL_UNBANNED, YTOPS_UNTIL_UNBANNED}, {1, 1}};
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        ytops_proxy_manager_ban(manager, "", A, "by hand", cases[i].duration_s, &error);
        g_assert_no_error(error);
        g_autoptr(YtopsProxyInfo) info = proxy_bed_info(manager, A);
        g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_BANNED);
        g_assert_cmpint(info->active_in_s, ==, cases[i].active_in_s);
        g_assert_cmpstr(info->reason, ==, "by hand");
    }
    g_assert_true(ytops_proxy_manager_ban(manager, NULL, A, NULL, 0, NULL));
    g_autoptr(YtopsProxyInfo) info = proxy_bed_info(manager, A);
    g_assert_null(info->reason);
}

static void test_bad_durations(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    static const gint64 durations[] = {-2, G_MININT64, G_MAXINT64};
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    for (gsize i = 0; i < G_N_ELEMENTS(durations); i++) {
        g_autoptr(GError) one = NULL;
        g_autoptr(GError) all = NULL;
        g_assert_false(ytops_proxy_manager_ban(manager, NULL, A, NULL, durations[i], &one));
        g_assert_error(one, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
        gint64 changed = ytops_proxy_manager_ban_all(manager, NULL, NULL, durations[i], &all);
        g_assert_cmpint(changed, ==, -1);
        g_assert_error(all, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    }
    proxy_bed_assert_overview(manager, "a:ACTIVE(worker-1) b:ACTIVE c:ACTIVE");
}

static void test_unban_deletes_the_history(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    ban_by_failures(manager);
    assert_exists(bed, HISTORY_OF_A, TRUE);
    g_assert_true(ytops_proxy_manager_unban(manager, NULL, A, NULL));
    assert_exists(bed, HISTORY_OF_A, FALSE);
    proxy_bed_assert_select(manager, A);
    g_autoptr(YtopsProxyInfo) info = proxy_bed_info(manager, A);
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_ACTIVE);
    g_assert_cmpint(info->failure_count, ==, 3);
    g_assert_null(info->reason);
    ban_by_failures(manager);
}

static void test_reset_clears_the_counters(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    ban_by_failures(manager);
    proxy_bed_succeed(manager, A);
    g_assert_true(ytops_proxy_manager_reset(manager, NULL, A, NULL));
    assert_exists(bed, HISTORY_OF_A, FALSE);
    g_autoptr(YtopsProxyInfo) info = proxy_bed_info(manager, A);
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_ACTIVE);
    g_assert_cmpint(info->failure_count, ==, 0);
    g_assert_cmpint(info->success_count, ==, 0);
    g_assert_cmpint(info->last_failure_timestamp, ==, 0);
    g_assert_cmpint(info->last_success_timestamp, ==, 0);
    ban_by_failures(manager);
}

typedef gboolean (*OnOne)(YtopsProxyManager *, const char *, const char *, GError **);

static gboolean ban_one(YtopsProxyManager *manager, const char *identity, const char *url,
                        GError **error)
{
    return ytops_proxy_manager_ban(manager, identity, url, NULL, 0, error);
}

static void test_an_unknown_proxy_is_not_found(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    static const OnOne actions[] = {ban_one, ytops_proxy_manager_unban, ytops_proxy_manager_reset};
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    for (gsize i = 0; i < G_N_ELEMENTS(actions); i++) {
        g_autoptr(GError) unknown = NULL;
        g_autoptr(GError) elsewhere = NULL;
        g_assert_false(actions[i](manager, NULL, "socks5://u:secret@x:1", &unknown));
        g_assert_error(unknown, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND);
        g_assert_null(strstr(unknown->message, "secret"));
        g_assert_false(actions[i](manager, "other-pool", A, &elsewhere));
        g_assert_error(elsewhere, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND);
        g_assert_false(actions[i](manager, NULL, NULL, NULL));
        /* Its own it knows, also where Redis does not. */
        g_assert_true(actions[i](manager, NULL, A, NULL));
    }
    assert_exists(bed, "proxies:other-pool", FALSE);
}

static void test_actions_on_all(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    g_autoptr(YtopsProxyManager) management = proxy_bed_manager(bed, "management", NULL);
    g_assert_cmpint(ytops_proxy_manager_ban_all(management, NULL, NULL, 0, NULL), ==, 0);
    g_assert_cmpint(ytops_proxy_manager_ban_all(manager, NULL, "all", 0, NULL), ==, 3);
    proxy_bed_assert_overview(management, "a:BANNED b:BANNED c:BANNED");
    g_assert_true(ytops_proxy_manager_unban(management, NULL, B, NULL));
    g_assert_cmpint(ytops_proxy_manager_unban_all(management, PROXY_BED_IDENTITY, NULL), ==, 2);
    g_assert_cmpint(ytops_proxy_manager_unban_all(management, NULL, NULL), ==, 0);
    proxy_bed_assert_overview(management, "a:ACTIVE(worker-1) b:ACTIVE c:ACTIVE");
    ban_by_failures(manager);
    proxy_bed_succeed(manager, C);
    g_assert_cmpint(ytops_proxy_manager_reset_all(management, NULL, NULL), ==, 2);
    g_assert_cmpint(ytops_proxy_manager_reset_all(management, NULL, NULL), ==, 0);
    assert_exists(bed, HISTORY_OF_A, FALSE);
    g_assert_cmpint(ytops_proxy_manager_unban_all(management, "nowhere", NULL), ==, 0);
}

static void test_unban_all_deletes_every_history(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    proxy_bed_fail(manager, A, "acc_01");
    g_assert_cmpint(ytops_proxy_manager_unban_all(manager, NULL, NULL), ==, 1);
    assert_exists(bed, HISTORY_OF_A, FALSE);
}

static void test_delete_one(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    const char *const just_a[] = {A, "socks5://unknown:1", NULL};
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    g_autoptr(YtopsProxyManager) management = proxy_bed_manager(bed, "management", NULL);
    ban_by_failures(manager);
    g_assert_cmpint(ytops_proxy_manager_delete(management, NULL, just_a, NULL), ==, 1);
    assert_exists(bed, HISTORY_OF_A, FALSE);
    proxy_bed_assert_overview(management, "b:ACTIVE c:ACTIVE");
    g_autofree char *turn = proxy_bed_turn(bed, PROXY_BED_INSTANCE);
    g_assert_null(turn);
    /* The turn, which was with it, is shown again when the instance has spoken. */
    g_assert_true(ytops_proxy_manager_heartbeat(manager, NULL));
    proxy_bed_assert_select(manager, A);
    g_assert_true(ytops_proxy_manager_heartbeat(manager, NULL));
    proxy_bed_assert_overview(management, "a:ACTIVE b:ACTIVE(worker-1) c:ACTIVE");
    g_autoptr(YtopsProxyInfo) info = proxy_bed_info(manager, A);
    g_assert_cmpint(info->failure_count, ==, 0);
}

static void test_a_deleted_one_comes_back_in_its_place(ProxyBed *bed,
                                                       gconstpointer redis G_GNUC_UNUSED)
{
    const char *const just_a[] = {A, NULL};
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    g_autoptr(YtopsProxyManager) management = proxy_bed_manager(bed, "management", NULL);
    proxy_bed_use(manager);
    g_assert_cmpint(ytops_proxy_manager_delete(management, NULL, just_a, NULL), ==, 1);
    proxy_bed_assert_select(manager, A);
    proxy_bed_assert_select(manager, B);
    proxy_bed_assert_overview(management, "a:ACTIVE b:ACTIVE c:ACTIVE(worker-1)");
}

static void test_delete_all(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    g_autoptr(YtopsProxyManager) management = proxy_bed_manager(bed, "management", NULL);
    const char *const none[] = {NULL};
    ban_by_failures(manager);
    proxy_bed_assert_select(manager, B);
    g_assert_cmpint(ytops_proxy_manager_delete(management, NULL, NULL, NULL), ==, 3);
    g_assert_cmpint(ytops_proxy_manager_delete(management, NULL, none, NULL), ==, 0);
    assert_exists(bed, HISTORY_OF_A, FALSE);
    assert_exists(bed, "proxies:" PROXY_BED_IDENTITY, FALSE);
    assert_exists(bed, "proxy_order:" PROXY_BED_IDENTITY, FALSE);
    assert_exists(bed, "proxy_rotation:" PROXY_BED_IDENTITY, FALSE);
    assert_exists(bed, "server_identities", FALSE);
    g_assert_true(ytops_proxy_manager_heartbeat(manager, NULL));
    proxy_bed_assert_overview(management, "a:ACTIVE b:ACTIVE c:ACTIVE(worker-1)");
    proxy_bed_assert_select(manager, C);
    proxy_bed_assert_select(manager, A);
}

static void test_the_owner_sees_a_deleted_one_again(ProxyBed *bed,
                                                    gconstpointer redis G_GNUC_UNUSED)
{
    const char *const just_b[] = {B, NULL};
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    g_autoptr(YtopsProxyManager) management = proxy_bed_manager(bed, "management", NULL);
    g_assert_true(ytops_proxy_manager_ban(manager, NULL, B, NULL, 0, NULL));
    g_assert_cmpint(ytops_proxy_manager_delete(management, NULL, just_b, NULL), ==, 1);
    proxy_bed_assert_overview(manager, "a:ACTIVE(worker-1) b:ACTIVE c:ACTIVE");
}

static void test_identities(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = manager_new(bed);
    g_autoptr(YtopsProxyManager) other =
        ytops_proxy_manager_new(bed->pool, &bed->policy, "a-pool", "worker-2", abc, &bed->now);
    proxy_bed_use(other);
    g_autofree char *stale =
        proxy_bed_redis(bed, "SADD", "server_identities", "gone", "damaged", NULL);
    g_autofree char *damaged = proxy_bed_redis(bed, "SET", "proxies:damaged", "x", NULL);
    g_auto(GStrv) identities = ytops_proxy_manager_list_identities(manager, NULL);
    g_autofree char *joined = g_strjoinv(" ", identities);
    g_assert_cmpstr(joined, ==, "a-pool " PROXY_BED_IDENTITY);
    /* What is done to one leaves the other alone. */
    g_assert_cmpint(ytops_proxy_manager_ban_all(manager, "a-pool", NULL, 0, NULL), ==, 3);
    proxy_bed_assert_overview(manager, "a:ACTIVE(worker-1) b:ACTIVE c:ACTIVE");
    g_autoptr(GPtrArray) infos = ytops_proxy_manager_list(manager, "a-pool", NULL);
    const YtopsProxyInfo *first = g_ptr_array_index(infos, 0);
    g_assert_cmpuint(infos->len, ==, 3);
    g_assert_cmpstr(first->server_identity, ==, "a-pool");
    g_assert_cmpint(first->state, ==, YTOPS_POOL_STATE_BANNED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(RedisFixture) redis = redis_fixture_start();
#define ADD(path, test) proxy_bed_add_test("/proxy-operator/" path, redis, test)
    ADD("ban", test_ban);
    ADD("bad-durations", test_bad_durations);
    ADD("unban-deletes-the-history", test_unban_deletes_the_history);
    ADD("reset-clears-the-counters", test_reset_clears_the_counters);
    ADD("an-unknown-proxy-is-not-found", test_an_unknown_proxy_is_not_found);
    ADD("actions-on-all", test_actions_on_all);
    ADD("unban-all-deletes-every-history", test_unban_all_deletes_every_history);
    ADD("delete-one", test_delete_one);
    ADD("a-deleted-one-comes-back-in-its-place", test_a_deleted_one_comes_back_in_its_place);
    ADD("delete-all", test_delete_all);
    ADD("the-owner-sees-a-deleted-one-again", test_the_owner_sees_a_deleted_one_again);
    ADD("identities", test_identities);
    return g_test_run();
}
