#include "relay_bed.h"

#define ENOUGH (400 * 188)

static void test_lagging_client_is_dropped_alone(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    Origin *origin = relay_bed_origin(bed, relay_bed_plan_steady, NULL);
    YtopsRelayStream *stream;
    BedClient *slow, *good;

    bed->settings.client_lag_bytes = 50 * 188;
    stream = relay_bed_stream(bed, YTOPS_RELAY_LIVE, origin_url(origin, "/a"), NULL, NULL);
    slow = relay_bed_attach(bed, stream, NULL);
    slow->is_slow = TRUE;
    good = relay_bed_attach(bed, stream, NULL);
    relay_bed_until_bytes(good, ENOUGH);
    g_assert_cmpuint(slow->n_ends, ==, 1);
    g_assert_nonnull(slow->error);
    g_assert_cmpuint(good->n_ends, ==, 0);
    relay_bed_check_packets(good);
    for (guint at = 188; at < good->body->len; at += 188)
        g_assert_cmpuint(origin_packet_number(good->body->data + at), ==,
                         origin_packet_number(good->body->data + at - 188) + 1);
}

static void test_200_clients_share_one_upstream(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    Origin *origin = relay_bed_origin(bed, relay_bed_plan_steady, NULL);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_AUTO, origin_url(origin, "/live"), NULL, NULL);
    YtopsRelayInfo info;

    for (guint i = 0; i < 200; i++)
        relay_bed_attach(bed, stream, NULL);
    for (guint i = 0; i < 200; i++)
        relay_bed_until_bytes(bed->clients->pdata[i], 200 * 188);
    for (guint i = 0; i < 200; i++)
        relay_bed_check_packets(bed->clients->pdata[i]);
    g_assert_cmpuint(origin_count_requests(origin), ==, 1);
    ytops_relay_stream_get_info(stream, &info);
    g_assert_cmpint(info.kind, ==, YTOPS_RELAY_LIVE);
    g_assert_cmpuint(info.client_count, ==, 200);
    g_assert_cmpuint(relay_bed_count_events(bed, "client_connected"), ==, 200);
}

static void test_new_client_starts_with_a_burst(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    Origin *origin = relay_bed_origin(bed, relay_bed_plan_steady, NULL);
    YtopsRelayStream *stream;
    BedClient *first, *second;
    guint length;

    bed->settings.burst_bytes = 100 * 188;
    stream = relay_bed_stream(bed, YTOPS_RELAY_LIVE, origin_url(origin, "/a"), NULL, NULL);
    first = relay_bed_attach(bed, stream, NULL);
    relay_bed_until_bytes(first, ENOUGH);
    second = relay_bed_attach(bed, stream, NULL);
    length = first->body->len;
    relay_bed_until_bytes(second, 50 * 188);
    g_assert_cmpuint(origin_packet_number(second->body->data), <,
                     origin_packet_number(first->body->data + length - 188));
    relay_bed_until_bytes(second, ENOUGH);
    relay_bed_check_packets(second);
}

static void test_upstream_lingers_after_the_last_client(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    Origin *origin = relay_bed_origin(bed, relay_bed_plan_steady, NULL);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_LIVE, origin_url(origin, "/a"), NULL, NULL);
    BedClient *client = relay_bed_attach(bed, stream, NULL);
    YtopsRelayInfo info;

    relay_bed_until_bytes(client, 100 * 188);
    relay_bed_detach(client);
    g_assert_cmpuint(relay_bed_count_events(bed, "client_disconnected"), ==, 1);
    /* Someone is back in time: the same connection. */
    client = relay_bed_attach(bed, stream, NULL);
    relay_bed_until_bytes(client, 300 * 188);
    g_assert_cmpuint(origin_count_requests(origin), ==, 1);
    g_assert_cmpuint(relay_bed_count_events(bed, "stream_stopped"), ==, 0);
    relay_bed_detach(client);
    while (relay_bed_count_events(bed, "stream_stopped") == 0 || origin_count_open(origin) > 0)
        relay_bed_turn(bed);
    ytops_relay_stream_get_info(stream, &info);
    g_assert_cmpint(info.state, ==, YTOPS_RELAY_IDLE);
    g_assert_cmpuint(relay_bed_count_events(bed, "stream_stopped"), ==, 1);
}

static void test_client_may_leave_within_its_data(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    Origin *origin = relay_bed_origin(bed, relay_bed_plan_steady, NULL);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_LIVE, origin_url(origin, "/a"), NULL, NULL);
    BedClient *leaving = relay_bed_attach(bed, stream, NULL);
    BedClient *staying = relay_bed_attach(bed, stream, NULL);

    leaving->leaves = TRUE;
    relay_bed_until_bytes(staying, ENOUGH);
    relay_bed_check_packets(staying);
    g_assert_null(leaving->client);
    g_assert_cmpuint(leaving->n_ends, ==, 0);
}

static void test_head_request_is_answered_and_ends(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    Origin *origin = relay_bed_origin(bed, relay_bed_plan_steady, NULL);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_LIVE, origin_url(origin, "/a"), NULL, NULL);
    BedClient *client =
        relay_bed_attach(bed, stream, &(YtopsRelayRequest){.is_head = TRUE, .peer = "p"});

    relay_bed_until_end(client);
    g_assert_null(client->error);
    g_assert_cmpuint(client->status, ==, 200);
    g_assert_cmpstr(client->content_type, ==, "video/mp2t");
    g_assert_cmpuint(client->body->len, ==, 0);
}

static void test_client_may_delete_the_stream_within_its_data(void)
{
    for (YtopsRelayKind kind = YTOPS_RELAY_AUTO; kind <= YTOPS_RELAY_VOD; kind++) {
        g_autoptr(RelayBed) bed = relay_bed_new();
        Origin *origin = relay_bed_origin(bed, relay_bed_plan_steady, NULL);
        YtopsRelayStream *stream =
            relay_bed_stream(bed, kind, origin_url(origin, "/a"), NULL, NULL);
        BedClient *first = relay_bed_attach(bed, stream, NULL);
        BedClient *second = relay_bed_attach(bed, stream, NULL);

        first->deletes = stream;
        relay_bed_until_end(first);
        relay_bed_until_end(second);
        g_assert_cmpuint(first->n_ends, ==, 1);
        g_assert_cmpuint(second->n_ends, ==, 1);
        g_assert_cmpuint(relay_bed_count_events(bed, "client_disconnected"), ==, 2);
        g_assert_cmpuint(relay_bed_count_events(bed, "stream_stopped"), ==, 1);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/live/lagging-client", test_lagging_client_is_dropped_alone);
    g_test_add_func("/live/200-clients", test_200_clients_share_one_upstream);
    g_test_add_func("/live/burst", test_new_client_starts_with_a_burst);
    g_test_add_func("/live/linger", test_upstream_lingers_after_the_last_client);
    g_test_add_func("/live/leaves-within-data", test_client_may_leave_within_its_data);
    g_test_add_func("/live/head", test_head_request_is_answered_and_ends);
    g_test_add_func("/live/deletes-within-data", test_client_may_delete_the_stream_within_its_data);
    return g_test_run();
}
