#include "relay_bed.h"

#define ENOUGH (400 * 188)

/* The first connection ends so after 100 packets, the next ones go on. */
static void plan_breaks_once(const OriginRequest *request, OriginAnswer *answer, gpointer data)
{
    OriginEnd end = (OriginEnd)GPOINTER_TO_INT(data);

    if (request->number == 0)
        relay_bed_answer_live(answer, 100, end);
    else
        relay_bed_answer_live(answer, G_MAXSIZE, ORIGIN_STALL);
}

static void plan_503_on_reconnect(const OriginRequest *request, OriginAnswer *answer,
                                  gpointer data G_GNUC_UNUSED)
{
    if (request->number == 0) {
        relay_bed_answer_live(answer, 100, ORIGIN_RESET);
    } else if (request->number == 1) {
        answer->status = 503;
        answer->head = g_strdup("Content-Length: 0\r\n");
        answer->stop_after = 0;
        answer->end = ORIGIN_CLOSE;
    } else {
        relay_bed_answer_live(answer, G_MAXSIZE, ORIGIN_STALL);
    }
}

/* 100 packets once, and no answer ever after. */
static void plan_dies(const OriginRequest *request, OriginAnswer *answer,
                      gpointer data G_GNUC_UNUSED)
{
    if (request->number == 0)
        relay_bed_answer_live(answer, 100, ORIGIN_RESET);
    else
        answer->end = ORIGIN_RESET;
}

static void plan_dead(const OriginRequest *request G_GNUC_UNUSED, OriginAnswer *answer,
                      gpointer data G_GNUC_UNUSED)
{
    answer->end = ORIGIN_RESET;
}

static void plan_silent(const OriginRequest *request G_GNUC_UNUSED, OriginAnswer *answer,
                        gpointer data G_GNUC_UNUSED)
{
    answer->end = ORIGIN_STALL;
}

static void plan_head_then_reset(const OriginRequest *request G_GNUC_UNUSED, OriginAnswer *answer,
                                 gpointer data G_GNUC_UNUSED)
{
    relay_bed_answer_live(answer, 0, ORIGIN_RESET);
}

static void check_goes_on(OriginPlan plan, gpointer data, guint requests)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    Origin *origin = relay_bed_origin(bed, plan, data);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_LIVE, origin_url(origin, "/live"), NULL, NULL);
    BedClient *client = relay_bed_attach(bed, stream, NULL);

    relay_bed_until_bytes(client, ENOUGH);
    relay_bed_check_packets(client);
    g_assert_cmpuint(client->n_heads, ==, 1);
    g_assert_cmpuint(client->n_ends, ==, 0);
    g_assert_cmpuint(origin_count_requests(origin), ==, requests);
    g_assert_cmpuint(relay_bed_count_events(bed, "stream_started"), ==, 1);
    g_assert_cmpuint(relay_bed_count_events(bed, "failover_triggered"), ==, 0);
}

static void test_client_stays_across_stall(void)
{
    check_goes_on(plan_breaks_once, GINT_TO_POINTER(ORIGIN_STALL), 2);
}

static void test_client_stays_across_reset(void)
{
    check_goes_on(plan_breaks_once, GINT_TO_POINTER(ORIGIN_RESET), 2);
}

static void test_client_stays_across_clean_end(void)
{
    check_goes_on(plan_breaks_once, GINT_TO_POINTER(ORIGIN_CLOSE), 2);
}

static void test_client_stays_across_503_on_reconnect(void)
{
    check_goes_on(plan_503_on_reconnect, NULL, 3);
}

