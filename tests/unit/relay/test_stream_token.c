#include <string.h>

#include "fake_source.h"
#include "vod_plan.h"

#define DATE "Sat, 21 Nov 2026 10:00:00 GMT"
#define SIZE 100000

/* A bed whose source and file are there for a test. */
typedef struct {
    RelayBed *bed;
    FakeSource *source;
    GBytes *file;
} Set;

static void set_up(Set *set)
{
    set->bed = relay_bed_new();
    set->bed->settings.retry_attempts = 0;
    set->bed->settings.retry_delay_ms = 1;
    set->bed->settings.token_attempts = 3;
    set->source = fake_source_new(set->bed);
    set->file = vod_plan_file(SIZE, 1);
}

static void tear_down(Set *set)
{
    relay_bed_free(set->bed);
    fake_source_free(set->source);
    g_bytes_unref(set->file);
}

static void plan_403(const OriginRequest *request G_GNUC_UNUSED, OriginAnswer *answer,
                     gpointer data G_GNUC_UNUSED)
{
    answer->status = 403;
    answer->head = g_strdup("Content-Length: 0\r\n");
    answer->body = g_bytes_new(NULL, 0);
    answer->end = ORIGIN_KEEP;
}

static void check_whole(const Set *set, const BedClient *client)
{
    g_assert_cmpstr(client->error, ==, NULL);
    g_assert_cmpmem(client->body->data, client->body->len, g_bytes_get_data(set->file, NULL), SIZE);
}

static gint64 in_an_hour(void)
{
    return g_get_real_time() / G_USEC_PER_SEC + 3600;
}

static void test_clients_wait_for_one_token(void)
{
    Set set;
    set_up(&set);
    VodPlan plan = {.file = set.file};
    Origin *origin = relay_bed_origin(set.bed, vod_plan, &plan);
    YtopsRelayStream *stream = fake_source_stream(set.source, YTOPS_RELAY_AUTO, NULL);
    BedClient *one = relay_bed_attach(set.bed, stream, NULL);
    BedClient *two = relay_bed_attach(set.bed, stream, NULL);
    YtopsRelayInfo info;

    ytops_relay_stream_get_info(stream, &info);
    g_assert_cmpint(info.state, ==, YTOPS_RELAY_CONNECTING);
    fake_source_give(set.source, origin_url(origin, "/f"), NULL, in_an_hour());
    relay_bed_until_end(one);
    relay_bed_until_end(two);
    check_whole(&set, one);
    check_whole(&set, two);
    g_assert_cmpuint(set.source->n_asked, ==, 1);
    ytops_relay_stream_get_info(stream, &info);
    g_assert_cmpstr(info.url, ==, "http://page.example/");
    g_assert_cmpint(info.kind, ==, YTOPS_RELAY_VOD);
    tear_down(&set);
}

/* Broken after 50000 bytes, and no retries: the next token's URL is of another host. */
static void test_a_lost_url_is_renewed_at_the_byte(void)
{
    Set set;
    set_up(&set);
    VodPlan first = {.file = set.file,
                     .etag = "\"a\"",
                     .last_modified = DATE,
                     .breaks_left = 1,
                     .break_after = 50000,
                     .break_end = ORIGIN_CLOSE};
    VodPlan second = {.file = set.file, .etag = "\"b\"", .last_modified = DATE};
    Origin *a = relay_bed_origin(set.bed, vod_plan, &first);
    Origin *b = relay_bed_origin(set.bed, vod_plan, &second);
    YtopsRelayStream *stream = fake_source_stream(set.source, YTOPS_RELAY_VOD, NULL);
    BedClient *client = relay_bed_attach(set.bed, stream, NULL);

    fake_source_give(set.source, origin_url(a, "/f"), NULL, in_an_hour());
    relay_bed_until_bytes(client, 50000);
    fake_source_give(set.source, origin_url(b, "/f"), NULL, in_an_hour());
    relay_bed_until_end(client);
    check_whole(&set, client);
    g_assert_cmpuint(set.source->n_renewals, ==, 1);
    g_assert_cmpuint(origin_count_requests(b), ==, 1);
    tear_down(&set);
}

static void test_an_expired_url_is_not_asked(void)
{
    Set set;
    set_up(&set);
    VodPlan plan = {.file = set.file};
    Origin *stale = relay_bed_origin(set.bed, vod_plan, &plan);
    Origin *fresh = relay_bed_origin(set.bed, vod_plan, &plan);
    YtopsRelayStream *stream = fake_source_stream(set.source, YTOPS_RELAY_VOD, NULL);
    BedClient *client = relay_bed_attach(set.bed, stream, NULL);

    fake_source_give(set.source, origin_url(stale, "/f"), NULL, 1000);
    fake_source_give(set.source, origin_url(fresh, "/f"), NULL, in_an_hour());
    relay_bed_until_end(client);
    check_whole(&set, client);
    g_assert_cmpuint(origin_count_requests(stale), ==, 0);
    tear_down(&set);
}

