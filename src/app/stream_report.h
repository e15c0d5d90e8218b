/*
 * What the relay is doing, as JSON for the document of an instance: totals, and its streams, at most
 * STREAM_REPORT_LIMIT of them, those with clients first.
 */
#pragma once

#include "ytops/json.h"
#include "ytops/relay.h"
#include "ytops/relay_loop.h"

#define STREAM_REPORT_LIMIT 200

typedef struct StreamReport StreamReport;

/* Remembers the byte counts from one report to the next, for bit rates. Both must outlive it. */
StreamReport *stream_report_new(YtopsRelayLoop *loop, YtopsRelay *relay);
void stream_report_free(StreamReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamReport, stream_report_free)

/*
 * {total, clients, bytes_from_upstream, bytes_to_clients, bits_per_second, by_state, list}. One
 * thread at a time, never the loop's; waits for a turn of the loop. ytops_json_unref.
 */
YtopsJson *stream_report_make(StreamReport *report);
