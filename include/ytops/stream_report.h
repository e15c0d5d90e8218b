/*
 * What the relay is doing, as JSON for the document of an instance: totals, and its streams, at most
 * YTOPS_STREAM_REPORT_LIMIT of them, those with clients first.
 */
#pragma once

#include "ytops/json.h"
#include "ytops/relay.h"
#include "ytops/relay_loop.h"

#define YTOPS_STREAM_REPORT_LIMIT 200

typedef struct YtopsStreamReport YtopsStreamReport;

/* Remembers the byte counts from one report to the next, for bit rates. Both must outlive it. */
YtopsStreamReport *ytops_stream_report_new(YtopsRelayLoop *loop, YtopsRelay *relay);
void ytops_stream_report_free(YtopsStreamReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsStreamReport, ytops_stream_report_free)

/*
 * {total, clients, bytes_from_upstream, bytes_to_clients, bits_per_second, by_state, list}. One
 * thread at a time, never the loop's; waits for a turn of the loop. ytops_json_unref.
 */
YtopsJson *ytops_stream_report_make(YtopsStreamReport *report);
