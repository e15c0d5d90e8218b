#include "proxy_bed.h"
#include "redis_patience.h"

#include "ytops/error.h"
#include "ytops/proxy_url.h"

static void bed_set_up(ProxyBed *bed, gconstpointer redis)
{
    g_autoptr(GError) error = NULL;
    bed->redis = (RedisFixture *)redis;
    bed->pool = ytops_redis_pool_new(redis_fixture_url(bed->redis), &REDIS_PATIENCE, &error);
    g_assert_no_error(error);
    bed->policy = (YtopsProxyPolicy){.window_s = 3600,
                                     .threshold_count = 3,
                                     .threshold_unique_accounts = 3,
                                     .ban_duration_s = 3600};
    bed->now = 1700000000;
    g_autofree char *flushed = proxy_bed_redis(bed, "FLUSHALL", NULL);
    g_assert_cmpstr(flushed, ==, "OK");
}

static void bed_tear_down(ProxyBed *bed, gconstpointer redis G_GNUC_UNUSED)
{
    ytops_redis_pool_free(bed->pool);
}

void proxy_bed_add_test(const char *path, RedisFixture *redis,
                        void (*test)(ProxyBed *bed, gconstpointer redis))
{
    g_test_add(path, ProxyBed, redis, bed_set_up, test, bed_tear_down);
}

YtopsProxyManager *proxy_bed_manager(ProxyBed *bed, const char *instance_id,
                                     const char *const *proxy_urls)
{
    return ytops_proxy_manager_new(bed->pool, &bed->policy, PROXY_BED_IDENTITY, instance_id,
                                   proxy_urls, &bed->now);
}

char *proxy_bed_url(guint number)
{
    return g_strdup_printf("socks5://10.0.%u.%u:1080", number / 250, number % 250);
}

YtopsProxyManager *proxy_bed_large_manager(ProxyBed *bed, const char *instance_id, guint n)
{
    g_auto(GStrv) urls = g_new0(char *, n + 1);
    for (guint i = 0; i < n; i++)
        urls[i] = proxy_bed_url(i);
    return proxy_bed_manager(bed, instance_id, (const char *const *)urls);
}

void proxy_bed_assert_select(YtopsProxyManager *manager, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *url = ytops_proxy_manager_select(manager, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(url, ==, expected);
}

void proxy_bed_assert_none(YtopsProxyManager *manager, const char *retry_after_s)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(ytops_proxy_manager_select(manager, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_NO_ACTIVE_PROXIES);
    g_assert_cmpstr(ytops_error_get_context(error, "retryAfterS"), ==, retry_after_s);
    g_assert_cmpstr(ytops_error_get_context(error, "serverIdentity"), ==, PROXY_BED_IDENTITY);
}

gboolean proxy_bed_fail(YtopsProxyManager *manager, const char *proxy_url, const char *account_id)
{
    YtopsProxyUse use = {.proxy_url = proxy_url,
                         .account_id = account_id,
                         .job_id = "job-1",
                         .error = "BOT_DETECTED: Sign in to confirm",
                         .penalize = TRUE};
    g_autoptr(GError) error = NULL;
    gboolean banned = FALSE;
    ytops_proxy_manager_report_failure(manager, &use, &banned, &error);
    g_assert_no_error(error);
    return banned;
}

void proxy_bed_succeed(YtopsProxyManager *manager, const char *proxy_url)
{
    YtopsProxyUse use = {.proxy_url = proxy_url, .account_id = "acc_01", .job_id = "job-1"};
    g_autoptr(GError) error = NULL;
    ytops_proxy_manager_report_success(manager, &use, &error);
    g_assert_no_error(error);
}

static GPtrArray *list(YtopsProxyManager *manager)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *infos = ytops_proxy_manager_list(manager, NULL, &error);
    g_assert_no_error(error);
    return infos;
}

void proxy_bed_use(YtopsProxyManager *manager)
{
    g_autoptr(GPtrArray) infos = list(manager);
}

YtopsProxyInfo *proxy_bed_info(YtopsProxyManager *manager, const char *proxy_url)
{
    g_autoptr(GPtrArray) infos = list(manager);
    for (guint i = 0; i < infos->len; i++) {
        YtopsProxyInfo *info = g_ptr_array_index(infos, i);
        if (g_str_equal(info->proxy_url, proxy_url))
            return g_ptr_array_steal_index(infos, i);
    }
    return NULL;
}

char *proxy_bed_overview(YtopsProxyManager *manager)
{
    g_autoptr(GPtrArray) infos = list(manager);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < infos->len; i++) {
        const YtopsProxyInfo *info = g_ptr_array_index(infos, i);
        g_autoptr(YtopsProxyUrl) url = ytops_proxy_url_parse(info->proxy_url, NULL);
        g_autofree char *next_for = g_strjoinv(" ", info->next_for);
        g_string_append_printf(text, "%s%s:%s", i > 0 ? " " : "",
                               url != NULL ? url->host : info->proxy_url,
                               ytops_pool_state_to_string(info->state));
        if (*next_for != '\0')
            g_string_append_printf(text, "(%s)", next_for);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

void proxy_bed_assert_overview(YtopsProxyManager *manager, const char *expected)
{
    g_autofree char *overview = proxy_bed_overview(manager);
    g_assert_cmpstr(overview, ==, expected);
}

static YtopsRedisReply *run(ProxyBed *bed, va_list words)
{
    g_autoptr(GError) error = NULL;
    const char *argv[16];
    gsize argc = 0;
    for (const char *word = va_arg(words, const char *); word != NULL;
         word = va_arg(words, const char *)) {
        g_assert_cmpuint(argc, <, G_N_ELEMENTS(argv));
        argv[argc++] = word;
    }
    YtopsRedisReply *reply = ytops_redis_commandv(bed->pool, argc, argv, &error);
    g_assert_no_error(error);
    return reply;
}

YtopsRedisReply *proxy_bed_redis_reply(ProxyBed *bed, ...)
{
    va_list words;
    va_start(words, bed);
    YtopsRedisReply *reply = run(bed, words);
    va_end(words);
    return reply;
}

char *proxy_bed_redis(ProxyBed *bed, ...)
{
    va_list words;
    va_start(words, bed);
    g_autoptr(YtopsRedisReply) reply = run(bed, words);
    va_end(words);
    const char *text = ytops_redis_reply_string(reply);
    if (text != NULL || ytops_redis_reply_is_nil(reply))
        return g_strdup(text);
    return g_strdup_printf("%" G_GINT64_FORMAT, ytops_redis_reply_int(reply, -1));
}

char *proxy_bed_turn(ProxyBed *bed, const char *instance_id)
{
    return proxy_bed_redis(bed, "HGET", "proxy_rotation:" PROXY_BED_IDENTITY, instance_id, NULL);
}
