#include "relay_stream.h"

#include "hls_client.h"
#include "kind_probe.h"
#include "live_stream.h"
#include "relay_client.h"
#include "relay_core.h"
#include "relay_kind.h"
#include "stream_token.h"
#include "vod_client.h"
#include "ytops/clock.h"
#include "ytops/log.h"

/* ---- made and freed -------------------------------------------------------------------------- */

static char *given(const char *text)
{
    return text != NULL && text[0] != '\0' ? g_strdup(text) : NULL;
}

static GHashTable *copy_table(GHashTable *table)
{
    GHashTable *copy = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    GHashTableIter iter;
    gpointer key, value;

    if (table == NULL)
        return copy;
    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, &key, &value))
        g_hash_table_insert(copy, g_strdup(key), g_strdup(value));
    return copy;
}

/* Takes the list over. */
static void set_urls(YtopsRelayStream *stream, char **urls)
{
    for (guint i = 0; i < stream->n_urls; i++)
        g_free(stream->sticky_urls[i]);
    g_free(stream->sticky_urls);
    g_strfreev(stream->urls);
    stream->urls = urls;
    stream->n_urls = g_strv_length(urls);
    stream->sticky_urls = g_new0(char *, stream->n_urls);
    stream->url_index = 0;
}

static char **list_urls(const YtopsRelaySpec *spec)
{
    GPtrArray *urls = g_ptr_array_new();

    g_ptr_array_add(urls, g_strdup(spec->url));
    for (guint i = 0; spec->failover_urls != NULL && spec->failover_urls[i] != NULL; i++)
        g_ptr_array_add(urls, g_strdup(spec->failover_urls[i]));
    g_ptr_array_add(urls, NULL);
    return (char **)g_ptr_array_free(urls, FALSE);
}

static gboolean is_same_name(gpointer name, gpointer value G_GNUC_UNUSED, gpointer other)
{
    return g_ascii_strcasecmp(name, other) == 0;
}

/* The stream's own headers win over those of the media. */
static void set_headers(YtopsRelayStream *stream, GHashTable *of_media)
{
    GHashTable *headers = copy_table(of_media);
    GHashTableIter iter;
    gpointer name, value;

    g_hash_table_iter_init(&iter, stream->own_headers);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        g_hash_table_foreach_remove(headers, is_same_name, name);
        g_hash_table_insert(headers, g_strdup(name), g_strdup(value));
    }
    g_clear_pointer(&stream->headers, g_hash_table_unref);
    stream->headers = headers;
}

void relay_stream_take_media(YtopsRelayStream *stream, const YtopsRelayMedia *media)
{
    set_urls(stream, g_strdupv(media->urls));
    set_headers(stream, media->headers);
    g_strfreev(stream->cookies);
    stream->cookies = g_strdupv(media->cookies);
    g_free(stream->proxy_url);
    stream->proxy_url = given(media->proxy_url);
    stream->proxy_verdict = PROXY_VERDICT_NONE;
}

/* Nobody has come back. */
static void linger_over(gpointer data)
{
    g_autoptr(YtopsRelayStream) stream = relay_stream_ref(data);

    if (stream->is_over || stream->clients->len > 0)
        return;
    live_stream_free(g_steal_pointer(&stream->live));
    relay_stream_refresh_state(stream);
    if (stream->is_started) {
        YtopsRelayEvent event = {.type = YTOPS_RELAY_STREAM_STOPPED, .reason = "no clients"};

        stream->is_started = FALSE;
        relay_core_emit(stream, &event);
    }
}

static gboolean given_account(const YtopsRelaySpec *spec)
{
    return spec->account_id != NULL && spec->account_id[0] != '\0';
}

YtopsRelayStream *relay_stream_new(YtopsRelay *relay, const YtopsRelaySpec *spec,
                                   const YtopsRelaySettings *settings)
{
    YtopsRelayStream *stream = g_rc_box_new0(YtopsRelayStream);

    stream->relay = relay_core_ref(relay);
    stream->id = spec->id != NULL ? g_strdup(spec->id) : g_uuid_string_random();
    set_urls(stream, list_urls(spec));
    stream->user_agent = given(spec->user_agent);
    stream->own_headers = copy_table(spec->headers);
    set_headers(stream, NULL);
    stream->metadata = copy_table(spec->metadata);
    stream->proxy_url = given(spec->proxy_url);
    stream->settings = *settings;
    stream->created_at = ytops_clock_unix_us(ytops_clock_system()) / G_USEC_PER_SEC;
    stream->clients = g_ptr_array_new();
    stream->attempts = g_ptr_array_new();
    stream->linger = relay_timer_new(relay->loop, linger_over, stream);
    if (given_account(spec))
        stream->token = stream_token_new(stream, spec);
    /* What the address of a page ends with tells nothing of its media. */
    stream->kind = spec->kind != YTOPS_RELAY_AUTO || stream->token != NULL
                       ? spec->kind
                       : relay_kind_from_url(spec->url);
    return stream;
}

YtopsRelayStream *relay_stream_ref(YtopsRelayStream *stream)
{
    return g_rc_box_acquire(stream);
}

static void stream_clear(gpointer data)
{
    YtopsRelayStream *stream = data;

    stream_token_free(stream->token);
    for (guint i = 0; i < stream->n_urls; i++)
        g_free(stream->sticky_urls[i]);
    g_free(stream->sticky_urls);
    g_strfreev(stream->urls);
    g_free(stream->id);
    g_free(stream->user_agent);
    g_hash_table_unref(stream->headers);
    g_hash_table_unref(stream->own_headers);
    g_strfreev(stream->cookies);
    g_hash_table_unref(stream->metadata);
    g_free(stream->proxy_url);
    g_free(stream->last_error);
    g_ptr_array_unref(stream->clients);
    g_ptr_array_unref(stream->attempts);
    relay_timer_free(stream->linger);
    relay_core_unref(stream->relay);
}

