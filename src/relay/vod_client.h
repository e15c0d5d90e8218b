/*
 * A client with an upstream of its own: a file, a range of it, or a segment.
 *
 * Until the first byte is there the client has seen nothing, and every attempt starts anew. From
 * then on only the very next byte of the very same file will do; else its connection is broken. A
 * client that is slow pauses its upstream.
 */
#pragma once

#include "relay_stream.h"

/* Begins to fetch the stream's URL for the client. */
void vod_client_attach(YtopsRelayStream *stream, YtopsRelayClient *client);

/* Goes on with an attempt whose head has just come; as AttemptEvents.on_head. */
gboolean vod_client_adopt(YtopsRelayClient *client, Attempt *attempt, const UpstreamHead *head,
                          const char **why);
