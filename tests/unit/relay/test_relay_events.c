#include <string.h>

#include "ytops/relay_events.h"

typedef struct {
    YtopsRelayEvents *events;
    guint handle;
    GArray *ids;
    GString *streams;
} Reader;

static void read_event(const YtopsRelayEvent *event, guint64 id, gpointer data)
{
    Reader *reader = data;

    g_array_append_val(reader->ids, id);
    g_string_append(reader->streams, event->stream_id);
}

static Reader reader_new(YtopsRelayEvents *events)
{
    return (Reader){.events = events,
                    .ids = g_array_new(FALSE, FALSE, sizeof(guint64)),
                    .streams = g_string_new(NULL)};
}

static void reader_clear(Reader *reader)
{
    g_array_unref(reader->ids);
    g_string_free(reader->streams, TRUE);
}

static void publish(YtopsRelayEvents *events, const char *stream_id)
{
    YtopsRelayEvent event = {.type = YTOPS_RELAY_STREAM_STARTED, .stream_id = stream_id};

    ytops_relay_events_publish(&event, events);
}

static void each_listener_hears_each_event_once(void)
{
    g_autoptr(YtopsRelayEvents) events = ytops_relay_events_new(0);
    Reader one = reader_new(events), two = reader_new(events);
    guint handle = ytops_relay_events_listen(events, read_event, &one);

    publish(events, "a");
    ytops_relay_events_listen(events, read_event, &two);
    publish(events, "b");
    ytops_relay_events_unlisten(events, handle);
    ytops_relay_events_unlisten(events, 99);
    ytops_relay_events_unlisten(events, 0);
    publish(events, "c");
    g_assert_cmpstr(one.streams->str, ==, "ab");
    g_assert_cmpstr(two.streams->str, ==, "bc");
    g_assert_cmpuint(g_array_index(two.ids, guint64, 1), ==, 3);
    reader_clear(&one);
    reader_clear(&two);
}

static void late_readers_get_what_is_kept(void)
{
    g_autoptr(YtopsRelayEvents) events = ytops_relay_events_new(3);
    Reader all = reader_new(events), newer = reader_new(events), none = reader_new(events);

    for (const char *stream = "a\0b\0c\0d\0e\0"; *stream != '\0'; stream += 2)
        publish(events, stream);
    ytops_relay_events_replay(events, 0, read_event, &all);
    ytops_relay_events_replay(events, 4, read_event, &newer);
    ytops_relay_events_replay(events, 5, read_event, &none);
    g_assert_cmpstr(all.streams->str, ==, "cde");
    g_assert_cmpstr(newer.streams->str, ==, "e");
    g_assert_cmpstr(none.streams->str, ==, "");
    g_assert_cmpuint(ytops_relay_events_get_last_id(events), ==, 5);
    reader_clear(&all);
    reader_clear(&newer);
    reader_clear(&none);
}

static void leave(const YtopsRelayEvent *event, guint64 id, gpointer data)
{
    Reader *reader = data;

    read_event(event, id, data);
    ytops_relay_events_unlisten(reader->events, reader->handle);
}

static void publish_another(const YtopsRelayEvent *event, guint64 id, gpointer data)
{
    Reader *reader = data;

    read_event(event, id, data);
    if (id == 1)
        publish(reader->events, "second");
}

static void listeners_may_leave_and_publish_while_they_hear(void)
{
    g_autoptr(YtopsRelayEvents) events = ytops_relay_events_new(0);
    Reader leaving = reader_new(events), speaking = reader_new(events), last = reader_new(events);

    leaving.handle = ytops_relay_events_listen(events, leave, &leaving);
    ytops_relay_events_listen(events, publish_another, &speaking);
    ytops_relay_events_listen(events, read_event, &last);
    publish(events, "first");
    g_assert_cmpstr(leaving.streams->str, ==, "first");
    g_assert_cmpstr(speaking.streams->str, ==, "firstsecond");
    g_assert_cmpstr(last.streams->str, ==, "firstsecond");
    reader_clear(&leaving);
    reader_clear(&speaking);
    reader_clear(&last);
}

