/*
 * Finds out what kind of stream an AUTO one is, by the response to its first client, whose fetch is
 * then gone on with: nothing is asked for twice. Other clients wait for it.
 */
#pragma once

#include "relay_stream.h"

/* Begins with the first client; the client is served when the kind is known. */
void kind_probe_attach(YtopsRelayStream *stream, YtopsRelayClient *client);

/* NULL is fine. */
void kind_probe_free(KindProbe *probe);