void relay_stream_unref(YtopsRelayStream *stream)
{
    g_rc_box_release_full(stream, stream_clear);
}

void relay_stream_end(YtopsRelayStream *stream, const GError *error)
{
    g_autoptr(YtopsRelayStream) self = relay_stream_ref(stream);
    g_autoptr(GPtrArray) clients = NULL;

    if (self->is_over)
        return;
    self->is_over = TRUE;
    relay_timer_stop(self->linger);
    clients = relay_stream_copy_clients(self);
    for (guint i = 0; i < clients->len; i++)
        relay_client_end(clients->pdata[i], error);
    kind_probe_free(g_steal_pointer(&self->probe));
    live_stream_free(g_steal_pointer(&self->live));
    stream_token_free(g_steal_pointer(&self->token));
    relay_stream_refresh_state(self);
    if (self->is_started) {
        YtopsRelayEvent event = {.type = YTOPS_RELAY_STREAM_STOPPED, .reason = error->message};

        self->is_started = FALSE;
        relay_core_emit(self, &event);
    }
}

/* ---- clients --------------------------------------------------------------------------------- */

void relay_stream_add_client(YtopsRelayStream *stream, YtopsRelayClient *client)
{
    YtopsRelayEvent event = {.type = YTOPS_RELAY_CLIENT_CONNECTED, .client_id = client->id};

    relay_timer_stop(stream->linger);
    g_ptr_array_add(stream->clients, client);
    relay_metrics_count_client(stream);
    relay_core_emit(stream, &event);
}

void relay_stream_remove_client(YtopsRelayStream *stream, YtopsRelayClient *client)
{
    YtopsRelayEvent event = {.type = YTOPS_RELAY_CLIENT_DISCONNECTED,
                             .client_id = client->id,
                             .bytes_served = client->bytes_served};

    if (!g_ptr_array_remove(stream->clients, client))
        return;
    if (stream->clients->len == 0 && !stream->is_over)
        relay_timer_start(stream->linger, stream->settings.linger_ms);
    relay_core_emit(stream, &event);
}

GPtrArray *relay_stream_copy_clients(YtopsRelayStream *stream)
{
    GPtrArray *copy =
        g_ptr_array_new_full(stream->clients->len, (GDestroyNotify)relay_client_unref);

    for (guint i = 0; i < stream->clients->len; i++)
        g_ptr_array_add(copy, relay_client_ref(stream->clients->pdata[i]));
    return copy;
}

void relay_stream_serve(YtopsRelayStream *stream, YtopsRelayClient *client)
{
    switch (stream->kind) {
    case YTOPS_RELAY_AUTO:
        kind_probe_attach(stream, client);
        break;
    case YTOPS_RELAY_LIVE:
        live_stream_attach(stream, client);
        break;
    case YTOPS_RELAY_VOD:
        vod_client_attach(stream, client);
        break;
    case YTOPS_RELAY_HLS:
        hls_client_attach(stream, client);
        break;
    }
}

/* ---- told by attempts ------------------------------------------------------------------------ */

void relay_stream_add_attempt(YtopsRelayStream *stream, Attempt *attempt)
{
    g_ptr_array_add(stream->attempts, attempt);
}

void relay_stream_remove_attempt(YtopsRelayStream *stream, Attempt *attempt)
{
    g_ptr_array_remove(stream->attempts, attempt);
    relay_stream_refresh_state(stream);
}

void relay_stream_note_failover(YtopsRelayStream *stream, guint from, guint to, const char *reason,
                                guint attempt_number)
{
    YtopsRelayEvent event = {.type = YTOPS_RELAY_FAILOVER_TRIGGERED,
                             .old_url = stream->urls[from],
                             .new_url = stream->urls[to],
                             .reason = reason,
                             .attempt_number = attempt_number};

    if (stream->url_index != from || stream->is_over)
        return;
    stream->url_index = to;
    stream->failover_count++;
    relay_metrics_count_failover(stream, reason);
    relay_core_emit(stream, &event);
}

void relay_stream_set_error(YtopsRelayStream *stream, const char *message)
{
    g_free(stream->last_error);
    stream->last_error = message != NULL ? ytops_redact(message) : NULL;
}

void ytops_relay_stream_get_info(YtopsRelayStream *stream, YtopsRelayInfo *info)
{
    const StreamToken *token = stream->token;

    *info = (YtopsRelayInfo){
        .stream_id = stream->id,
        .url = token != NULL ? stream_token_get_page(token) : stream->urls[0],
        .account_id = token != NULL ? stream_token_get_account(token) : NULL,
        .format = token != NULL ? stream_token_get_format(token) : NULL,
        .current_url = stream->urls[stream->url_index],
        .failover_urls = (const char *const *)stream->urls + 1,
        .kind = stream->kind,
        .state = stream->state,
        .client_count = stream->clients->len,
        .bytes_from_upstream = stream->bytes_from_upstream,
        .bytes_to_clients = stream->bytes_to_clients,
        .retry_count = stream->retry_count,
        .failover_count = stream->failover_count,
        .last_error = stream->last_error,
        .created_at = stream->created_at,
        .metadata = stream->metadata,
    };
}