static void test_client_stays_across_failover(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    Origin *dying = relay_bed_origin(bed, plan_dies, NULL);
    Origin *good = relay_bed_origin(bed, relay_bed_plan_steady, NULL);
    YtopsRelayStream *stream = relay_bed_stream(bed, YTOPS_RELAY_LIVE, origin_url(dying, "/a"),
                                                origin_url(good, "/b"), NULL);
    BedClient *client = relay_bed_attach(bed, stream, NULL);
    YtopsRelayInfo info;

    relay_bed_until_bytes(client, ENOUGH);
    relay_bed_check_packets(client);
    /* N retries are N + 1 tries, after the connection that broke. */
    g_assert_cmpuint(origin_count_requests(dying), ==, 3);
    g_assert_cmpuint(relay_bed_count_events(bed, "failover_triggered"), ==, 1);
    g_assert_cmpuint(relay_bed_count_events(bed, "stream_started"), ==, 1);
    ytops_relay_stream_get_info(stream, &info);
    g_assert_cmpuint(info.failover_count, ==, 1);
    g_assert_cmpint(info.state, ==, YTOPS_RELAY_STREAMING);
    g_assert_true(g_str_has_suffix(info.current_url, "/b"));
}

/* The second dies too: round the list, back to the first. */
static void plan_second_life(const OriginRequest *request, OriginAnswer *answer,
                             gpointer data G_GNUC_UNUSED)
{
    if (request->number == 0)
        relay_bed_answer_live(answer, 100, ORIGIN_RESET);
    else if (request->number <= 2)
        answer->end = ORIGIN_RESET;
    else
        relay_bed_answer_live(answer, G_MAXSIZE, ORIGIN_STALL);
}

static void test_client_stays_round_the_list(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    Origin *first = relay_bed_origin(bed, plan_second_life, NULL);
    Origin *second = relay_bed_origin(bed, plan_dead, NULL);
    YtopsRelayStream *stream = relay_bed_stream(bed, YTOPS_RELAY_LIVE, origin_url(first, "/a"),
                                                origin_url(second, "/b"), NULL);
    BedClient *client = relay_bed_attach(bed, stream, NULL);

    relay_bed_until_bytes(client, ENOUGH);
    relay_bed_check_packets(client);
    g_assert_cmpuint(relay_bed_count_events(bed, "failover_triggered"), ==, 2);
}

static void test_client_stays_across_manual_failover(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    Origin *a = relay_bed_origin(bed, relay_bed_plan_steady, NULL);
    Origin *b = relay_bed_origin(bed, relay_bed_plan_steady, NULL);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_LIVE, origin_url(a, "/a"), origin_url(b, "/b"), NULL);
    BedClient *client = relay_bed_attach(bed, stream, NULL);
    g_autoptr(GError) error = NULL;

    relay_bed_until_bytes(client, 100 * 188);
    g_assert_true(ytops_relay_stream_failover(stream, &error));
    g_assert_no_error(error);
    relay_bed_until_bytes(client, ENOUGH);
    relay_bed_check_packets(client);
    g_assert_cmpuint(origin_count_requests(b), ==, 1);
    g_assert_cmpuint(origin_count_open(a), ==, 0);
    g_assert_cmpuint(relay_bed_count_events(bed, "failover_triggered manual failover"), ==, 1);
    g_assert_cmpuint(relay_bed_count_events(bed, "failover_triggered"), ==, 1);
}

static void test_manual_failover_needs_another_url(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    Origin *a = relay_bed_origin(bed, relay_bed_plan_steady, NULL);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_LIVE, origin_url(a, "/a"), NULL, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_false(ytops_relay_stream_failover(stream, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND);
}

static void test_flapping_upstream_is_bounded(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    Origin *origin = relay_bed_origin(bed, plan_head_then_reset, NULL);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_LIVE, origin_url(origin, "/a"), NULL, NULL);
    BedClient *client = relay_bed_attach(bed, stream, NULL);

    relay_bed_until_end(client);
    g_assert_cmpuint(origin_count_requests(origin), ==, 3);
    g_assert_cmpuint(client->n_heads, ==, 0);
    g_assert_cmpstr(client->error_status, ==, "502");
}

