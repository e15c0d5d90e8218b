#include <string.h>

#include "loop_turn.h"
#include "relay/webhook.h"
#include "script_server.h"
#include "ytops/webhooks.h"

enum { DEADLINE_S = 30 };

typedef struct {
    uv_loop_t loop;
    YtopsRelayEvents *events;
    YtopsWebhooks *webhooks;
    ScriptServer *good;
    ScriptServer *bad;
} Bed;

static Bed *bed_new(guint queue_limit)
{
    Bed *bed = g_new0(Bed, 1);
    YtopsWebhookOptions options = {
        .allow_private = TRUE, .retry_delay_ms = 10, .timeout_ms = 150, .queue_limit = queue_limit};

    uv_loop_init(&bed->loop);
    bed->events = ytops_relay_events_new(0);
    bed->webhooks = ytops_webhooks_new(&bed->loop, bed->events, &options);
    bed->good = script_server_new();
    bed->bad = script_server_new();
    return bed;
}

static void bed_free(Bed *bed)
{
    ytops_webhooks_close(bed->webhooks);
    uv_run(&bed->loop, UV_RUN_DEFAULT);
    g_assert_cmpint(uv_loop_close(&bed->loop), ==, 0);
    ytops_relay_events_free(bed->events);
    script_server_free(bed->good);
    script_server_free(bed->bad);
    g_free(bed);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bed, bed_free)

static const char *add(Bed *bed, ScriptServer *server, const char *path, const char *const *types)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *url = script_server_url(server, path);
    const char *id = ytops_webhooks_add(bed->webhooks, url, types, &error);

    g_assert_no_error(error);
    return id;
}

static void publish(Bed *bed, YtopsRelayEventType type, const char *stream_id)
{
    YtopsRelayEvent event = {.type = type, .stream_id = stream_id};

    ytops_relay_events_publish(&event, bed->events);
}

static gint64 look(Bed *bed, guint hook, const char *key)
{
    g_autoptr(YtopsJson) list = ytops_webhooks_to_json(bed->webhooks);

    return ytops_json_get_int(ytops_json_at(list, hook), key);
}

static void wait_until(Bed *bed, guint hook, const char *key, gint64 value)
{
    gint64 deadline = g_get_monotonic_time() + DEADLINE_S * G_USEC_PER_SEC;

    while (look(bed, hook, key) < value) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        loop_turn(&bed->loop);
    }
    g_assert_cmpint(look(bed, hook, key), ==, value);
}

static void an_event_is_posted_as_json(void)
{
    g_autoptr(Bed) bed = bed_new(0);
    g_autofree char *request = NULL;

    add(bed, bed->good, "/echo", NULL);
    publish(bed, YTOPS_RELAY_STREAM_STARTED, "abc");
    wait_until(bed, 0, "delivered", 1);
    request = script_server_last_request(bed->good);
    g_assert_true(g_str_has_prefix(request, "POST /echo HTTP/1.1\r\n"));
    g_assert_nonnull(strstr(request, "\r\nContent-Type: application/json\r\n"));
    g_assert_nonnull(strstr(request, "\r\n\r\n{\"event_id\":1,\"event_type\":\"stream_started\","
                                     "\"stream_id\":\"abc\""));
}

static void a_hook_gets_only_the_types_that_it_asked_for(void)
{
    static const char *const types[] = {"stream_failed", "stream_stopped", NULL};
    g_autoptr(Bed) bed = bed_new(0);
    g_autofree char *request = NULL;

    add(bed, bed->good, "/echo", types);
    publish(bed, YTOPS_RELAY_STREAM_STARTED, "a");
    publish(bed, YTOPS_RELAY_STREAM_FAILED, "b");
    publish(bed, YTOPS_RELAY_CLIENT_CONNECTED, "c");
    publish(bed, YTOPS_RELAY_STREAM_STOPPED, "d");
    wait_until(bed, 0, "delivered", 2);
    g_assert_cmpint(look(bed, 0, "queued"), ==, 0);
    request = script_server_last_request(bed->good);
    g_assert_nonnull(strstr(request, "\"stream_id\":\"d\""));
}

