/* What the audit records of the proxies: every change of a state, and never a password. */
#include <string.h>

#include "audit_trail.h"
#include "proxy_bed.h"

#define A "socks5://user:secret@a:1080"
#define B "socks5://b:1080"
#define A_SHOWN "socks5://user:***@a:1080"
#define OPERATOR "rpc:127.0.0.1:4711"

static const char *const ab[] = {A, B, NULL};

static void test_what_changes_no_state_is_not_recorded(ProxyBed *bed,
                                                       gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, ab);
    proxy_bed_assert_select(manager, A);
    proxy_bed_succeed(manager, A);
    g_assert_false(proxy_bed_fail(manager, A, "acc_1"));
    proxy_bed_use(manager);
    g_autofree char *exists = proxy_bed_redis(bed, "EXISTS", YTOPS_AUDIT_STREAM, NULL);
    g_assert_cmpstr(exists, ==, "0");
}

static void test_a_ban_by_the_window_and_its_end(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, ab);
    proxy_bed_fail(manager, A, "acc_1");
    proxy_bed_fail(manager, A, "acc_2");
    g_assert_true(proxy_bed_fail(manager, A, "acc_3"));
    bed->now += 3600;
    proxy_bed_use(manager);
    proxy_bed_use(manager);
    audit_trail_assert(bed->pool,
                       "proxy " A_SHOWN " banned " PROXY_BED_INSTANCE
                       " (3 failures with 3 accounts in 3600 s); "
                       "proxy " A_SHOWN " active " PROXY_BED_INSTANCE " (the ban is over)");
}

static void test_an_operator_is_named(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, ab);
    g_autoptr(YtopsProxyManager) view = ytops_proxy_manager_for(manager, OPERATOR);
    g_assert_true(ytops_proxy_manager_ban(view, NULL, B, "slow", 60, NULL));
    bed->now += 60;
    proxy_bed_use(view);
    g_assert_true(ytops_proxy_manager_unban(view, NULL, B, NULL));
    g_assert_true(ytops_proxy_manager_ban(view, NULL, B, NULL, YTOPS_UNTIL_UNBANNED, NULL));
    g_assert_true(ytops_proxy_manager_unban(view, NULL, B, NULL));
    proxy_bed_succeed(view, B);
    g_assert_true(ytops_proxy_manager_reset(view, NULL, B, NULL));
    g_assert_false(ytops_proxy_manager_ban(view, NULL, "socks5://unknown:1", NULL, 60, NULL));
    audit_trail_assert(bed->pool,
                       "proxy " B " banned " OPERATOR " (slow); "
                       "proxy " B " active " PROXY_BED_INSTANCE " (the ban is over); "
                       "proxy " B " banned " OPERATOR "; proxy " B " unbanned " OPERATOR "; "
                       "proxy " B " reset " OPERATOR);
}

static void test_many_at_once_are_recorded_one_by_one(ProxyBed *bed,
                                                      gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, ab);
    g_autoptr(YtopsProxyManager) view = ytops_proxy_manager_for(manager, OPERATOR);
    g_assert_cmpint(ytops_proxy_manager_ban_all(view, NULL, "all", 60, NULL), ==, 2);
    g_assert_cmpint(ytops_proxy_manager_unban_all(view, NULL, NULL), ==, 2);
    g_assert_cmpint(ytops_proxy_manager_unban_all(view, NULL, NULL), ==, 0);
    g_assert_cmpint(ytops_proxy_manager_delete(view, NULL, NULL, NULL), ==, 2);
    audit_trail_assert(bed->pool,
                       "proxy " A_SHOWN " banned " OPERATOR " (all); "
                       "proxy " B " banned " OPERATOR " (all); "
                       "proxy " A_SHOWN " unbanned " OPERATOR "; proxy " B " unbanned " OPERATOR
                       "; proxy " A_SHOWN " deleted " OPERATOR "; proxy " B " deleted " OPERATOR);
}

/* However a URL is mangled, what may be its password is not shown. */
static void test_no_password_is_recorded(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    static const struct {
        const char *url;
        const char *shown;
    } cases[] = {
        {"socks5://user:secret@h:1", "socks5://user:***@h:1"},
        {"socks5h://user:sec@ret@h:1", "socks5h://user:***@h:1"},
        {"http://user:sec:ret/secret@h:1", "http://user:***@h:1"},
        {"http://:secret@h:1", "http://:***@h:1"},
        {"http://user@h:1", "http://user@h:1"},
        {"user:secret@h:1", "user:***@h:1"},
        {"http://h:1/?a=://user:secret@h", "http://h:***@h"},
        {"socks5://h:1", "socks5://h:1"},
        {"h:1", "h:1"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *const urls[] = {cases[i].url, NULL};
        g_autofree char *instance = g_strdup_printf("worker-%u", i);
        g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, instance, urls);
        g_autofree char *reason = g_strdup_printf("like socks5://u:secret@h:1");
        g_assert_true(ytops_proxy_manager_ban(manager, NULL, cases[i].url, reason, 60, NULL));
        g_autofree char *expected = g_strdup_printf("proxy %s banned %s (like socks5://u:***@h:1)",
                                                    cases[i].shown, instance);
        audit_trail_assert(bed->pool, expected);
    }
}

static void test_the_identity_is_recorded(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    g_autoptr(YtopsProxyManager) manager = proxy_bed_manager(bed, PROXY_BED_INSTANCE, ab);
    g_assert_true(ytops_proxy_manager_ban(manager, NULL, A, NULL, 60, NULL));
    g_autoptr(GPtrArray) records = ytops_audit_read(bed->pool, NULL, 0, NULL);
    g_assert_cmpuint(records->len, ==, 1);
    const YtopsAuditRecord *record = g_ptr_array_index(records, 0);
    g_assert_cmpstr(record->server_identity, ==, PROXY_BED_IDENTITY);
    gint64 now_ms = g_get_real_time() / 1000;
    g_assert_cmpint(ABS(record->timestamp_ms - now_ms), <, 60000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(RedisFixture) redis = redis_fixture_start();
#define ADD(name) proxy_bed_add_test("/proxies/audit/" #name, redis, test_##name)
    ADD(what_changes_no_state_is_not_recorded);
    ADD(a_ban_by_the_window_and_its_end);
    ADD(an_operator_is_named);
    ADD(many_at_once_are_recorded_one_by_one);
    ADD(no_password_is_recorded);
    ADD(the_identity_is_recorded);
    return g_test_run();
}
