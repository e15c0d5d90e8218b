/* What one who watches reads of the proxies: what changed since the last time, and whose turn it is. */
#include "proxy_bed.h"

#define A "socks5://a:1080"
#define B "socks5://b:1080"
#define C "socks5://c:1080"

static const char *const abc[] = {A, B, C, NULL};

static void assert_changed(YtopsProxyManager *manager, gint64 *change, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) infos = ytops_proxy_manager_list_changed(manager, NULL, change, &error);
    g_assert_no_error(error);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < infos->len; i++) {
        const YtopsProxyInfo *info = g_ptr_array_index(infos, i);
        g_string_append_printf(text, "%s%s:%s", i > 0 ? " " : "", info->proxy_url,
                               ytops_pool_state_to_string(info->state));
    }
    g_assert_cmpstr(text->str, ==, expected);
}

static void assert_turns(YtopsProxyManager *manager, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) turns = ytops_proxy_manager_list_turns(manager, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < turns->len; i++) {
        const YtopsProxyTurn *turn = g_ptr_array_index(turns, i);
        g_string_append_printf(text, "%s%s:%s", i > 0 ? " " : "", turn->instance_id,
                               turn->proxy_url);
    }
    g_assert_cmpstr(text->str, ==, expected);
}

static void test_each_is_told_once(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, abc);
    gint64 change = YTOPS_CHANGES_ANEW;
    assert_changed(manager, &change, "");
    g_assert_cmpint(change, ==, 0);
    proxy_bed_use(manager);
    assert_changed(manager, &change, A ":ACTIVE " B ":ACTIVE " C ":ACTIVE");
    proxy_bed_assert_select(manager, A);
    assert_changed(manager, &change, "");
    proxy_bed_succeed(manager, B);
    g_assert_true(ytops_proxy_manager_ban(manager, NULL, A, NULL, 60, NULL));
    assert_changed(manager, &change, B ":ACTIVE " A ":BANNED");
    bed->now += 60;
    proxy_bed_use(manager);
    assert_changed(manager, &change, A ":ACTIVE");
}

/* Whatever the number of those that a step takes. */
static void test_all_are_told_in_steps(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    for (guint n = 248; n <= 252; n++) {
        g_autofree char *flushed = proxy_bed_redis(bed, "FLUSHALL", NULL);
        g_autoptr(YtopsProxyManager) manager = proxy_bed_large_manager(bed, PROXY_BED_INSTANCE, n);
        gint64 change = 0;
        guint told = 0, step;
        proxy_bed_use(manager);
        do {
            g_autoptr(GPtrArray) infos =
                ytops_proxy_manager_list_changed(manager, NULL, &change, NULL);
            step = infos->len;
            told += step;
        } while (step > 0);
        g_assert_cmpuint(told, ==, n);
    }
}

static void test_deleted_ones_are_not_told(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    static const char *const just_a[] = {A, NULL};
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, abc);
    gint64 change = 0;
    proxy_bed_use(manager);
    g_assert_cmpint(ytops_proxy_manager_delete(manager, NULL, just_a, NULL), ==, 1);
    assert_changed(manager, &change, B ":ACTIVE " C ":ACTIVE");
}

static void test_an_emptied_redis_begins_anew(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, abc);
    gint64 change = 0;
    proxy_bed_use(manager);
    assert_changed(manager, &change, A ":ACTIVE " B ":ACTIVE " C ":ACTIVE");
    g_autofree char *flushed = proxy_bed_redis(bed, "FLUSHALL", NULL);
    assert_changed(manager, &change, "");
    g_assert_cmpint(change, ==, YTOPS_CHANGES_ANEW);
}

static void test_the_turns_are_those_of_the_listing(ProxyBed *bed,
                                                    gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) one = proxy_bed_manager(bed, "worker-1", abc);
    g_autoptr(YtopsProxyManager) two = proxy_bed_manager(bed, "worker-2", abc);
    proxy_bed_use(one);
    proxy_bed_use(two);
    proxy_bed_assert_select(one, A);
    assert_turns(one, "worker-1:" B " worker-2:" A);
    g_assert_true(ytops_proxy_manager_ban(one, NULL, B, NULL, 60, NULL));
    assert_turns(one, "worker-1:" C " worker-2:" A);
    g_assert_cmpint(ytops_proxy_manager_ban_all(one, NULL, NULL, 60, NULL), ==, 3);
    assert_turns(one, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(RedisFixture) redis = redis_fixture_start();
#define ADD(name) proxy_bed_add_test("/proxies/changes/" #name, redis, test_##name)
    ADD(each_is_told_once);
    ADD(all_are_told_in_steps);
    ADD(deleted_ones_are_not_told);
    ADD(an_emptied_redis_begins_anew);
    ADD(the_turns_are_those_of_the_listing);
    return g_test_run();
}
