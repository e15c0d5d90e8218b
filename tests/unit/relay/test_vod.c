#include <string.h>

#include "relay_bed.h"
#include "vod_plan.h"

#define DATE "Sat, 21 Nov 2026 10:00:00 GMT"

/* A file that is broken off in a hundred ways would need more retries than data resets. */
static RelayBed *fast_bed(void)
{
    RelayBed *bed = relay_bed_new();

    bed->settings.retry_delay_ms = 1;
    return bed;
}

static void check_body(const BedClient *client, GBytes *file, gsize from, gsize size)
{
    const guint8 *bytes = g_bytes_get_data(file, NULL);

    g_assert_cmpstr(client->error, ==, NULL);
    g_assert_cmpuint(client->n_ends, ==, 1);
    g_assert_cmpmem(client->body->data, client->body->len, bytes + from, size);
}

/* One run with what chance says: size, range, validators, lengths, breaks. */
static void run_random(RelayBed *bed, VodPlan *plan, Origin *origin)
{
    GRand *rand = plan->rand;
    gsize size = (gsize)g_rand_int_range(rand, 1, 300000);
    g_autoptr(GBytes) file = vod_plan_file(size, g_rand_int(rand));
    gsize from = g_rand_boolean(rand) ? 0 : (gsize)g_rand_int_range(rand, 0, (gint32)size);
    gsize to =
        g_rand_boolean(rand) ? size - 1 : (gsize)g_rand_int_range(rand, (gint32)from, (gint32)size);
    gboolean is_whole = from == 0 && to == size - 1 && g_rand_boolean(rand);
    g_autofree char *range = g_strdup_printf("bytes=%zu-%zu", from, to);
    YtopsRelayRequest request = {.range = is_whole ? NULL : range, .peer = "p"};
    YtopsRelayStream *stream;
    BedClient *client;

    plan->file = file;
    plan->etag = g_rand_boolean(rand) ? "\"tag\"" : NULL;
    plan->last_modified = g_rand_boolean(rand) ? DATE : NULL;
    plan->breaks_left = (guint)g_rand_int_range(rand, 0, 6);
    plan->break_end = g_rand_boolean(rand) ? ORIGIN_RESET : ORIGIN_CLOSE;
    stream = relay_bed_stream(bed, g_rand_boolean(rand) ? YTOPS_RELAY_VOD : YTOPS_RELAY_AUTO,
                              origin_url(origin, "/file"), NULL, NULL);
    client = relay_bed_attach(bed, stream, &request);
    relay_bed_until_end(client);
    check_body(client, file, from, to - from + 1);
    g_assert_cmpuint(client->status, ==, is_whole ? 200 : 206);
    g_assert_cmpint(client->length, ==, (gint64)(to - from + 1));
    relay_bed_detach(client);
    ytops_relay_delete(bed->relay, stream);
}

static void test_bytes_equal_the_file_over_200_broken_runs(void)
{
    g_autoptr(RelayBed) bed = fast_bed();
    VodPlan plan = {.rand = g_rand_new_with_seed(2026)};
    Origin *origin = relay_bed_origin(bed, vod_plan, &plan);

    /* A reset before the first byte counts as a retry: five of them in a row must be allowed. */
    bed->settings.retry_attempts = 10;
    for (guint i = 0; i < 200; i++)
        run_random(bed, &plan, origin);
    g_rand_free(plan.rand);
}

/* One break after 50000 bytes, then `second` answers where it is given, else the first. */
static BedClient *run_to_end(RelayBed *bed, VodPlan *first, VodPlan *second, OriginEnd break_end)
{
    Origin *a = relay_bed_origin(bed, vod_plan, first);
    Origin *b = second != NULL ? relay_bed_origin(bed, vod_plan, second) : NULL;
    YtopsRelayStream *stream = relay_bed_stream(bed, YTOPS_RELAY_VOD, origin_url(a, "/file"),
                                                b != NULL ? origin_url(b, "/file") : NULL, NULL);
    BedClient *client = relay_bed_attach(bed, stream, NULL);

    first->breaks_left = 1;
    first->break_after = 50000;
    first->break_end = break_end;
    relay_bed_until_end(client);
    return client;
}

static BedClient *run_broken(RelayBed *bed, VodPlan *first, VodPlan *second)
{
    return run_to_end(bed, first, second, ORIGIN_CLOSE);
}

static void check_broken(const BedClient *client, GBytes *file)
{
    g_assert_nonnull(client->error);
    g_assert_cmpuint(client->n_heads, ==, 1);
    g_assert_cmpmem(client->body->data, client->body->len, g_bytes_get_data(file, NULL), 50000);
}

