/*
 * What a stream was doing at one moment, as plain data: taken on the relay's thread, which must not
 * be held up by the contract's objects, and made one of those elsewhere.
 */
#pragma once

#include "ytops/relay.h"
#include "ytops_relay_types.h"

typedef struct StreamSnapshot StreamSnapshot;

/* On the relay's thread. */
StreamSnapshot *stream_snapshot_new(YtopsRelayStream *stream);

/*
 * Takes the texts out of the snapshot, which stays the caller's to free. The URLs are given in full.
 * Any thread. Free with g_object_unref.
 */
YtopsStreamStatus *stream_snapshot_to_status(StreamSnapshot *snapshot);

void stream_snapshot_free(StreamSnapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamSnapshot, stream_snapshot_free)
