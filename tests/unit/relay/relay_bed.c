#include "relay_bed.h"

#include <string.h>

#include "loop_turn.h"

static void is_late(uv_timer_t *timer)
{
    ((RelayBed *)timer->data)->is_late = TRUE;
}

static void note_event(const YtopsRelayEvent *event, gpointer data)
{
    RelayBed *bed = data;

    g_assert_nonnull(event->stream_id);
    g_assert_cmpint(event->at_us, >, 0);
    g_ptr_array_add(bed->events,
                    g_strdup_printf("%s %s", ytops_relay_event_type_to_string(event->type),
                                    event->reason != NULL ? event->reason : ""));
}

RelayBed *relay_bed_new(void)
{
    RelayBed *bed = g_new0(RelayBed, 1);

    uv_loop_init(&bed->loop);
    uv_timer_init(&bed->loop, &bed->deadline);
    bed->deadline.data = bed;
    uv_timer_start(&bed->deadline, is_late, 60000, 0);
    bed->origins = g_ptr_array_new();
    bed->clients = g_ptr_array_new();
    bed->events = g_ptr_array_new_with_free_func(g_free);
    ytops_relay_settings_init(&bed->settings);
    bed->settings.retry_attempts = 2;
    bed->settings.retry_delay_ms = 50;
    bed->settings.total_timeout_ms = 5000;
    bed->settings.live_chunk_timeout_ms = 150;
    bed->settings.vod_chunk_timeout_ms = 300;
    bed->settings.linger_ms = 100;
    bed->settings.stable_after_ms = 10000;
    bed->settings.allow_private = TRUE;
    bed->relay = ytops_relay_new(&bed->loop, &bed->settings, note_event, bed);
    return bed;
}

void relay_bed_close_relay(RelayBed *bed)
{
    if (bed->relay != NULL)
        ytops_relay_close(g_steal_pointer(&bed->relay));
}

static void client_free(BedClient *client)
{
    relay_bed_detach(client);
    g_free(client->content_type);
    g_free(client->content_range);
    g_free(client->error);
    g_free(client->error_status);
    g_byte_array_unref(client->body);
    g_free(client);
}

void relay_bed_free(RelayBed *bed)
{
    for (guint i = 0; i < bed->clients->len; i++)
        client_free(bed->clients->pdata[i]);
    relay_bed_close_relay(bed);
    for (guint i = 0; i < bed->origins->len; i++)
        origin_close(bed->origins->pdata[i]);
    uv_close((uv_handle_t *)&bed->deadline, NULL);
    uv_run(&bed->loop, UV_RUN_DEFAULT);
    g_assert_cmpint(uv_loop_close(&bed->loop), ==, 0);
    g_ptr_array_unref(bed->origins);
    g_ptr_array_unref(bed->clients);
    g_ptr_array_unref(bed->events);
    g_free(bed);
}

Origin *relay_bed_origin(RelayBed *bed, OriginPlan plan, gpointer data)
{
    Origin *origin = origin_new(&bed->loop, &bed->packet_number, plan, data);

    g_ptr_array_add(bed->origins, origin);
    return origin;
}

YtopsRelayStream *relay_bed_stream(RelayBed *bed, YtopsRelayKind kind, char *url, char *failover,
                                   char *third)
{
    g_autofree char *first = url;
    g_autofree char *second = failover;
    g_autofree char *last = third;
    const char *failovers[] = {second, last, NULL};
    YtopsRelaySpec spec = {
        .url = first, .failover_urls = failovers, .kind = kind, .settings = &bed->settings};
    g_autoptr(GError) error = NULL;
    YtopsRelayStream *stream = ytops_relay_create(bed->relay, &spec, &error);

    g_assert_no_error(error);
    return stream;
}

static void on_head(const YtopsRelayHead *head, gpointer data)
{
    BedClient *client = data;

    g_assert_cmpuint(client->body->len, ==, 0);
    g_assert_cmpuint(client->n_ends, ==, 0);
    client->n_heads++;
    client->status = head->status;
    client->length = head->length;
    client->content_type = g_strdup(head->content_type);
    client->content_range = g_strdup(head->content_range);
}

