#include <string.h>

#include "relay/relay_kind.h"
#include "relay_bed.h"
#include "vod_plan.h"

static void plan_live(const OriginRequest *request G_GNUC_UNUSED, OriginAnswer *answer,
                      gpointer data G_GNUC_UNUSED)
{
    answer->status = 200;
    answer->head = g_strdup("Content-Type: video/mp2t\r\nConnection: close\r\n");
    answer->end = ORIGIN_STALL;
}

static void plan_silent(const OriginRequest *request G_GNUC_UNUSED, OriginAnswer *answer,
                        gpointer data G_GNUC_UNUSED)
{
    answer->end = ORIGIN_STALL;
}

/* ---- what a stream is made from -------------------------------------------------------------- */

static void check_refused(RelayBed *bed, const YtopsRelaySpec *spec, const char *field)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(ytops_relay_create(bed->relay, spec, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_cmpstr(ytops_error_get_context(error, "field"), ==, field);
    g_assert_null(strstr(error->message, "secret"));
    g_assert_cmpuint(ytops_relay_list(bed->relay)->len, ==, 0);
}

static void test_bad_specs_are_refused_with_their_field(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    static const char *const bad_failover[] = {"http://b/", "file:///etc/passwd", NULL};
    g_autoptr(GHashTable) headers = g_hash_table_new(g_str_hash, g_str_equal);
    YtopsRelaySettings closed = bed->settings;

    check_refused(bed, &(YtopsRelaySpec){.url = NULL}, "url");
    check_refused(bed, &(YtopsRelaySpec){.url = ""}, "url");
    check_refused(bed, &(YtopsRelaySpec){.url = "file:///etc/passwd"}, "url");
    check_refused(bed, &(YtopsRelaySpec){.url = "http://"}, "url");
    check_refused(bed, &(YtopsRelaySpec){.url = "http://a/", .failover_urls = bad_failover},
                  "failover_urls");
    check_refused(bed, &(YtopsRelaySpec){.url = "http://a/", .proxy_url = "ftp://u:secret@p:1"},
                  "proxy_url");
    check_refused(bed, &(YtopsRelaySpec){.url = "http://a/", .proxy_url = "nonsense"}, "proxy_url");
    g_hash_table_insert(headers, (gpointer) "X-A", (gpointer) "b\r\nX-C: d");
    check_refused(bed, &(YtopsRelaySpec){.url = "http://a/", .headers = headers}, "headers");
    closed.allow_private = FALSE;
    check_refused(bed, &(YtopsRelaySpec){.url = "http://127.0.0.1/", .settings = &closed}, "url");
}

static void test_registry_finds_lists_and_forgets(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    YtopsRelayStream *a =
        relay_bed_stream(bed, YTOPS_RELAY_AUTO, g_strdup("http://a/x.mp4"), NULL, NULL);
    YtopsRelayStream *b = relay_bed_stream(bed, YTOPS_RELAY_AUTO, g_strdup("http://b/x.m3u8?a=b"),
                                           g_strdup("http://c/"), NULL);
    g_autofree char *id = NULL;
    YtopsRelayInfo info;

    ytops_relay_stream_get_info(a, &info);
    id = g_strdup(info.stream_id);
    g_assert_cmpint(info.kind, ==, YTOPS_RELAY_VOD);
    g_assert_cmpint(info.state, ==, YTOPS_RELAY_IDLE);
    g_assert_null(info.last_error);
    g_assert_null(info.failover_urls[0]);
    g_assert_true(ytops_relay_find(bed->relay, id) == a);
    ytops_relay_stream_get_info(b, &info);
    g_assert_cmpint(info.kind, ==, YTOPS_RELAY_HLS);
    g_assert_cmpstr(info.failover_urls[0], ==, "http://c/");
    g_assert_true(ytops_relay_list(bed->relay)->pdata[0] == a);
    g_assert_true(ytops_relay_list(bed->relay)->pdata[1] == b);
    ytops_relay_delete(bed->relay, a);
    g_assert_null(ytops_relay_find(bed->relay, id));
    g_assert_null(ytops_relay_find(bed->relay, NULL));
    g_assert_cmpuint(ytops_relay_list(bed->relay)->len, ==, 1);
    g_assert_cmpuint(bed->events->len, ==, 0);
}

static void test_kind_by_response(void)
{
    static const struct {
        UpstreamHead head;
        const char *url;
        YtopsRelayKind kind;
    } table[] = {
        {{.status = 200, .content_length = -1, .content_type = "video/mp2t"}, "http://a/", 1},
        {{.status = 200, .content_length = 9, .content_type = "video/mp2t"}, "http://a/x.ts", 2},
        {{.status = 206, .content_length = -1}, "http://a/", 2},
        {{.status = 200, .content_length = -1, .accept_ranges = "bytes"}, "http://a/", 2},
        {{.status = 200, .content_length = -1, .accept_ranges = "none"}, "http://a/", 1},
        {{.status = 200, .content_length = 9, .content_type = "application/x-mpegURL"},
         "http://a/",
         3},
        {{.status = 200, .content_length = 9}, "http://a/X.M3U8?x", 3},
    };

    for (guint i = 0; i < G_N_ELEMENTS(table); i++)
        g_assert_cmpint(relay_kind_from_head(&table[i].head, table[i].url), ==, table[i].kind);
}

/* ---- ends ------------------------------------------------------------------------------------ */

static void test_delete_ends_the_clients_once(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    Origin *origin = relay_bed_origin(bed, plan_live, NULL);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_LIVE, origin_url(origin, "/a"), NULL, NULL);
    BedClient *a = relay_bed_attach(bed, stream, NULL);
    BedClient *b = relay_bed_attach(bed, stream, NULL);

    relay_bed_until_bytes(a, 188);
    ytops_relay_delete(bed->relay, stream);
    g_assert_cmpuint(a->n_ends, ==, 1);
    g_assert_cmpuint(b->n_ends, ==, 1);
    g_assert_nonnull(a->error);
    while (origin_count_open(origin) > 0)
        relay_bed_turn(bed);
    relay_bed_run_ms(bed, 150);
    g_assert_cmpuint(relay_bed_count_events(bed, "client_disconnected"), ==, 2);
    g_assert_cmpuint(relay_bed_count_events(bed, "stream_started"), ==, 1);
    g_assert_cmpuint(relay_bed_count_events(bed, "stream_stopped"), ==, 1);
    g_assert_cmpuint(bed->events->len, ==, 6);
}