static void test_upstream_without_ranges_breaks_the_client(void)
{
    g_autoptr(RelayBed) bed = fast_bed();
    g_autoptr(GBytes) file = vod_plan_file(100000, 1);
    VodPlan plan = {.file = file, .etag = "\"a\"", .no_ranges = TRUE};

    check_broken(run_broken(bed, &plan, NULL), file);
}

/* A body without length and validator cannot be known again. */
static void test_unrecognisable_file_breaks_the_client(void)
{
    g_autoptr(RelayBed) bed = fast_bed();
    g_autoptr(GBytes) file = vod_plan_file(100000, 1);
    VodPlan plan = {.file = file, .no_length = TRUE};
    BedClient *client = run_broken(bed, &plan, NULL);

    /* Its end cannot be told from a break: what came is what there is. */
    g_assert_cmpstr(client->error, ==, NULL);
    g_assert_cmpint(client->length, ==, -1);
    g_assert_cmpuint(client->body->len, ==, 50000);
}

/* Neither the file nor the part that follows the break tells where it ends. */
static void test_part_of_an_unknown_whole_is_not_the_rest(void)
{
    g_autoptr(RelayBed) bed = fast_bed();
    g_autoptr(GBytes) file = vod_plan_file(100000, 1);
    VodPlan a = {.file = file, .etag = "\"a\"", .no_length = TRUE};
    VodPlan b = {.file = file, .etag = "\"a\"", .part_size = 20000};

    bed->settings.retry_attempts = 0;
    bed->settings.max_failover_attempts = 1;
    check_broken(run_to_end(bed, &a, &b, ORIGIN_STALL), file);
}

/* Where it was known before each part is followed by another one. */
static void test_parts_of_a_known_whole_are_put_together(void)
{
    g_autoptr(RelayBed) bed = fast_bed();
    g_autoptr(GBytes) file = vod_plan_file(100000, 1);
    VodPlan plan = {.file = file, .etag = "\"a\"", .part_size = 20000};

    check_body(run_broken(bed, &plan, NULL), file, 0, 100000);
}

typedef struct {
    const char *etag;
    const char *date;
    const char *other_etag;
    const char *other_date;
    gsize other_size;
    gboolean continues;
} Failover;

static void check_failover(const Failover *given)
{
    g_autoptr(RelayBed) bed = fast_bed();
    g_autoptr(GBytes) file = vod_plan_file(100000, 1);
    g_autoptr(GBytes) other = vod_plan_file(given->other_size, 1);
    VodPlan a = {.file = file, .etag = given->etag, .last_modified = given->date};
    VodPlan b = {.file = other,
                 .etag = given->other_etag,
                 .last_modified = given->other_date,
                 .ignores_if_range = TRUE};
    BedClient *client;

    bed->settings.retry_attempts = 0;
    bed->settings.max_failover_attempts = 1;
    client = run_broken(bed, &a, &b);
    g_assert_cmpuint(relay_bed_count_events(bed, "failover_triggered"), ==, 1);
    if (given->continues)
        check_body(client, file, 0, 100000);
    else
        check_broken(client, file);
}

