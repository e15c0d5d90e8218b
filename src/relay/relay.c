/* The registry of streams, and the relay's public calls. */
#include "ytops/relay.h"

#include "hls_client.h"
#include "relay_check.h"
#include "relay_client.h"
#include "relay_core.h"
#include "ytops/clock.h"
#include "ytops/log.h"

YtopsRelay *ytops_relay_new(uv_loop_t *loop, const YtopsRelaySettings *settings,
                            YtopsRelayListener listener, gpointer listener_data)
{
    YtopsRelay *relay = g_rc_box_new0(YtopsRelay);

    relay->loop = loop;
    relay->upstream = upstream_new(loop);
    relay->settings = *settings;
    relay->listener = listener;
    relay->listener_data = listener_data;
    signed_url_key_init(&relay->key);
    relay->by_id =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)relay_stream_unref);
    relay->streams = g_ptr_array_new();
    return relay;
}

const YtopsRelaySettings *ytops_relay_get_settings(const YtopsRelay *relay)
{
    return &relay->settings;
}

void ytops_relay_set_source(YtopsRelay *relay, const YtopsRelaySource *source, gpointer data)
{
    relay->source = source != NULL ? *source : (YtopsRelaySource){NULL, NULL, NULL, NULL};
    relay->source_data = data;
}

YtopsRelay *relay_core_ref(YtopsRelay *relay)
{
    return g_rc_box_acquire(relay);
}

static void relay_clear(gpointer data)
{
    YtopsRelay *relay = data;

    g_hash_table_unref(relay->by_id);
    g_ptr_array_unref(relay->streams);
}

void relay_core_unref(YtopsRelay *relay)
{
    g_rc_box_release_full(relay, relay_clear);
}

/* Forgets the stream and ends it, for the reason given. */
static void forget(YtopsRelay *relay, YtopsRelayStream *stream, YtopsErrorCode code,
                   const char *status, const char *message)
{
    g_autoptr(YtopsRelayStream) held = relay_stream_ref(stream);
    g_autoptr(GError) error = g_error_new_literal(YTOPS_ERROR, (gint)code, message);

    ytops_error_set_context(error, "status", status);
    if (!g_ptr_array_remove(relay->streams, stream))
        return;
    g_hash_table_remove(relay->by_id, held->id);
    relay_stream_end(held, error);
}

void ytops_relay_close(YtopsRelay *relay)
{
    while (relay->streams->len > 0)
        forget(relay, relay->streams->pdata[0], YTOPS_ERROR_DRAINING, "503",
               "the server is stopping; connect again later");
    upstream_close(g_steal_pointer(&relay->upstream));
    relay_core_unref(relay);
}

static gboolean check_id(YtopsRelay *relay, const char *id, GError **error)
{
    if (id == NULL || (g_uuid_string_is_valid(id) && ytops_relay_find(relay, id) == NULL))
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                g_uuid_string_is_valid(id) ? "there is a stream '%.64s' already; give another id"
                                           : "the stream id '%.64s' is no UUID; give one, or none",
                id);
    if (error != NULL)
        ytops_error_set_context(*error, "field", "id");
    return FALSE;
}

YtopsRelayStream *ytops_relay_create(YtopsRelay *relay, const YtopsRelaySpec *spec, GError **error)
{
    const YtopsRelaySettings *settings = spec->settings != NULL ? spec->settings : &relay->settings;
    YtopsRelayStream *stream;

    if (!relay_check_spec(spec, settings->allow_private, error) ||
        !relay_check_page(relay, spec, error) || !check_id(relay, spec->id, error))
        return NULL;
    stream = relay_stream_new(relay, spec, settings);
    g_ptr_array_add(relay->streams, stream);
    g_hash_table_insert(relay->by_id, stream->id, stream);
    ytops_log_info("relay", "stream created", "stream_id", stream->id, "url", spec->url, "kind",
                   ytops_relay_kind_to_string(stream->kind), NULL);
    return stream;
}

YtopsRelayStream *ytops_relay_find(YtopsRelay *relay, const char *stream_id)
{
    return stream_id != NULL ? g_hash_table_lookup(relay->by_id, stream_id) : NULL;
}

GPtrArray *ytops_relay_list(YtopsRelay *relay)
{
    return relay->streams;
}

void ytops_relay_delete(YtopsRelay *relay, YtopsRelayStream *stream)
{
    forget(relay, stream, YTOPS_ERROR_NOT_FOUND, "404", "the stream was deleted");
}