static void test_close_with_everything_running(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    g_autoptr(GBytes) file = vod_plan_file(8 * 1024 * 1024, 1);
    VodPlan plan = {.file = file};
    Origin *live = relay_bed_origin(bed, plan_live, NULL);
    Origin *vod = relay_bed_origin(bed, vod_plan, &plan);
    Origin *silent = relay_bed_origin(bed, plan_silent, NULL);
    BedClient *client, *paused;

    client = relay_bed_attach(
        bed, relay_bed_stream(bed, YTOPS_RELAY_AUTO, origin_url(live, "/"), NULL, NULL), NULL);
    paused = relay_bed_attach(
        bed, relay_bed_stream(bed, YTOPS_RELAY_VOD, origin_url(vod, "/"), NULL, NULL), NULL);
    paused->is_slow = TRUE;
    for (YtopsRelayKind kind = YTOPS_RELAY_AUTO; kind <= YTOPS_RELAY_HLS; kind++)
        relay_bed_attach(bed, relay_bed_stream(bed, kind, origin_url(silent, "/"), NULL, NULL),
                         NULL);
    relay_bed_until_bytes(client, 188);
    /* By now some wait for a retry, some for a head. */
    relay_bed_run_ms(bed, 170);
    relay_bed_close_relay(bed);
    for (guint i = 0; i < bed->clients->len; i++)
        g_assert_cmpuint(((BedClient *)bed->clients->pdata[i])->n_ends, ==, 1);
}