static void test_failover_goes_on_only_in_the_same_file(void)
{
    static const Failover table[] = {
        {"\"a\"", NULL, "\"a\"", NULL, 100000, TRUE},
        {"\"a\"", NULL, "\"b\"", NULL, 100000, FALSE},
        {"\"a\"", NULL, NULL, NULL, 100000, FALSE},
        {"\"a\"", NULL, "\"a\"", NULL, 100001, FALSE},
        {"\"a\"", DATE, "\"b\"", DATE, 100000, TRUE},
        {"\"a\"", DATE, NULL, DATE, 100000, TRUE},
        {"\"a\"", DATE, "\"a\"", "Sat, 21 Nov 2026 10:00:01 GMT", 100000, TRUE},
        {"\"a\"", DATE, "\"b\"", "Sat, 21 Nov 2026 10:00:01 GMT", 100000, FALSE},
        {"\"a\"", DATE, "\"b\"", DATE, 100001, FALSE},
        {NULL, DATE, NULL, DATE, 100000, TRUE},
        {NULL, DATE, NULL, "Sat, 21 Nov 2026 10:00:01 GMT", 100000, FALSE},
        {NULL, NULL, NULL, NULL, 100000, TRUE},
        {NULL, NULL, NULL, NULL, 99999, FALSE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(table); i++)
        check_failover(&table[i]);
}

/* One that cannot resume is passed over, and the one after it serves. */
static void test_failover_passes_over_a_wrong_file(void)
{
    g_autoptr(RelayBed) bed = fast_bed();
    g_autoptr(GBytes) file = vod_plan_file(100000, 1);
    VodPlan a = {.file = file,
                 .etag = "\"a\"",
                 .breaks_left = 1,
                 .break_after = 50000,
                 .break_end = ORIGIN_CLOSE};
    VodPlan b = {.file = file, .etag = "\"b\""};
    VodPlan c = {.file = file, .etag = "\"a\""};
    Origin *first = relay_bed_origin(bed, vod_plan, &a);
    Origin *second = relay_bed_origin(bed, vod_plan, &b);
    Origin *third = relay_bed_origin(bed, vod_plan, &c);
    YtopsRelayStream *stream;
    BedClient *client;

    bed->settings.retry_attempts = 0;
    stream = relay_bed_stream(bed, YTOPS_RELAY_VOD, origin_url(first, "/f"),
                              origin_url(second, "/f"), origin_url(third, "/f"));
    client = relay_bed_attach(bed, stream, NULL);
    relay_bed_until_end(client);
    check_body(client, file, 0, 100000);
    g_assert_cmpuint(origin_count_requests(second), ==, 1);
}

static void test_all_fail_before_the_first_byte_is_502(void)
{
    g_autoptr(RelayBed) bed = fast_bed();
    g_autoptr(GBytes) file = vod_plan_file(10, 1);
    VodPlan plan = {.file = file, .is_dead = TRUE};
    Origin *origin = relay_bed_origin(bed, vod_plan, &plan);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_VOD, origin_url(origin, "/f"), NULL, NULL);
    BedClient *client = relay_bed_attach(bed, stream, NULL);

    relay_bed_until_end(client);
    g_assert_cmpuint(client->n_heads, ==, 0);
    g_assert_cmpstr(client->error_status, ==, "502");
    g_assert_cmpuint(origin_count_requests(origin), ==, 3);
    g_assert_cmpuint(relay_bed_count_events(bed, "stream_failed"), ==, 1);
}

static void test_head_passes_through(void)
{
    g_autoptr(RelayBed) bed = fast_bed();
    g_autoptr(GBytes) file = vod_plan_file(100000, 1);
    VodPlan plan = {.file = file, .etag = "\"a\""};
    Origin *origin = relay_bed_origin(bed, vod_plan, &plan);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_VOD, origin_url(origin, "/f"), NULL, NULL);
    YtopsRelayRequest request = {.is_head = TRUE, .peer = "p"};
    BedClient *client = relay_bed_attach(bed, stream, &request);

    relay_bed_until_end(client);
    g_assert_cmpstr(client->error, ==, NULL);
    g_assert_cmpuint(client->status, ==, 200);
    g_assert_cmpint(client->length, ==, 100000);
    g_assert_cmpuint(client->body->len, ==, 0);
    g_assert_cmpuint(plan.n_head, ==, 1);
}

static void test_unsatisfiable_range_is_416(void)
{
    g_autoptr(RelayBed) bed = fast_bed();
    g_autoptr(GBytes) file = vod_plan_file(1000, 1);
    VodPlan plan = {.file = file};
    Origin *origin = relay_bed_origin(bed, vod_plan, &plan);
    YtopsRelayRequest request = {.range = "bytes=1000-", .peer = "p"};

    for (guint i = 0; i < 2; i++) {
        YtopsRelayStream *stream = relay_bed_stream(
            bed, i == 0 ? YTOPS_RELAY_VOD : YTOPS_RELAY_AUTO, origin_url(origin, "/f"), NULL, NULL);
        BedClient *client = relay_bed_attach(bed, stream, &request);

        relay_bed_until_end(client);
        g_assert_cmpstr(client->error, ==, NULL);
        g_assert_cmpuint(client->status, ==, 416);
        g_assert_cmpint(client->length, ==, 0);
        g_assert_cmpstr(client->content_range, ==, "bytes */1000");
    }
    g_assert_cmpuint(origin_count_requests(origin), ==, 2);
}

static void test_empty_file_is_complete(void)
{
    g_autoptr(RelayBed) bed = fast_bed();
    g_autoptr(GBytes) file = vod_plan_file(0, 1);
    VodPlan plan = {.file = file};
    Origin *origin = relay_bed_origin(bed, vod_plan, &plan);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_VOD, origin_url(origin, "/f"), NULL, NULL);
    BedClient *client;

    client = relay_bed_attach(bed, stream, NULL);
    relay_bed_until_end(client);
    g_assert_cmpstr(client->error, ==, NULL);
    g_assert_cmpuint(client->n_heads, ==, 1);
    g_assert_cmpint(client->length, ==, 0);
}

