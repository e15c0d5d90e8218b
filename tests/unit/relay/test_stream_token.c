#include <string.h>

#include "token_bed.h"

static void test_clients_wait_for_one_token(void)
{
    TokenBed set;
    token_bed_open(&set);
    VodPlan plan = {.file = set.file};
    Origin *origin = relay_bed_origin(set.bed, vod_plan, &plan);
    YtopsRelayStream *stream = fake_source_stream(set.source, YTOPS_RELAY_AUTO, NULL);
    BedClient *one = relay_bed_attach(set.bed, stream, NULL);
    BedClient *two = relay_bed_attach(set.bed, stream, NULL);
    YtopsRelayInfo info;

    ytops_relay_stream_get_info(stream, &info);
    g_assert_cmpint(info.state, ==, YTOPS_RELAY_CONNECTING);
    fake_source_give(set.source, origin_url(origin, "/f"), NULL, token_bed_in_an_hour());
    relay_bed_until_end(one);
    relay_bed_until_end(two);
    token_bed_check_whole(&set, one);
    token_bed_check_whole(&set, two);
    g_assert_cmpuint(set.source->n_asked, ==, 1);
    ytops_relay_stream_get_info(stream, &info);
    g_assert_cmpstr(info.url, ==, "http://page.example/");
    g_assert_cmpint(info.kind, ==, YTOPS_RELAY_VOD);
    token_bed_close(&set);
}

/* Broken after 50000 bytes, and no retries: the next token's URL is of another host. */
static void test_a_lost_url_is_renewed_at_the_byte(void)
{
    TokenBed set;
    token_bed_open(&set);
    VodPlan first = {.file = set.file,
                     .etag = "\"a\"",
                     .last_modified = TOKEN_BED_DATE,
                     .breaks_left = 1,
                     .break_after = 50000,
                     .break_end = ORIGIN_CLOSE};
    VodPlan second = {.file = set.file, .etag = "\"b\"", .last_modified = TOKEN_BED_DATE};
    Origin *a = relay_bed_origin(set.bed, vod_plan, &first);
    Origin *b = relay_bed_origin(set.bed, vod_plan, &second);
    YtopsRelayStream *stream = fake_source_stream(set.source, YTOPS_RELAY_VOD, NULL);
    BedClient *client = relay_bed_attach(set.bed, stream, NULL);

    fake_source_give(set.source, origin_url(a, "/f"), NULL, token_bed_in_an_hour());
    relay_bed_until_bytes(client, 50000);
    fake_source_give(set.source, origin_url(b, "/f"), NULL, token_bed_in_an_hour());
    relay_bed_until_end(client);
    token_bed_check_whole(&set, client);
    g_assert_cmpuint(set.source->n_renewals, ==, 1);
    g_assert_cmpuint(origin_count_requests(b), ==, 1);
    token_bed_close(&set);
}

/* A third of the requests are refused, and most of the others break somewhere. */
static void plan_trouble(const OriginRequest *request, OriginAnswer *answer, gpointer data)
{
    VodPlan *plan = data;

    if (g_rand_int_range(plan->rand, 0, 3) == 0) {
        token_bed_plan_403(request, answer, NULL);
        return;
    }
    plan->breaks_left = g_rand_int_range(plan->rand, 0, 4) > 0;
    vod_plan(request, answer, plan);
}

static void run_to_the_end(TokenBed *set, BedClient *client, Origin *origin, guint *n_tokens)
{
    while (client->n_ends == 0) {
        g_autofree char *path = g_strdup_printf("/%u", *n_tokens);

        relay_bed_run_ms(set->bed, 1);
        if (set->source->pending->len == 0)
            continue;
        (*n_tokens)++;
        fake_source_give(set->source, origin_url(origin, path), NULL, token_bed_in_an_hour());
    }
}

static void test_bytes_equal_the_file_over_100_runs_of_many_tokens(void)
{
    TokenBed set;
    token_bed_open(&set);
    VodPlan plan = {.file = set.file,
                    .last_modified = TOKEN_BED_DATE,
                    .break_end = ORIGIN_RESET,
                    .rand = g_rand_new_with_seed(2027)};
    Origin *origin = relay_bed_origin(set.bed, plan_trouble, &plan);
    guint n_tokens = 0;

    set.bed->settings.token_attempts = 1000;
    set.bed->settings.retry_attempts = 20;
    for (guint i = 0; i < 100; i++) {
        YtopsRelayStream *stream = fake_source_stream(set.source, YTOPS_RELAY_VOD, NULL);
        BedClient *client = relay_bed_attach(set.bed, stream, NULL);

        run_to_the_end(&set, client, origin, &n_tokens);
        token_bed_check_whole(&set, client);
        ytops_relay_delete(set.bed->relay, stream);
    }
    g_assert_cmpuint(n_tokens, >, 150);
    g_rand_free(plan.rand);
    token_bed_close(&set);
}