static void check_all_fail(OriginPlan plan, const char *status)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    Origin *a = relay_bed_origin(bed, plan, NULL);
    Origin *b = relay_bed_origin(bed, plan, NULL);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_LIVE, origin_url(a, "/a"), origin_url(b, "/b"), NULL);
    BedClient *client = relay_bed_attach(bed, stream, NULL);
    YtopsRelayInfo info;

    relay_bed_until_end(client);
    g_assert_cmpuint(client->n_heads, ==, 0);
    g_assert_cmpuint(client->n_ends, ==, 1);
    g_assert_cmpstr(client->error_status, ==, status);
    g_assert_cmpuint(relay_bed_count_events(bed, "failover_triggered"), ==, 3);
    g_assert_cmpuint(relay_bed_count_events(bed, "stream_failed"), ==, 1);
    ytops_relay_stream_get_info(stream, &info);
    g_assert_cmpint(info.state, ==, YTOPS_RELAY_FAILED);
    g_assert_nonnull(info.last_error);
    relay_bed_run_ms(bed, 150);
    g_assert_cmpuint(relay_bed_count_events(bed, "stream_stopped"), ==, 0);
}

static void test_all_fail_before_the_first_byte_is_502(void)
{
    check_all_fail(plan_dead, "502");
}

static void test_all_silent_before_the_first_byte_is_504(void)
{
    check_all_fail(plan_silent, "504");
}

static void test_all_fail_after_the_first_byte_breaks_the_client(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    Origin *origin = relay_bed_origin(bed, plan_dies, NULL);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_LIVE, origin_url(origin, "/a"), NULL, NULL);
    BedClient *client = relay_bed_attach(bed, stream, NULL);

    relay_bed_until_end(client);
    g_assert_cmpuint(client->n_heads, ==, 1);
    g_assert_cmpuint(client->body->len, >, 0);
    g_assert_nonnull(client->error);
    g_assert_cmpuint(relay_bed_count_events(bed, "stream_failed"), ==, 1);
}

static void test_failed_stream_starts_afresh_for_the_next_client(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    Origin *origin = relay_bed_origin(bed, plan_second_life, NULL);
    YtopsRelayStream *stream;
    BedClient *client;

    bed->settings.retry_attempts = 1;
    stream = relay_bed_stream(bed, YTOPS_RELAY_LIVE, origin_url(origin, "/a"), NULL, NULL);
    client = relay_bed_attach(bed, stream, NULL);
    relay_bed_until_end(client);
    g_assert_nonnull(client->error);
    client = relay_bed_attach(bed, stream, NULL);
    relay_bed_until_bytes(client, 100 * 188);
    relay_bed_check_packets(client);
    g_assert_cmpuint(relay_bed_count_events(bed, "stream_started"), ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/live/client-stays-across-stall", test_client_stays_across_stall);
    g_test_add_func("/live/client-stays-across-reset", test_client_stays_across_reset);
    g_test_add_func("/live/client-stays-across-clean-end", test_client_stays_across_clean_end);
    g_test_add_func("/live/client-stays-across-503", test_client_stays_across_503_on_reconnect);
    g_test_add_func("/live/client-stays-across-failover", test_client_stays_across_failover);
    g_test_add_func("/live/client-stays-round-the-list", test_client_stays_round_the_list);
    g_test_add_func("/live/manual-failover", test_client_stays_across_manual_failover);
    g_test_add_func("/live/manual-failover-no-url", test_manual_failover_needs_another_url);
    g_test_add_func("/live/flapping-is-bounded", test_flapping_upstream_is_bounded);
    g_test_add_func("/live/all-fail-502", test_all_fail_before_the_first_byte_is_502);
    g_test_add_func("/live/all-silent-504", test_all_silent_before_the_first_byte_is_504);
    g_test_add_func("/live/all-fail-later", test_all_fail_after_the_first_byte_breaks_the_client);
    g_test_add_func("/live/afresh", test_failed_stream_starts_afresh_for_the_next_client);
    return g_test_run();
}
