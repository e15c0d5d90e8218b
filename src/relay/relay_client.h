/*
 * A client of a stream: its request, its events, and the one place where it ends.
 *
 *   attach -> [head] -> [data ...] -> end -> detach, which frees
 *
 * How it is served is its part: live, VOD, HLS, or waiting for the kind to be known. Whoever calls
 * an event must hold a reference and look at is_over afterwards: the other side may detach in it.
 */
#pragma once

#include "ytops/relay.h"

/* How a client is served. The part is freed when the client is over. */
typedef struct {
    void (*drained)(gpointer part); /* NULL: of no interest */
    void (*free)(gpointer part);
} RelayClientPart;

struct YtopsRelayClient {
    YtopsRelayStream *stream;       /* NULL: over */
    YtopsRelayStream *probe_stream; /* whose kind it waits for; stays */
    YtopsRelayClientEvents events;
    gpointer data;
    char *id;
    gboolean is_head;
    char *range;
    char *if_range;
    char *resource;
    char *base_path;
    char *query;
    char *peer;
    gboolean has_head; /* on_head was called */
    gboolean is_over;
    gboolean is_detached;
    guint64 bytes_served;
    const RelayClientPart *part;
    gpointer part_data;
};

YtopsRelayClient *relay_client_new(YtopsRelayStream *stream, const YtopsRelayRequest *request,
                                   const YtopsRelayClientEvents *events, gpointer data);
YtopsRelayClient *relay_client_ref(YtopsRelayClient *client);
void relay_client_unref(YtopsRelayClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsRelayClient, relay_client_unref)

/* Frees the part that serves it now and takes the next; both may be NULL. */
void relay_client_set_part(YtopsRelayClient *client, const RelayClientPart *part,
                           gpointer part_data);

void relay_client_send_head(YtopsRelayClient *client, const YtopsRelayHead *head);
void relay_client_send(YtopsRelayClient *client, GBytes *piece);
gsize relay_client_get_queued(YtopsRelayClient *client);

/* The end, error NULL: complete. Does nothing for a client that is over. */
void relay_client_end(YtopsRelayClient *client, const GError *error);
