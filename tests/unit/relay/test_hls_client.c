#include <string.h>

#include "relay/hls_address.h"
#include "relay_bed.h"

/* A provider with a master, a media playlist, a key and a segment; from then on it may be dead. */
typedef struct {
    gboolean is_dead;
    gboolean segments_die;
    gboolean sends_garbage;
    guint segment_breaks;
    GBytes *segment;
    char *last_path;
} Provider;

static const char master[] = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow/media.m3u8?token=1\n";
static const char media[] = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n"
                            "#EXT-X-KEY:METHOD=AES-128,URI=\"key.bin\"\n"
                            "#EXTINF:4,\nsegment.ts\n";

static void answer_text(OriginAnswer *answer, const char *type, const char *text)
{
    answer->status = 200;
    answer->head =
        g_strdup_printf("Content-Type: %s\r\nContent-Length: %zu\r\n", type, strlen(text));
    answer->body = g_bytes_new(text, strlen(text));
    answer->end = ORIGIN_KEEP;
}

static void answer_segment(Provider *provider, const OriginRequest *request, OriginAnswer *answer)
{
    gsize size = g_bytes_get_size(provider->segment);
    gsize from = request->range != NULL ? (gsize)g_ascii_strtoull(request->range + 6, NULL, 10) : 0;

    answer->status = request->range != NULL ? 206 : 200;
    answer->head =
        request->range != NULL
            ? g_strdup_printf("Content-Length: %zu\r\nContent-Range: bytes %zu-%zu/%zu\r\n",
                              size - from, from, size - 1, size)
            : g_strdup_printf("Content-Length: %zu\r\n", size);
    answer->body = g_bytes_new_from_bytes(provider->segment, from, size - from);
    answer->end = ORIGIN_KEEP;
    if (provider->segment_breaks > 0) {
        provider->segment_breaks--;
        answer->stop_after = 1000;
        answer->end = ORIGIN_CLOSE;
    }
}

static void plan_provider(const OriginRequest *request, OriginAnswer *answer, gpointer data)
{
    Provider *provider = data;

    g_free(provider->last_path);
    provider->last_path = g_strdup(request->path);
    if (provider->is_dead || (provider->segments_die && strstr(request->path, ".ts") != NULL))
        answer->end = ORIGIN_RESET;
    else if (provider->sends_garbage)
        answer_text(answer, "text/html", "<html>not now</html>");
    else if (g_str_has_suffix(request->path, "master.m3u8"))
        answer_text(answer, "application/vnd.apple.mpegurl", master);
    else if (strstr(request->path, "media.m3u8") != NULL)
        answer_text(answer, "application/vnd.apple.mpegurl", media);
    else if (g_str_has_suffix(request->path, "key.bin"))
        answer_text(answer, "application/octet-stream", "0123456789abcdef");
    else
        answer_segment(provider, request, answer);
}

static Provider *provider_new(void)
{
    Provider *provider = g_new0(Provider, 1);
    guint8 *bytes = g_malloc(5000);

    for (guint i = 0; i < 5000; i++)
        bytes[i] = (guint8)(i * 7 + i / 256);
    provider->segment = g_bytes_new_take(bytes, 5000);
    return provider;
}

static void provider_free(Provider *provider)
{
    g_bytes_unref(provider->segment);
    g_free(provider->last_path);
    g_free(provider);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Provider, provider_free)

static BedClient *get(RelayBed *bed, YtopsRelayStream *stream, const char *resource)
{
    YtopsRelayRequest request = {.resource = resource, .base_path = "/hls/x/", .peer = "p"};
    BedClient *client = relay_bed_attach(bed, stream, &request);

    relay_bed_until_end(client);
    return client;
}

static char *body_of(BedClient *client)
{
    g_assert_cmpstr(client->error, ==, NULL);
    g_assert_cmpuint(client->status, ==, 200);
    return g_strndup((const char *)client->body->data, client->body->len);
}

/* The n-th rewritten address in a playlist, without its base path. */
static char *find_resource(const char *text, guint n)
{
    const char *at = text;

    for (guint i = 0; i <= n; i++) {
        at = strstr(at, "/hls/x/");
        g_assert_nonnull(at);
        at += strlen("/hls/x/");
    }
    return g_strndup(at, strcspn(at, "\"\n"));
}

static char *get_media(RelayBed *bed, YtopsRelayStream *stream)
{
    g_autofree char *top = body_of(get(bed, stream, NULL));
    g_autofree char *variant = find_resource(top, 0);

    g_assert_null(strstr(top, "127.0.0.1"));
    return body_of(get(bed, stream, variant));
}

static void check_segment(BedClient *client, Provider *provider)
{
    gsize size;
    const void *bytes = g_bytes_get_data(provider->segment, &size);

    g_assert_cmpstr(client->error, ==, NULL);
    g_assert_cmpmem(client->body->data, client->body->len, bytes, size);
}

static void test_every_address_leads_back_here(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    g_autoptr(Provider) provider = provider_new();
    Origin *origin = relay_bed_origin(bed, plan_provider, provider);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_AUTO, origin_url(origin, "/a/master.m3u8"), NULL, NULL);
    g_autofree char *text = get_media(bed, stream);
    g_autofree char *key = find_resource(text, 0);
    g_autofree char *segment = find_resource(text, 1);
    g_autofree char *secret = NULL;

    g_assert_null(strstr(text, "segment.ts"));
    g_assert_null(strstr(text, "key.bin"));
    check_segment(get(bed, stream, segment), provider);
    g_assert_cmpstr(provider->last_path, ==, "/a/low/segment.ts");
    secret = body_of(get(bed, stream, key));
    g_assert_cmpstr(secret, ==, "0123456789abcdef");
}