static void test_an_expired_url_is_not_asked(void)
{
    TokenBed set;
    token_bed_open(&set);
    VodPlan plan = {.file = set.file};
    Origin *stale = relay_bed_origin(set.bed, vod_plan, &plan);
    Origin *fresh = relay_bed_origin(set.bed, vod_plan, &plan);
    YtopsRelayStream *stream = fake_source_stream(set.source, YTOPS_RELAY_VOD, NULL);
    BedClient *client = relay_bed_attach(set.bed, stream, NULL);

    fake_source_give(set.source, origin_url(stale, "/f"), NULL, 1000);
    fake_source_give(set.source, origin_url(fresh, "/f"), NULL, token_bed_in_an_hour());
    relay_bed_until_end(client);
    token_bed_check_whole(&set, client);
    g_assert_cmpuint(origin_count_requests(stale), ==, 0);
    token_bed_close(&set);
}

/* A source whose clock is wrong: what it gives is used when no more may be asked for. */
static void test_tokens_that_are_always_expired_are_used_in_the_end(void)
{
    TokenBed set;
    token_bed_open(&set);
    VodPlan plan = {.file = set.file};
    Origin *origin = relay_bed_origin(set.bed, vod_plan, &plan);
    YtopsRelayStream *stream = fake_source_stream(set.source, YTOPS_RELAY_VOD, NULL);
    BedClient *client = relay_bed_attach(set.bed, stream, NULL);

    for (guint i = 0; i < 3; i++)
        fake_source_give(set.source, origin_url(origin, "/f"), NULL, 1000);
    relay_bed_until_end(client);
    token_bed_check_whole(&set, client);
    g_assert_cmpuint(set.source->n_asked, ==, 3);
    token_bed_close(&set);
}

static void test_tokens_of_an_outage_are_limited(void)
{
    TokenBed set;
    token_bed_open(&set);
    Origin *origin = relay_bed_origin(set.bed, token_bed_plan_403, NULL);
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
    token_bed_close(&set);
}

static void test_an_error_is_told_with_its_words(void)
{
    TokenBed set;
    token_bed_open(&set);
    YtopsRelayStream *stream = fake_source_stream(set.source, YTOPS_RELAY_AUTO, NULL);
    BedClient *client = relay_bed_attach(set.bed, stream, NULL);

    fake_source_fail(set.source, YTOPS_ERROR_PRIVATE_VIDEO);
    relay_bed_until_end(client);
    g_assert_cmpstr(client->error_status, ==, "502");
    g_assert_cmpstr(client->error, ==, "no token today");
    g_assert_cmpuint(set.source->n_asked, ==, 1);
    g_assert_cmpuint(relay_bed_count_events(set.bed, "stream_failed no_token"), ==, 1);
    token_bed_close(&set);
}

/* Another proxy is tried, unless the stream wants that very one. */
static void test_a_proxys_error_is_tried_again(void)
{
    for (guint given = 0; given < 2; given++) {
        TokenBed set;
        token_bed_open(&set);
        YtopsRelayStream *stream =
            fake_source_stream(set.source, YTOPS_RELAY_AUTO, given ? "socks5://127.0.0.1:9" : NULL);
        BedClient *client = relay_bed_attach(set.bed, stream, NULL);

        for (guint i = 0; i < (given ? 1 : 3); i++)
            fake_source_fail(set.source, YTOPS_ERROR_SOCKS5_CONNECTION_FAILED);
        relay_bed_until_end(client);
        g_assert_cmpstr(client->error, ==, "no token today");
        g_assert_cmpuint(set.source->n_asked, ==, given ? 1 : 3);
        token_bed_close(&set);
    }
}

static void test_what_is_asked_for_is_cancelled_with_the_stream(void)
{
    TokenBed set;
    token_bed_open(&set);
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
    token_bed_close(&set);
}

/* A client that goes takes its attempt out of those that wait; the token is for the next one. */
static void test_a_client_that_goes_leaves_the_token(void)
{
    TokenBed set;
    token_bed_open(&set);
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
    token_bed_check_whole(&set, next);
    g_assert_cmpuint(set.source->n_asked, ==, 1);
    token_bed_close(&set);
}

static void check_spec_refused(TokenBed *set, YtopsRelaySpec *spec, YtopsErrorCode code,
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
    TokenBed set;
    token_bed_open(&set);
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
    token_bed_close(&set);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stream-token/shared", test_clients_wait_for_one_token);
    g_test_add_func("/stream-token/lost", test_a_lost_url_is_renewed_at_the_byte);
    g_test_add_func("/stream-token/100-runs",
                    test_bytes_equal_the_file_over_100_runs_of_many_tokens);
    g_test_add_func("/stream-token/expired", test_an_expired_url_is_not_asked);
    g_test_add_func("/stream-token/always-expired",
                    test_tokens_that_are_always_expired_are_used_in_the_end);
    g_test_add_func("/stream-token/limit", test_tokens_of_an_outage_are_limited);
    g_test_add_func("/stream-token/error", test_an_error_is_told_with_its_words);
    g_test_add_func("/stream-token/proxy-error", test_a_proxys_error_is_tried_again);
    g_test_add_func("/stream-token/cancelled", test_what_is_asked_for_is_cancelled_with_the_stream);
    g_test_add_func("/stream-token/gone", test_a_client_that_goes_leaves_the_token);
    g_test_add_func("/stream-token/spec", test_specs_of_pages_are_checked);
    return g_test_run();
}