static void test_slow_client_pauses_its_upstream(void)
{
    g_autoptr(RelayBed) bed = fast_bed();
    g_autoptr(GBytes) file = vod_plan_file(30 * 1024 * 1024, 1);
    VodPlan plan = {.file = file, .etag = "\"a\""};
    Origin *origin = relay_bed_origin(bed, vod_plan, &plan);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_VOD, origin_url(origin, "/f"), NULL, NULL);
    BedClient *client = relay_bed_attach(bed, stream, NULL);

    client->is_slow = TRUE;
    /* Longer than the chunk timeout, which must rest meanwhile. */
    relay_bed_run_ms(bed, 500);
    g_assert_cmpuint(client->queued, >, 0);
    g_assert_cmpuint(client->queued, <, 2 * 1024 * 1024);
    while (client->n_ends == 0) {
        client->body->len = 0;
        client->queued = 0;
        ytops_relay_client_drained(client->client);
        relay_bed_turn(bed);
    }
    g_assert_cmpstr(client->error, ==, NULL);
    g_assert_cmpuint(origin_count_requests(origin), ==, 1);
}

static void test_manual_failover_goes_on_at_the_byte(void)
{
    g_autoptr(RelayBed) bed = fast_bed();
    g_autoptr(GBytes) file = vod_plan_file(100000, 1);
    VodPlan a = {.file = file, .etag = "\"a\"", .breaks_left = 1, .break_after = 50000};
    VodPlan b = {.file = file, .etag = "\"a\""};
    Origin *first = relay_bed_origin(bed, vod_plan, &a);
    Origin *second = relay_bed_origin(bed, vod_plan, &b);
    YtopsRelayStream *stream = relay_bed_stream(bed, YTOPS_RELAY_VOD, origin_url(first, "/f"),
                                                origin_url(second, "/f"), NULL);
    BedClient *one = relay_bed_attach(bed, stream, NULL);
    BedClient *two = relay_bed_attach(bed, stream, NULL);

    a.breaks_left = 2;
    relay_bed_until_bytes(one, 50000);
    relay_bed_until_bytes(two, 50000);
    g_assert_true(ytops_relay_stream_failover(stream, NULL));
    relay_bed_until_end(one);
    relay_bed_until_end(two);
    check_body(one, file, 0, 100000);
    check_body(two, file, 0, 100000);
    g_assert_cmpuint(origin_count_requests(second), ==, 2);
    g_assert_cmpuint(relay_bed_count_events(bed, "failover_triggered"), ==, 1);
}

static void test_manual_failover_breaks_what_cannot_be_resumed(void)
{
    g_autoptr(RelayBed) bed = fast_bed();
    g_autoptr(GBytes) file = vod_plan_file(100000, 1);
    VodPlan plan = {.file = file, .no_length = TRUE, .breaks_left = 1, .break_after = 50000};
    Origin *origin = relay_bed_origin(bed, vod_plan, &plan);
    YtopsRelayStream *stream = relay_bed_stream(bed, YTOPS_RELAY_VOD, origin_url(origin, "/a"),
                                                origin_url(origin, "/b"), NULL);
    BedClient *client = relay_bed_attach(bed, stream, NULL);

    relay_bed_until_bytes(client, 50000);
    g_assert_true(ytops_relay_stream_failover(stream, NULL));
    relay_bed_until_end(client);
    check_broken(client, file);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vod/200-broken-runs", test_bytes_equal_the_file_over_200_broken_runs);
    g_test_add_func("/vod/no-ranges", test_upstream_without_ranges_breaks_the_client);
    g_test_add_func("/vod/no-length", test_unrecognisable_file_breaks_the_client);
    g_test_add_func("/vod/part-of-unknown", test_part_of_an_unknown_whole_is_not_the_rest);
    g_test_add_func("/vod/parts-of-known", test_parts_of_a_known_whole_are_put_together);
    g_test_add_func("/vod/failover-same-file", test_failover_goes_on_only_in_the_same_file);
    g_test_add_func("/vod/failover-passes-over", test_failover_passes_over_a_wrong_file);
    g_test_add_func("/vod/all-fail-502", test_all_fail_before_the_first_byte_is_502);
    g_test_add_func("/vod/head", test_head_passes_through);
    g_test_add_func("/vod/416", test_unsatisfiable_range_is_416);
    g_test_add_func("/vod/empty", test_empty_file_is_complete);
    g_test_add_func("/vod/slow-client", test_slow_client_pauses_its_upstream);
    g_test_add_func("/vod/manual-failover", test_manual_failover_goes_on_at_the_byte);
    g_test_add_func("/vod/manual-failover-unknown-file",
                    test_manual_failover_breaks_what_cannot_be_resumed);
    return g_test_run();
}