static void each_type_has_its_fields_in_json(void)
{
    static const struct {
        YtopsRelayEvent event;
        const char *json;
    } cases[] = {
        {{.type = YTOPS_RELAY_STREAM_STARTED, .stream_id = "s", .at_us = 1},
         "{\"event_id\":7,\"event_type\":\"stream_started\",\"stream_id\":\"s\","
         "\"timestamp\":\"1970-01-01T00:00:00.000001Z\",\"data\":{}}"},
        {{.type = YTOPS_RELAY_STREAM_FAILED,
          .stream_id = "s",
          .reason = "total_timeout_exceeded",
          .retry_count = 2,
          .at_us = 1763719323123456},
         "{\"event_id\":7,\"event_type\":\"stream_failed\",\"stream_id\":\"s\","
         "\"timestamp\":\"2025-11-21T10:02:03.123456Z\","
         "\"data\":{\"reason\":\"total_timeout_exceeded\",\"retry_count\":2}}"},
        {{.type = YTOPS_RELAY_FAILOVER_TRIGGERED,
          .stream_id = "s",
          .reason = "chunk timeout",
          .old_url = "http://u:secret@a/",
          .new_url = "http://b/\"x\"",
          .attempt_number = 1,
          .at_us = 1},
         "{\"event_id\":7,\"event_type\":\"failover_triggered\",\"stream_id\":\"s\","
         "\"timestamp\":\"1970-01-01T00:00:00.000001Z\",\"data\":{\"reason\":\"chunk timeout\","
         "\"old_url\":\"http://u:***@a/\",\"new_url\":\"http://b/\\\"x\\\"\","
         "\"attempt_number\":1}}"},
        {{.type = YTOPS_RELAY_CLIENT_DISCONNECTED,
          .stream_id = "s",
          .client_id = "c",
          .bytes_served = 5000000000,
          .at_us = 1},
         "{\"event_id\":7,\"event_type\":\"client_disconnected\",\"stream_id\":\"s\","
         "\"timestamp\":\"1970-01-01T00:00:00.000001Z\","
         "\"data\":{\"client_id\":\"c\",\"bytes_served\":5000000000}}"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(YtopsJson) json = ytops_relay_event_to_json(&cases[i].event, 7);
        g_autofree char *text = ytops_json_to_string(json);

        g_assert_cmpstr(text, ==, cases[i].json);
    }
}

static void names_of_types_are_read_back(void)
{
    for (int i = YTOPS_RELAY_STREAM_STARTED; i <= YTOPS_RELAY_CLIENT_DISCONNECTED; i++) {
        YtopsRelayEventType type;

        g_assert_true(ytops_relay_event_type_from_string(
            ytops_relay_event_type_to_string((YtopsRelayEventType)i), &type));
        g_assert_cmpint((int)type, ==, i);
    }
    g_assert_false(ytops_relay_event_type_from_string("stream_exploded", NULL));
    g_assert_false(ytops_relay_event_type_from_string(NULL, NULL));
}

static void keep_time(const YtopsRelayEvent *event, guint64 id G_GNUC_UNUSED, gpointer data)
{
    *(gint64 *)data = event->at_us;
}

static void an_event_without_a_time_gets_the_present_one(void)
{
    g_autoptr(YtopsRelayEvents) events = ytops_relay_events_new(0);
    gint64 before = g_get_real_time(), at = 0;

    ytops_relay_events_listen(events, keep_time, &at);
    publish(events, "a");
    g_assert_cmpint(at, >=, before);
    g_assert_cmpint(at, <=, g_get_real_time());
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/relay-events/" #name, name)
    ADD(each_listener_hears_each_event_once);
    ADD(late_readers_get_what_is_kept);
    ADD(listeners_may_leave_and_publish_while_they_hear);
    ADD(each_type_has_its_fields_in_json);
    ADD(names_of_types_are_read_back);
    ADD(an_event_without_a_time_gets_the_present_one);
    return g_test_run();
}
