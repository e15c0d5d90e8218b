#include "relay_client.h"

#include "relay_metrics.h"
#include "relay_stream.h"

static char *given(const char *text)
{
    return text != NULL && text[0] != '\0' ? g_strdup(text) : NULL;
}

YtopsRelayClient *relay_client_new(YtopsRelayStream *stream, const YtopsRelayRequest *request,
                                   const YtopsRelayClientEvents *events, gpointer data)
{
    YtopsRelayClient *client = g_rc_box_new0(YtopsRelayClient);

    client->stream = stream;
    client->events = *events;
    client->data = data;
    client->id = g_uuid_string_random();
    client->is_head = request->is_head;
    client->range = given(request->range);
    client->if_range = given(request->if_range);
    client->resource = given(request->resource);
    client->base_path = given(request->base_path);
    client->query = given(request->query);
    client->peer = given(request->peer);
    return client;
}

const char *ytops_relay_client_get_id(const YtopsRelayClient *client)
{
    return client->id;
}

YtopsRelayClient *relay_client_ref(YtopsRelayClient *client)
{
    return g_rc_box_acquire(client);
}

static void client_clear(gpointer data)
{
    YtopsRelayClient *client = data;

    g_free(client->id);
    g_free(client->range);
    g_free(client->if_range);
    g_free(client->resource);
    g_free(client->base_path);
    g_free(client->query);
    g_free(client->peer);
}

void relay_client_unref(YtopsRelayClient *client)
{
    g_rc_box_release_full(client, client_clear);
}

void relay_client_set_part(YtopsRelayClient *client, const RelayClientPart *part,
                           gpointer part_data)
{
    const RelayClientPart *former = client->part;
    gpointer former_data = client->part_data;

    client->part = part;
    client->part_data = part_data;
    if (former != NULL && former->free != NULL)
        former->free(former_data);
}

void relay_client_send_head(YtopsRelayClient *client, const YtopsRelayHead *head)
{
    if (client->is_over || client->has_head)
        return;
    client->has_head = TRUE;
    client->events.on_head(head, client->data);
}

void relay_client_send(YtopsRelayClient *client, GBytes *piece)
{
    gsize size = g_bytes_get_size(piece);

    if (client->is_over || size == 0)
        return;
    client->bytes_served += size;
    client->stream->bytes_to_clients += size;
    relay_metrics_count_to_clients(client->stream, size);
    client->events.on_data(piece, client->data);
}

gsize relay_client_get_queued(YtopsRelayClient *client)
{
    return client->is_over ? 0 : client->events.get_queued(client->data);
}

void relay_client_end(YtopsRelayClient *client, const GError *error)
{
    YtopsRelayStream *stream = client->stream;

    if (client->is_over)
        return;
    client->is_over = TRUE;
    client->stream = NULL;
    relay_client_ref(client);
    relay_stream_ref(stream);
    relay_client_set_part(client, NULL, NULL);
    relay_stream_remove_client(stream, client);
    if (!client->is_detached)
        client->events.on_end(error, client->data);
    relay_stream_unref(stream);
    relay_client_unref(client);
}

void ytops_relay_client_drained(YtopsRelayClient *client)
{
    if (!client->is_over && client->part != NULL && client->part->drained != NULL)
        client->part->drained(client->part_data);
}

void ytops_relay_client_detach(YtopsRelayClient *client)
{
    client->is_detached = TRUE;
    relay_client_end(client, NULL);
    relay_client_unref(client);
}
