/* How long the selection of a proxy takes with few and with many proxies; see growth.h. */
#include "growth.h"
#include "ytops/proxy_manager.h"

static char **make_urls(guint count)
{
    char **urls = g_new0(char *, count + 1);

    for (guint i = 0; i < count; i++)
        urls[i] = g_strdup_printf("socks5://user%u:password@10.%u.%u.%u:1080", i, i >> 16 & 255,
                                  i >> 8 & 255, i & 255);
    return urls;
}

static gpointer make_proxies(YtopsRedisPool *redis, guint count)
{
    YtopsProxyPolicy policy = {
        .window_s = 3600,
        .threshold_count = 3,
        .threshold_unique_accounts = 3,
        .ban_duration_s = 3600,
    };
    g_auto(GStrv) urls = make_urls(count);
    g_autofree char *identity = g_strdup_printf("bench-%u", count);

    return ytops_proxy_manager_new(redis, &policy, identity, "bench", (const char *const *)urls,
                                   NULL);
}

static void select_proxy(gpointer proxies)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *url = ytops_proxy_manager_select(proxies, &error);

    if (url == NULL)
        growth_fail("select", error);
}

static void free_proxies(gpointer proxies)
{
    ytops_proxy_manager_free(proxies);
}

int main(int argc, char **argv)
{
    static const Growth growth = {make_proxies, select_proxy, free_proxies};

    return growth_main(argc, argv, &growth);
}