/* A source whose clock is wrong: what it gives is used when no more may be asked for. */
static void test_tokens_that_are_always_expired_are_used_in_the_end(void)
{
    Set set;
    set_up(&set);
    VodPlan plan = {.file = set.file};
    Origin *origin = relay_bed_origin(set.bed, vod_plan, &plan);
    YtopsRelayStream *stream = fake_source_stream(set.source, YTOPS_RELAY_VOD, NULL);
    BedClient *client = relay_bed_attach(set.bed, stream, NULL);

    for (guint i = 0; i < 3; i++)
        fake_source_give(set.source, origin_url(origin, "/f"), NULL, 1000);
    relay_bed_until_end(client);
    check_whole(&set, client);
    g_assert_cmpuint(set.source->n_asked, ==, 3);
    tear_down(&set);
}

static void test_tokens_of_an_outage_are_limited(void)
{
    Set set;
    set_up(&set);
    Origin *origin = relay_bed_origin(set.bed, plan_403, NULL);
    YtopsRelayStream *stream = fake_source_stream(set.source, YTOPS_RELAY_VOD, NULL);
    BedClient *client = relay_bed_attach(set.bed, stream, NULL);
    BedClient *later;

    for (guint i = 0; i < 3; i++)
        fake_source_give(set.source, origin_url(origin, "/f"), NULL, 0);
    relay_bed_until_end(client);
    g_assert_cmpstr(client->error_status, ==, "502");
    g_assert_nonnull(strstr(client->error, "403"));
    g_assert_cmpuint(origin_count_requests(origin), ==, 3);
    later = relay_bed_attach(set.bed, stream, NULL);
    relay_bed_until_end(later);
    g_assert_cmpstr(later->error_status, ==, "502");
    g_assert_cmpuint(set.source->n_asked, ==, 3);
    tear_down(&set);
}

static void test_an_error_is_told_with_its_words(void)
{
    Set set;
    set_up(&set);
    YtopsRelayStream *stream = fake_source_stream(set.source, YTOPS_RELAY_AUTO, NULL);
    BedClient *client = relay_bed_attach(set.bed, stream, NULL);

    fake_source_fail(set.source, YTOPS_ERROR_PRIVATE_VIDEO);
    relay_bed_until_end(client);
    g_assert_cmpstr(client->error_status, ==, "502");
    g_assert_cmpstr(client->error, ==, "no token today");
    g_assert_cmpuint(set.source->n_asked, ==, 1);
    g_assert_cmpuint(relay_bed_count_events(set.bed, "stream_failed no_token"), ==, 1);
    tear_down(&set);
}

/* Another proxy is tried, unless the stream wants that very one. */
static void test_a_proxys_error_is_tried_again(void)
{
    for (guint given = 0; given < 2; given++) {
        Set set;
        set_up(&set);
        YtopsRelayStream *stream =
            fake_source_stream(set.source, YTOPS_RELAY_AUTO, given ? "socks5://127.0.0.1:9" : NULL);
        BedClient *client = relay_bed_attach(set.bed, stream, NULL);

        for (guint i = 0; i < (given ? 1 : 3); i++)
            fake_source_fail(set.source, YTOPS_ERROR_SOCKS5_CONNECTION_FAILED);
        relay_bed_until_end(client);
        g_assert_cmpstr(client->error, ==, "no token today");
        g_assert_cmpuint(set.source->n_asked, ==, given ? 1 : 3);
        tear_down(&set);
    }
}

static void test_what_is_asked_for_is_cancelled_with_the_stream(void)
{
    Set set;
    set_up(&set);
    YtopsRelayStream *stream = fake_source_stream(set.source, YTOPS_RELAY_AUTO, NULL);
    YtopsRelayStream *other = fake_source_stream(set.source, YTOPS_RELAY_LIVE, NULL);
    BedClient *client = relay_bed_attach(set.bed, stream, NULL);
    BedClient *last = relay_bed_attach(set.bed, other, NULL);

    while (set.source->n_asked < 2)
        relay_bed_run_ms(set.bed, 1);
    ytops_relay_delete(set.bed->relay, stream);
    g_assert_cmpuint(client->n_ends, ==, 1);
    g_assert_cmpuint(set.source->n_cancelled, ==, 1);
    /* Without a source any more, as when the server stops. */
    ytops_relay_set_source(set.bed->relay, NULL, NULL);
    relay_bed_close_relay(set.bed);
    g_assert_cmpuint(last->n_ends, ==, 1);
    g_assert_cmpuint(set.source->n_cancelled, ==, 2);
    tear_down(&set);
}

/* A client that goes takes its attempt out of those that wait; the token is for the next one. */
static void test_a_client_that_goes_leaves_the_token(void)
{
    Set set;
    set_up(&set);
    VodPlan plan = {.file = set.file};
    Origin *origin = relay_bed_origin(set.bed, vod_plan, &plan);
    YtopsRelayStream *stream = fake_source_stream(set.source, YTOPS_RELAY_VOD, NULL);
    BedClient *gone = relay_bed_attach(set.bed, stream, NULL);
    BedClient *next;

    relay_bed_detach(gone);
    fake_source_give(set.source, origin_url(origin, "/f"), NULL, 0);
    g_assert_cmpuint(origin_count_requests(origin), ==, 0);
    next = relay_bed_attach(set.bed, stream, NULL);
    relay_bed_until_end(next);
    check_whole(&set, next);
    g_assert_cmpuint(set.source->n_asked, ==, 1);
    tear_down(&set);
}

