#include "rpc_metrics.h"

#include "reply_result.h"
#include "wire_reply.h"

static const YtopsMetricSpec CALLS = {
    .type = YTOPS_METRIC_COUNTER,
    .name = "ytdlp_ops_rpc_calls",
    .help =
        "RPC calls that ended, by method and result: ok, the errorCode, or PROTOCOL_ERROR for a "
        "message that is not understood.",
    .labels = {"method", "result"},
};

static const YtopsMetricSpec DURATION = {
    .type = YTOPS_METRIC_HISTOGRAM,
    .name = "ytdlp_ops_rpc_call_duration_seconds",
    .unit = "seconds",
    .help = "Time from the arrival of an RPC call to its reply, waiting included.",
    .labels = {"method"},
    .bounds = YTOPS_METRIC_SECONDS,
    .n_bounds = G_N_ELEMENTS(YTOPS_METRIC_SECONDS),
};

#define UNKNOWN_METHOD "unknown"

typedef struct {
    YtopsMetric *ok; /* NULL of an unknown method */
    YtopsMetric
        *duration; /* atomic; NULL until the first call: most methods are hardly ever used */
} MethodMetrics;

struct RpcMetrics {
    YtopsMetricFamily *calls;
    YtopsMetricFamily *duration;
    gsize n_methods;
    MethodMetrics *methods; /* as in the method table; behind them the one for unknown ones */
};

RpcMetrics *rpc_metrics_new(YtopsMetrics *registry)
{
    RpcMetrics *metrics = g_atomic_rc_box_new0(RpcMetrics);
    const RpcMethod *methods = method_table_get(&metrics->n_methods);

    metrics->calls = ytops_metrics_add(registry, &CALLS);
    metrics->duration = ytops_metrics_add(registry, &DURATION);
    metrics->methods = g_new0(MethodMetrics, metrics->n_methods + 1);
    for (gsize i = 0; i < metrics->n_methods; i++)
        metrics->methods[i].ok = ytops_metric_get(metrics->calls, methods[i].name, REPLY_RESULT_OK);
    return metrics;
}

RpcMetrics *rpc_metrics_ref(RpcMetrics *metrics)
{
    return g_atomic_rc_box_acquire(metrics);
}

static void clear(gpointer data)
{
    g_free(((RpcMetrics *)data)->methods);
}

void rpc_metrics_unref(RpcMetrics *metrics)
{
    g_atomic_rc_box_release_full(metrics, clear);
}

static const char *result_of(const GByteArray *reply, WireEncoding encoding, gboolean framed)
{
    gsize skipped = framed ? WIRE_REPLY_FRAME_BYTES : 0;

    if (reply == NULL || reply->len < skipped)
        return REPLY_RESULT_PROTOCOL;
    return reply_result_read(reply->data + skipped, reply->len - skipped, encoding);
}

static YtopsMetric *duration_of(RpcMetrics *metrics, MethodMetrics *method, const char *name)
{
    YtopsMetric *duration = g_atomic_pointer_get(&method->duration);

    if (duration == NULL) {
        duration = ytops_metric_get(metrics->duration, name);
        g_atomic_pointer_set(&method->duration, duration);
    }
    return duration;
}

void rpc_metrics_count(RpcMetrics *metrics, const RpcMethod *method, WireEncoding encoding,
                       gboolean framed, const GByteArray *reply, gint64 arrived_us)
{
    gsize n_methods;
    gsize index =
        method != NULL ? (gsize)(method - method_table_get(&n_methods)) : metrics->n_methods;
    MethodMetrics *own = &metrics->methods[index];
    const char *result = result_of(reply, encoding, framed);
    const char *name = method != NULL ? method->name : UNKNOWN_METHOD;

    if (own->ok != NULL && g_str_equal(result, REPLY_RESULT_OK))
        ytops_metric_add(own->ok, 1);
    else
        ytops_metric_add(ytops_metric_get(metrics->calls, name, result), 1);
    ytops_metric_observe(duration_of(metrics, own, name),
                         (double)(g_get_monotonic_time() - arrived_us) / G_USEC_PER_SEC);
}