static void test_address_of_others_is_404(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    g_autoptr(Provider) provider = provider_new();
    Origin *origin = relay_bed_origin(bed, plan_provider, provider);
    YtopsRelayStream *mine =
        relay_bed_stream(bed, YTOPS_RELAY_HLS, origin_url(origin, "/a/master.m3u8"), NULL, NULL);
    YtopsRelayStream *other =
        relay_bed_stream(bed, YTOPS_RELAY_HLS, origin_url(origin, "/a/master.m3u8"), NULL, NULL);
    g_autofree char *text = get_media(bed, mine);
    g_autofree char *segment = find_resource(text, 1);
    const char *bad[] = {segment, "aGVsbG8.aGVsbG8", "http://127.0.0.1/", "../x"};
    guint before = origin_count_requests(origin);

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        BedClient *client = get(bed, other, bad[i]);

        g_assert_cmpuint(client->n_heads, ==, 0);
        g_assert_cmpstr(client->error_status, ==, "404");
    }
    g_assert_cmpuint(origin_count_requests(origin), ==, before);
}

static void test_playlist_fails_over(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    g_autoptr(Provider) dead = provider_new();
    g_autoptr(Provider) garbage = provider_new();
    g_autoptr(Provider) good = provider_new();
    Origin *a = relay_bed_origin(bed, plan_provider, dead);
    Origin *b = relay_bed_origin(bed, plan_provider, garbage);
    Origin *c = relay_bed_origin(bed, plan_provider, good);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_HLS, origin_url(a, "/a/master.m3u8"),
                         origin_url(b, "/b/master.m3u8"), origin_url(c, "/c/master.m3u8"));
    g_autofree char *text = NULL;

    dead->is_dead = TRUE;
    garbage->sends_garbage = TRUE;
    text = body_of(get(bed, stream, NULL));
    g_assert_nonnull(strstr(text, "/hls/x/"));
    g_assert_cmpuint(relay_bed_count_events(bed, "failover_triggered"), ==, 2);
}

static void test_segment_fails_over_before_its_first_byte(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    g_autoptr(Provider) first = provider_new();
    g_autoptr(Provider) second = provider_new();
    Origin *a = relay_bed_origin(bed, plan_provider, first);
    Origin *b = relay_bed_origin(bed, plan_provider, second);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_HLS, origin_url(a, "/a/master.m3u8"),
                         origin_url(b, "/b/master.m3u8"), NULL);
    g_autofree char *text = get_media(bed, stream);
    g_autofree char *segment = find_resource(text, 1);

    first->segments_die = TRUE;
    check_segment(get(bed, stream, segment), second);
    g_assert_cmpstr(second->last_path, ==, "/b/low/segment.ts");
    g_assert_cmpuint(relay_bed_count_events(bed, "failover_triggered"), ==, 1);
}

static void test_segment_resumes_in_its_middle(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    g_autoptr(Provider) provider = provider_new();
    Origin *origin = relay_bed_origin(bed, plan_provider, provider);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_HLS, origin_url(origin, "/a/master.m3u8"), NULL, NULL);
    g_autofree char *text = get_media(bed, stream);
    g_autofree char *segment = find_resource(text, 1);

    provider->segment_breaks = 2;
    check_segment(get(bed, stream, segment), provider);
}

static void test_all_fail_is_502(void)
{
    g_autoptr(RelayBed) bed = relay_bed_new();
    g_autoptr(Provider) provider = provider_new();
    Origin *origin = relay_bed_origin(bed, plan_provider, provider);
    YtopsRelayStream *stream =
        relay_bed_stream(bed, YTOPS_RELAY_HLS, origin_url(origin, "/a/master.m3u8"), NULL, NULL);
    BedClient *client;

    provider->sends_garbage = TRUE;
    client = get(bed, stream, NULL);
    g_assert_cmpuint(client->n_heads, ==, 0);
    g_assert_cmpstr(client->error_status, ==, "502");
}

static void test_addresses_below_the_failover_urls(void)
{
    static const char *const urls[] = {"http://a/x/m.m3u8?t=1", "http://b/y/z/m.m3u8", NULL};
    g_auto(GStrv) list = hls_address_list("http://a/x/low/1.ts?k=2", urls, NULL);
    g_auto(GStrv) elsewhere = hls_address_list("http://c/x/1.ts", urls, NULL);
    g_auto(GStrv) own = hls_address_list(NULL, urls, "_HLS_msn=4&other=1");

    g_assert_cmpstr(list[0], ==, "http://a/x/low/1.ts?k=2");
    g_assert_cmpstr(list[1], ==, "http://b/y/z/low/1.ts?k=2");
    g_assert_null(list[2]);
    g_assert_cmpstr(elsewhere[0], ==, "http://c/x/1.ts");
    g_assert_null(elsewhere[1]);
    g_assert_cmpstr(own[0], ==, "http://a/x/m.m3u8?t=1&_HLS_msn=4");
    g_assert_cmpstr(own[1], ==, "http://b/y/z/m.m3u8?_HLS_msn=4");
    g_assert_cmpuint(hls_address_find("http://b/y/z/1.ts", urls, 0), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hls/addresses-lead-back", test_every_address_leads_back_here);
    g_test_add_func("/hls/foreign-address-404", test_address_of_others_is_404);
    g_test_add_func("/hls/playlist-fails-over", test_playlist_fails_over);
    g_test_add_func("/hls/segment-fails-over", test_segment_fails_over_before_its_first_byte);
    g_test_add_func("/hls/segment-resumes", test_segment_resumes_in_its_middle);
    g_test_add_func("/hls/all-fail-502", test_all_fail_is_502);
    g_test_add_func("/hls/address-list", test_addresses_below_the_failover_urls);
    return g_test_run();
}