static void events_arrive_in_order_and_wait_for_each_other(void)
{
    g_autoptr(Bed) bed = bed_new(0);

    add(bed, bed->good, "/echo", NULL);
    for (guint i = 1; i <= 200; i++) {
        g_autofree char *stream = g_strdup_printf("s%u", i);

        publish(bed, YTOPS_RELAY_STREAM_STARTED, stream);
    }
    for (guint i = 1; i <= 200; i++) {
        g_autofree char *request = NULL;
        g_autofree char *part = g_strdup_printf("\"stream_id\":\"s%u\"", i);

        while (look(bed, 0, "delivered") < i)
            loop_turn(&bed->loop);
        if (look(bed, 0, "delivered") > i)
            continue;
        request = script_server_last_request(bed->good);
        /* The next one may be on its way already. */
        g_assert_true(strstr(request, part) != NULL || script_server_count_requests(bed->good) > i);
    }
    g_assert_cmpuint(script_server_count_requests(bed->good), ==, 200);
}

static void a_failing_hook_is_tried_five_times_with_growing_delays(void)
{
    g_autoptr(Bed) bed = bed_new(0);
    gint64 begin = g_get_monotonic_time();
    g_autoptr(YtopsJson) list = NULL;

    add(bed, bed->bad, "/status/500", NULL);
    publish(bed, YTOPS_RELAY_STREAM_STARTED, "a");
    wait_until(bed, 0, "dropped", 1);
    g_assert_cmpuint(script_server_count_requests(bed->bad), ==, 5);
    g_assert_cmpint(g_get_monotonic_time() - begin, >=, (10 + 20 + 40 + 80) * 1000);
    list = ytops_webhooks_to_json(bed->webhooks);
    g_assert_cmpstr(ytops_json_get_string(ytops_json_at(list, 0), "last_error"), ==,
                    "it answered with status 500");
}

static void one_dead_slow_or_silent_hook_delays_no_other(void)
{
    g_autoptr(Bed) bed = bed_new(0);
    gint64 begin = g_get_monotonic_time();

    add(bed, bed->bad, "/silent", NULL);
    add(bed, bed->bad, "/drip/100000", NULL);
    add(bed, bed->bad, "/reset/5", NULL);
    add(bed, bed->good, "/echo", NULL);
    for (guint i = 0; i < 20; i++)
        publish(bed, YTOPS_RELAY_STREAM_STARTED, "a");
    wait_until(bed, 3, "delivered", 20);
    /* Even the first event of the silent one takes longer. */
    g_assert_cmpint(g_get_monotonic_time() - begin, <, 5 * 150 * 1000);
    g_assert_cmpint(look(bed, 0, "delivered") + look(bed, 1, "delivered"), ==, 0);
    g_assert_cmpint(look(bed, 0, "dropped") + look(bed, 1, "dropped"), ==, 0);
}

static void a_drip_without_end_is_given_up(void)
{
    g_autoptr(Bed) bed = bed_new(0);
    g_autoptr(YtopsJson) list = NULL;

    add(bed, bed->bad, "/drip/100000", NULL);
    publish(bed, YTOPS_RELAY_STREAM_STARTED, "a");
    wait_until(bed, 0, "dropped", 1);
    list = ytops_webhooks_to_json(bed->webhooks);
    g_assert_nonnull(
        strstr(ytops_json_get_string(ytops_json_at(list, 0), "last_error"), "no answer within"));
}

static void a_full_queue_drops_the_oldest_that_waits(void)
{
    g_autoptr(Bed) bed = bed_new(3);

    add(bed, bed->bad, "/silent", NULL);
    for (guint i = 0; i < 10; i++)
        publish(bed, YTOPS_RELAY_STREAM_STARTED, "a");
    /* The one in delivery and three that wait. */
    g_assert_cmpint(look(bed, 0, "queued"), ==, 4);
    g_assert_cmpint(look(bed, 0, "dropped"), ==, 6);
}

static void a_removed_hook_gets_nothing_more(void)
{
    g_autoptr(Bed) bed = bed_new(0);
    g_autofree char *url = script_server_url(bed->good, "/echo");
    const char *silent = add(bed, bed->bad, "/silent", NULL);
    g_autoptr(YtopsJson) list = NULL;

    add(bed, bed->good, "/echo", NULL);
    publish(bed, YTOPS_RELAY_STREAM_STARTED, "a");
    wait_until(bed, 1, "delivered", 1);
    g_assert_true(ytops_webhooks_remove(bed->webhooks, silent));
    g_assert_true(ytops_webhooks_remove(bed->webhooks, url));
    g_assert_false(ytops_webhooks_remove(bed->webhooks, url));
    publish(bed, YTOPS_RELAY_STREAM_STARTED, "b");
    for (guint i = 0; i < 100; i++)
        uv_run(&bed->loop, UV_RUN_NOWAIT);
    g_assert_cmpuint(script_server_count_requests(bed->good), ==, 1);
    list = ytops_webhooks_to_json(bed->webhooks);
    g_assert_cmpuint(ytops_json_length(list), ==, 0);
}

