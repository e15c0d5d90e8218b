/* Calls by method and result, and how long they took, as metrics. Thread-safe. */
#pragma once

#include "message_header.h"
#include "method_table.h"
#include "ytops/metrics.h"

typedef struct RpcMetrics RpcMetrics;

/*
 * Reference counted, because a token job can end after the server is gone. `metrics` must outlive the
 * last reference; NULL: nothing is measured.
 */
RpcMetrics *rpc_metrics_new(YtopsMetrics *metrics);
RpcMetrics *rpc_metrics_ref(RpcMetrics *metrics);
void rpc_metrics_unref(RpcMetrics *metrics);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RpcMetrics, rpc_metrics_unref)

/*
 * Counts a call that came at arrived_us, monotonic, and ends now. method NULL: unknown. `reply`
 * begins after a frame's length where `framed`; NULL: it could not be encoded.
 */
void rpc_metrics_count(RpcMetrics *metrics, const RpcMethod *method, WireEncoding encoding,
                       gboolean framed, const GByteArray *reply, gint64 arrived_us);
