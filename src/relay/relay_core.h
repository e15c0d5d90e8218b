/* The relay itself, as its own files see it. */
#pragma once

#include "relay_metrics.h"
#include "relay_stream.h"
#include "signed_url.h"
#include "upstream.h"

struct YtopsRelay {
    uv_loop_t *loop;
    Upstream *upstream;
    YtopsRelaySettings settings;
    YtopsRelayListener listener;
    gpointer listener_data;
    YtopsRelaySource source; /* empty: none */
    gpointer source_data;
    SignedUrlKey key;   /* of rewritten HLS addresses */
    GHashTable *by_id;  /* borrowed id -> YtopsRelayStream, owned */
    GPtrArray *streams; /* borrowed, oldest first */
    RelayMetrics metrics;
};

/* Streams hold one, so that one of them may close the relay from within an event. */
YtopsRelay *relay_core_ref(YtopsRelay *relay);
void relay_core_unref(YtopsRelay *relay);

/* Completes the event with the stream and the time, logs it and tells the listener. */
void relay_core_emit(YtopsRelayStream *stream, YtopsRelayEvent *event);