static void the_same_url_is_one_hook(void)
{
    static const char *const types[] = {"stream_failed", NULL};
    g_autoptr(Bed) bed = bed_new(0);
    g_autofree char *id = g_strdup(add(bed, bed->good, "/echo", NULL));
    g_autoptr(YtopsJson) list = NULL;
    YtopsJson *names;

    g_assert_cmpstr(add(bed, bed->good, "/echo", types), ==, id);
    list = ytops_webhooks_to_json(bed->webhooks);
    g_assert_cmpuint(ytops_json_length(list), ==, 1);
    names = ytops_json_get(ytops_json_at(list, 0), "events");
    g_assert_cmpuint(ytops_json_length(names), ==, 1);
    g_assert_cmpstr(ytops_json_string(ytops_json_at(names, 0)), ==, "stream_failed");
}

static void what_is_wrong_is_named(void)
{
    static const char *const types[] = {"stream_started", "explosion", NULL};
    g_autoptr(Bed) bed = bed_new(0);
    g_autoptr(GError) url_error = NULL, type_error = NULL;

    g_assert_null(ytops_webhooks_add(bed->webhooks, "file:///etc/passwd", NULL, &url_error));
    g_assert_error(url_error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_cmpstr(ytops_error_get_context(url_error, "field"), ==, "url");
    g_assert_null(ytops_webhooks_add(bed->webhooks, "http://a.example/", types, &type_error));
    g_assert_error(type_error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_cmpstr(ytops_error_get_context(type_error, "field"), ==, "events");
    g_assert_nonnull(strstr(type_error->message, "explosion"));
}

static void private_hooks_need_permission(void)
{
    uv_loop_t loop;
    g_autoptr(YtopsRelayEvents) events = ytops_relay_events_new(0);
    YtopsWebhooks *webhooks;
    YtopsWebhookOptions options = {0};
    g_autoptr(GError) error = NULL;

    uv_loop_init(&loop);
    webhooks = ytops_webhooks_new(&loop, events, &options);
    g_assert_null(ytops_webhooks_add(webhooks, "http://127.0.0.1:1/", NULL, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    ytops_webhooks_close(webhooks);
    uv_run(&loop, UV_RUN_DEFAULT);
    g_assert_cmpint(uv_loop_close(&loop), ==, 0);
}

static void the_secrets_of_a_url_are_not_shown(void)
{
    static const char *const cases[][2] = {
        {"https://hooks.example.com/services/T0/B0/SECRET", "https://hooks.example.com/***"},
        {"https://u:SECRET@example.com:8443/", "https://example.com:8443/"},
        {"http://example.com/?token=SECRET", "http://example.com/***"},
        {"http://example.com", "http://example.com/"},
        {"http://[2001:4860::1]:80/SECRET", "http://[2001:4860::1]:80/***"},
        {"no-url/SECRET", "***"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *shown = webhook_url_show(cases[i][0]);

        g_assert_cmpstr(shown, ==, cases[i][1]);
    }
}

static void the_secrets_of_a_url_do_not_come_back_in_an_error(void)
{
    g_autoptr(Bed) bed = bed_new(0);
    g_autoptr(YtopsJson) list = NULL;
    g_autofree char *text = NULL;
    g_autofree char *url = g_strdup_printf("http://u:SECRET@127.0.0.1:%u/status/500?SECRET&x=y",
                                           script_server_port(bed->bad));

    g_assert_nonnull(ytops_webhooks_add(bed->webhooks, url, NULL, NULL));
    publish(bed, YTOPS_RELAY_STREAM_STARTED, "a");
    wait_until(bed, 0, "dropped", 1);
    list = ytops_webhooks_to_json(bed->webhooks);
    text = ytops_json_to_string(list);
    g_assert_null(strstr(text, "SECRET"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/webhooks/" #name, name)
    ADD(an_event_is_posted_as_json);
    ADD(a_hook_gets_only_the_types_that_it_asked_for);
    ADD(events_arrive_in_order_and_wait_for_each_other);
    ADD(a_failing_hook_is_tried_five_times_with_growing_delays);
    ADD(one_dead_slow_or_silent_hook_delays_no_other);
    ADD(a_drip_without_end_is_given_up);
    ADD(a_full_queue_drops_the_oldest_that_waits);
    ADD(a_removed_hook_gets_nothing_more);
    ADD(the_same_url_is_one_hook);
    ADD(what_is_wrong_is_named);
    ADD(private_hooks_need_permission);
    ADD(the_secrets_of_a_url_are_not_shown);
    ADD(the_secrets_of_a_url_do_not_come_back_in_an_error);
    return g_test_run();
}