static void check_reports(const Set *set, const char *const *wanted)
{
    GPtrArray *reports = set->source->reports;

    g_assert_cmpuint(reports->len, ==, g_strv_length((char **)wanted));
    for (guint i = 0; i < reports->len; i++)
        g_assert_cmpstr(reports->pdata[i], ==, wanted[i]);
}

/* An origin serves as an HTTP proxy, too: it is asked with the whole URL. */
static void test_a_proxy_is_reported_once_per_outage(void)
{
    Set set;
    set_up(&set);
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
    check_whole(&set, client);
    check_reports(&set, (const char *const[]){good, bad, good, bad, good, bad, good, NULL});
    tear_down(&set);
}

static void test_an_outage_is_one_failure_of_the_proxy(void)
{
    Set set;
    set_up(&set);
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
    tear_down(&set);
}

/* The same 403: of a proxy while the URL holds, of the clock when it is over. */
static void test_a_refusal_is_the_proxys_failure_unless_expired(void)
{
    for (guint expired = 0; expired < 2; expired++) {
        Set set;
        set_up(&set);
        Origin *origin = relay_bed_origin(set.bed, plan_403, NULL);
        g_autofree char *proxy = origin_url(origin, "");
        g_autofree char *bad = g_strdup_printf("MEDIA_403 %s job-1", proxy);
        BedClient *client;

        set.bed->settings.token_attempts = 1;
        client =
            relay_bed_attach(set.bed, fake_source_stream(set.source, YTOPS_RELAY_VOD, NULL), NULL);
        fake_source_give(set.source, g_strdup("http://media.example/f"), proxy,
                         expired ? 1000 : in_an_hour());
        relay_bed_until_end(client);
        g_assert_cmpstr(client->error_status, ==, "502");
        check_reports(&set, (const char *const[]){expired ? NULL : bad, NULL});
        tear_down(&set);
    }
}

static void check_spec_refused(Set *set, YtopsRelaySpec *spec, YtopsErrorCode code,
                               const char *field)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(ytops_relay_create(set->bed->relay, spec, &error));
    g_assert_error(error, YTOPS_ERROR, (gint)code);
    g_assert_cmpstr(ytops_error_get_context(error, "field"), ==, field);
}

static void test_specs_of_pages_are_checked(void)
{
    static const char *const others[] = {"http://b/", NULL};
    Set set;
    set_up(&set);
    YtopsRelaySpec page = {.url = "http://page.example/", .account_id = "acc"};
    YtopsRelaySpec with_format = {.url = "http://page.example/", .format = "18"};
    YtopsRelaySpec with_others = page;

    with_others.failover_urls = others;
    check_spec_refused(&set, &with_format, YTOPS_ERROR_INVALID_ARGUMENT, "format");
    check_spec_refused(&set, &with_others, YTOPS_ERROR_INVALID_ARGUMENT, "failover_urls");
    set.source->refuses = "account_id";
    check_spec_refused(&set, &page, YTOPS_ERROR_INVALID_ARGUMENT, "account_id");
    ytops_relay_set_source(set.bed->relay, NULL, NULL);
    check_spec_refused(&set, &page, YTOPS_ERROR_ROLE_FORBIDDEN, "account_id");
    tear_down(&set);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stream-token/shared", test_clients_wait_for_one_token);
    g_test_add_func("/stream-token/lost", test_a_lost_url_is_renewed_at_the_byte);
    g_test_add_func("/stream-token/expired", test_an_expired_url_is_not_asked);
    g_test_add_func("/stream-token/always-expired",
                    test_tokens_that_are_always_expired_are_used_in_the_end);
    g_test_add_func("/stream-token/limit", test_tokens_of_an_outage_are_limited);
    g_test_add_func("/stream-token/error", test_an_error_is_told_with_its_words);
    g_test_add_func("/stream-token/proxy-error", test_a_proxys_error_is_tried_again);
    g_test_add_func("/stream-token/cancelled", test_what_is_asked_for_is_cancelled_with_the_stream);
    g_test_add_func("/stream-token/gone", test_a_client_that_goes_leaves_the_token);
    g_test_add_func("/stream-token/spec", test_specs_of_pages_are_checked);
    g_test_add_func("/stream-proxy/once-per-outage", test_a_proxy_is_reported_once_per_outage);
    g_test_add_func("/stream-proxy/one-failure", test_an_outage_is_one_failure_of_the_proxy);
    g_test_add_func("/stream-proxy/refusal", test_a_refusal_is_the_proxys_failure_unless_expired);
    return g_test_run();
}