gboolean ytops_relay_stream_failover(YtopsRelayStream *stream, GError **error)
{
    g_autoptr(YtopsRelayStream) held = relay_stream_ref(stream);
    g_autoptr(GPtrArray) attempts = NULL;
    guint next;

    if (stream->n_urls < 2) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND,
                    stream->token != NULL
                        ? "stream %s has no failover URL: its page gave one URL only, or none yet"
                        : "stream %s has no failover URL; create it with failover_urls",
                    stream->id);
        return FALSE;
    }
    next = (stream->url_index + 1) % stream->n_urls;
    ytops_log_info("relay", "failover asked for", "stream_id", stream->id, "new_url",
                   stream->urls[next], NULL);
    relay_stream_note_failover(stream, stream->url_index, next,
                               relay_error_to_string(RELAY_ERROR_OPERATOR),
                               stream->failover_count + 1);
    attempts = g_ptr_array_copy(stream->attempts, attempt_copy, NULL);
    g_ptr_array_set_free_func(attempts, attempt_uncopy);
    for (guint i = 0; i < attempts->len; i++)
        attempt_switch(attempts->pdata[i], next);
    return TRUE;
}

/* ---- events ---------------------------------------------------------------------------------- */

static const char *const event_names[] = {
    [YTOPS_RELAY_STREAM_STARTED] = "stream_started",
    [YTOPS_RELAY_STREAM_STOPPED] = "stream_stopped",
    [YTOPS_RELAY_STREAM_FAILED] = "stream_failed",
    [YTOPS_RELAY_FAILOVER_TRIGGERED] = "failover_triggered",
    [YTOPS_RELAY_CLIENT_CONNECTED] = "client_connected",
    [YTOPS_RELAY_CLIENT_DISCONNECTED] = "client_disconnected",
};

const char *ytops_relay_event_type_to_string(YtopsRelayEventType type)
{
    return event_names[type];
}

static const char *number(char buffer[24], guint64 value, gboolean is_of_event)
{
    return is_of_event ? ytops_log_format_int(buffer, (gint64)value) : NULL;
}

static void log_event(const YtopsRelayEvent *event)
{
    static const char *const names[] = {
        [YTOPS_RELAY_STREAM_STARTED] = "STREAM_STARTED",
        [YTOPS_RELAY_STREAM_STOPPED] = "STREAM_STOPPED",
        [YTOPS_RELAY_STREAM_FAILED] = "STREAM_FAILED",
        [YTOPS_RELAY_FAILOVER_TRIGGERED] = "FAILOVER_TRIGGERED",
        [YTOPS_RELAY_CLIENT_CONNECTED] = "CLIENT_CONNECTED",
        [YTOPS_RELAY_CLIENT_DISCONNECTED] = "CLIENT_DISCONNECTED",
    };
    g_autofree char *message =
        g_strdup_printf("Event: EventType.%s for stream %s", names[event->type], event->stream_id);
    YtopsRelayEventType type = event->type;
    char retries[24], attempts[24], bytes[24];

    ytops_log_info(
        "relay", message, "client_id", event->client_id, "reason", event->reason, "old_url",
        event->old_url, "new_url", event->new_url, "retry_count",
        number(retries, event->retry_count, type == YTOPS_RELAY_STREAM_FAILED), "attempt_number",
        number(attempts, event->attempt_number, type == YTOPS_RELAY_FAILOVER_TRIGGERED),
        "bytes_served", number(bytes, event->bytes_served, type == YTOPS_RELAY_CLIENT_DISCONNECTED),
        NULL);
}

void relay_core_emit(YtopsRelayStream *stream, YtopsRelayEvent *event)
{
    event->stream_id = stream->id;
    event->at_us = ytops_clock_unix_us(ytops_clock_system());
    log_event(event);
    if (stream->relay->listener != NULL)
        stream->relay->listener(event, stream->relay->listener_data);
}

/* ---- clients --------------------------------------------------------------------------------- */

YtopsRelayClient *ytops_relay_stream_attach(YtopsRelayStream *stream,
                                            const YtopsRelayRequest *request,
                                            const YtopsRelayClientEvents *events, gpointer data)
{
    g_autoptr(YtopsRelayStream) held = relay_stream_ref(stream);
    YtopsRelayClient *client = relay_client_new(stream, request, events, data);

    relay_stream_add_client(stream, client);
    if (client->is_over)
        return client;
    if (client->resource != NULL)
        hls_client_attach(stream, client);
    else
        relay_stream_serve(stream, client);
    return client;
}