static void on_data(GBytes *piece, gpointer data)
{
    BedClient *client = data;
    gsize size;
    const guint8 *bytes = g_bytes_get_data(piece, &size);

    g_assert_cmpuint(client->n_heads, ==, 1);
    g_assert_cmpuint(client->n_ends, ==, 0);
    g_assert_nonnull(client->client);
    if (client->is_slow)
        client->queued += size;
    else
        g_byte_array_append(client->body, bytes, (guint)size);
    if (client->deletes != NULL)
        ytops_relay_delete(client->bed->relay, g_steal_pointer(&client->deletes));
    if (client->leaves)
        relay_bed_detach(client);
}

static gsize get_queued(gpointer data)
{
    return ((BedClient *)data)->queued;
}

static void on_end(const GError *error, gpointer data)
{
    BedClient *client = data;

    client->n_ends++;
    if (error == NULL)
        return;
    client->error = g_strdup(error->message);
    client->error_status = g_strdup(ytops_error_get_context(error, "status"));
}

BedClient *relay_bed_attach(RelayBed *bed, YtopsRelayStream *stream,
                            const YtopsRelayRequest *request)
{
    static const YtopsRelayClientEvents events = {on_head, on_data, get_queued, on_end};
    static const YtopsRelayRequest plain = {.peer = "127.0.0.1:1"};
    BedClient *client = g_new0(BedClient, 1);

    client->bed = bed;
    client->body = g_byte_array_new();
    g_ptr_array_add(bed->clients, client);
    client->client =
        ytops_relay_stream_attach(stream, request != NULL ? request : &plain, &events, client);
    g_assert_nonnull(client->client);
    return client;
}

void relay_bed_detach(BedClient *client)
{
    if (client->client != NULL)
        ytops_relay_client_detach(g_steal_pointer(&client->client));
}

void relay_bed_turn(RelayBed *bed)
{
    g_assert_false(bed->is_late);
    loop_turn(&bed->loop);
}

void relay_bed_until_end(BedClient *client)
{
    while (client->n_ends == 0)
        relay_bed_turn(client->bed);
}

void relay_bed_until_bytes(BedClient *client, gsize bytes)
{
    while (client->body->len < bytes) {
        if (client->n_ends > 0)
            g_error("the client ended: %s", client->error);
        relay_bed_turn(client->bed);
    }
}

static void is_over(uv_timer_t *timer)
{
    *(gboolean *)timer->data = TRUE;
}

void relay_bed_run_ms(RelayBed *bed, guint ms)
{
    uv_timer_t *timer = g_new0(uv_timer_t, 1);
    gboolean over = FALSE;

    uv_timer_init(&bed->loop, timer);
    timer->data = &over;
    uv_timer_start(timer, is_over, ms, 0);
    while (!over)
        relay_bed_turn(bed);
    uv_close((uv_handle_t *)timer, (uv_close_cb)g_free);
}

guint relay_bed_count_events(RelayBed *bed, const char *prefix)
{
    guint count = 0;

    for (guint i = 0; i < bed->events->len; i++)
        count += g_str_has_prefix(bed->events->pdata[i], prefix);
    return count;
}

void relay_bed_answer_live(OriginAnswer *answer, gsize packets, OriginEnd end)
{
    answer->status = 200;
    answer->head = g_strdup("Content-Type: video/mp2t\r\nConnection: close\r\n");
    answer->stop_after = packets;
    answer->end = end;
}

void relay_bed_plan_steady(const OriginRequest *request G_GNUC_UNUSED, OriginAnswer *answer,
                           gpointer data G_GNUC_UNUSED)
{
    relay_bed_answer_live(answer, G_MAXSIZE, ORIGIN_STALL);
}

void relay_bed_check_packets(const BedClient *client)
{
    guint64 last = 0;

    g_assert_cmpuint(client->body->len % 188, ==, 0);
    for (guint at = 0; at < client->body->len; at += 188) {
        guint64 number = origin_packet_number(client->body->data + at);

        g_assert_cmpuint(number, !=, G_MAXUINT64);
        if (at > 0)
            g_assert_cmpuint(number, >, last);
        last = number;
    }
}
