/*
 * A live stream: one upstream, whose pieces go to every client by reference.
 *
 * A new client waits for the first data, then starts with a burst of what is newest. A client that
 * has more than client_lag_bytes queued is dropped; nobody ever waits for it. While the upstream is
 * replaced the clients just wait, and what follows begins at a packet of MPEG-TS.
 */
#pragma once

#include "relay_stream.h"

/* Begins the upstream with the first client. */
void live_stream_attach(YtopsRelayStream *stream, YtopsRelayClient *client);

/* Goes on with an attempt whose head has just come. */
void live_stream_adopt(YtopsRelayStream *stream, Attempt *attempt, const UpstreamHead *head);

/* Leaves the upstream. NULL is fine. */
void live_stream_free(LiveStream *live);
