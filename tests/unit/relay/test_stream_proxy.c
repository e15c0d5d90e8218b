#include "token_bed.h"

static void check_reports(const TokenBed *set, const char *const *wanted)
{
    GPtrArray *reports = set->source->reports;

    g_assert_cmpuint(reports->len, ==, g_strv_length((char **)wanted));
    for (guint i = 0; i < reports->len; i++)
        g_assert_cmpstr(reports->pdata[i], ==, wanted[i]);
}

/* An origin serves as an HTTP proxy, too: it is asked with the whole URL. */
static void test_a_proxy_is_reported_once_per_outage(void)
{
    TokenBed set;
    token_bed_open(&set);
    VodPlan plan = {.file = set.file,
                    .etag = "\"a\"",
                    .breaks_left = 3,
                    .break_after = 10000,
                    .break_end = ORIGIN_RESET};
    Origin *origin = relay_bed_origin(set.bed, vod_plan, &plan);
    g_autofree char *proxy = origin_url(origin, "");
    g_autofree char *good = g_strdup_printf("good %s job-1", proxy);
    g_autofree char *bad = g_strdup_printf("CONNECTION_RESET %s job-1", proxy);
    YtopsRelayStream *stream;
    BedClient *client;

    set.bed->settings.retry_attempts = 5;
    stream = fake_source_stream(set.source, YTOPS_RELAY_VOD, NULL);
    client = relay_bed_attach(set.bed, stream, NULL);
    fake_source_give(set.source, g_strdup("http://media.example/f"), proxy, 0);
    relay_bed_until_end(client);
    token_bed_check_whole(&set, client);
    check_reports(&set, (const char *const[]){good, bad, good, bad, good, bad, good, NULL});
    token_bed_close(&set);
}

static void test_an_outage_is_one_failure_of_the_proxy(void)
{
    TokenBed set;
    token_bed_open(&set);
    VodPlan plan = {.is_dead = TRUE, .file = set.file};
    Origin *origin = relay_bed_origin(set.bed, vod_plan, &plan);
    g_autofree char *proxy = origin_url(origin, "");
    g_autofree char *bad = g_strdup_printf("CONNECTION_RESET %s -", proxy);
    YtopsRelaySpec spec = {.url = "http://media.example/f",
                           .kind = YTOPS_RELAY_VOD,
                           .proxy_url = proxy,
                           .settings = &set.bed->settings};
    BedClient *client;

    set.bed->settings.retry_attempts = 3;
    client = relay_bed_attach(set.bed, ytops_relay_create(set.bed->relay, &spec, NULL), NULL);
    relay_bed_until_end(client);
    g_assert_cmpstr(client->error_status, ==, "502");
    g_assert_cmpuint(origin_count_requests(origin), ==, 4);
    check_reports(&set, (const char *const[]){bad, NULL});
    token_bed_close(&set);
}

/* The same 403: of a proxy while the URL holds, of the clock when it is over. */
static void test_a_refusal_is_the_proxys_failure_unless_expired(void)
{
    for (guint expired = 0; expired < 2; expired++) {
        TokenBed set;
        token_bed_open(&set);
        Origin *origin = relay_bed_origin(set.bed, token_bed_plan_403, NULL);
        g_autofree char *proxy = origin_url(origin, "");
        g_autofree char *bad = g_strdup_printf("MEDIA_403 %s job-1", proxy);
        BedClient *client;

        set.bed->settings.token_attempts = 1;
        client =
            relay_bed_attach(set.bed, fake_source_stream(set.source, YTOPS_RELAY_VOD, NULL), NULL);
        fake_source_give(set.source, g_strdup("http://media.example/f"), proxy,
                         expired ? 1000 : token_bed_in_an_hour());
        relay_bed_until_end(client);
        g_assert_cmpstr(client->error_status, ==, "502");
        check_reports(&set, (const char *const[]){expired ? NULL : bad, NULL});
        token_bed_close(&set);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stream-proxy/once-per-outage", test_a_proxy_is_reported_once_per_outage);
    g_test_add_func("/stream-proxy/one-failure", test_an_outage_is_one_failure_of_the_proxy);
    g_test_add_func("/stream-proxy/refusal", test_a_refusal_is_the_proxys_failure_unless_expired);
    return g_test_run();
}