static void test_clients_may_leave_in_any_state(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    Origin *origin = relay_bed_origin(bed, plan_silent, NULL);

    for (YtopsRelayKind kind = YTOPS_RELAY_AUTO; kind <= YTOPS_RELAY_HLS; kind++) {
        YtopsRelayStream *stream = relay_bed_stream(bed, kind, origin_url(origin, "/"), NULL, NULL);
        BedClient *early = relay_bed_attach(bed, stream, NULL);
        BedClient *late = relay_bed_attach(bed, stream, NULL);
        YtopsRelayInfo info;

        relay_bed_detach(early);
        relay_bed_run_ms(bed, 200);
        relay_bed_detach(late);
        relay_bed_run_ms(bed, 150);
        ytops_relay_stream_get_info(stream, &info);
        g_assert_cmpint(info.state, ==, YTOPS_RELAY_IDLE);
        g_assert_cmpuint(info.client_count, ==, 0);
    }
    g_assert_cmpuint(relay_bed_count_events(bed, "client_disconnected"), ==, 8);
    g_assert_cmpuint(origin_count_open(origin), ==, 0);
}

/* ---- sticky sessions ------------------------------------------------------------------------- */

typedef struct {
    char *backend_url;
    guint backend_lives; /* connections that the backend serves before it is dead */
} Balancer;

static void plan_redirect(const OriginRequest *request G_GNUC_UNUSED, OriginAnswer *answer,
                          gpointer data)
{
    Balancer *balancer = data;

    answer->status = 302;
    answer->head = g_strdup_printf("Location: %s\r\nContent-Length: 0\r\n", balancer->backend_url);
    answer->stop_after = 0;
    answer->end = ORIGIN_KEEP;
}

static void plan_backend(const OriginRequest *request, OriginAnswer *answer, gpointer data)
{
    Balancer *balancer = data;

    if (request->number >= balancer->backend_lives &&
        request->number < balancer->backend_lives + 3) {
        answer->end = ORIGIN_RESET;
        return;
    }
    plan_live(request, answer, NULL);
    if (request->number < balancer->backend_lives) {
        answer->stop_after = 100;
        answer->end = ORIGIN_RESET;
    }
}

static void check_sticky(gboolean is_sticky, guint redirects)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    Balancer balancer = {.backend_lives = 2};
    Origin *front = relay_bed_origin(bed, plan_redirect, &balancer);
    Origin *backend = relay_bed_origin(bed, plan_backend, &balancer);
    YtopsRelayStream *stream;
    BedClient *client;

    balancer.backend_url = origin_url(backend, "/backend");
    bed->settings.sticky_session = is_sticky;
    bed->settings.retry_attempts = is_sticky ? 2 : 4;
    stream = relay_bed_stream(bed, YTOPS_RELAY_LIVE, origin_url(front, "/a"), NULL, NULL);
    client = relay_bed_attach(bed, stream, NULL);
    relay_bed_until_bytes(client, 300 * 188);
    relay_bed_check_packets(client);
    g_assert_cmpuint(origin_count_requests(front), ==, redirects);
    g_free(balancer.backend_url);
}

static void test_sticky_session_stays_on_the_backend(void)
{
    /* Connections 0 and 1 serve, 2, 3 and 4 die, 5 serves. Each is asked for at the front. */
    check_sticky(FALSE, 6);
    /* 1, 2 and 3 go to the backend; then the front is asked again: 4; its retry, 5, too. */
    check_sticky(TRUE, 3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay/bad-specs", test_bad_specs_are_refused_with_their_field);
    g_test_add_func("/relay/registry", test_registry_finds_lists_and_forgets);
    g_test_add_func("/relay/kind", test_kind_by_response);
    g_test_add_func("/relay/delete", test_delete_ends_the_clients_once);
    g_test_add_func("/relay/close", test_close_with_everything_running);
    g_test_add_func("/relay/leave", test_clients_may_leave_in_any_state);
    g_test_add_func("/relay/sticky", test_sticky_session_stays_on_the_backend);
    return g_test_run();
}
