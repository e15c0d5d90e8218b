#include "relay_metrics.h"

#include "relay_core.h"

static const YtopsMetricSpec STREAMS = {
    .type = YTOPS_METRIC_GAUGE,
    .name = "ytdlp_ops_relay_streams",
    .help = "Streams of the relay that exist now, by kind and state.",
    .labels = {"kind", "state"},
};
static const YtopsMetricSpec CLIENTS = {.type = YTOPS_METRIC_GAUGE,
                                        .name = "ytdlp_ops_relay_clients",
                                        .help = "Clients that watch now."};
static const YtopsMetricSpec CLIENTS_CONNECTED = {.type = YTOPS_METRIC_COUNTER,
                                                  .name = "ytdlp_ops_relay_clients_connected",
                                                  .help = "Clients that ever came."};
static const YtopsMetricSpec FROM_UPSTREAM = {.type = YTOPS_METRIC_COUNTER,
                                              .name = "ytdlp_ops_relay_from_upstream_bytes",
                                              .unit = "bytes",
                                              .help = "Media that came from upstreams."};
static const YtopsMetricSpec TO_CLIENTS = {.type = YTOPS_METRIC_COUNTER,
                                           .name = "ytdlp_ops_relay_to_clients_bytes",
                                           .unit = "bytes",
                                           .help = "Media that was sent to clients."};
static const YtopsMetricSpec ERRORS = {
    .type = YTOPS_METRIC_COUNTER,
    .name = "ytdlp_ops_relay_upstream_errors",
    .help = "Errors of upstreams, each of which leads to a retry, a failover or the end.",
    .labels = {"error"},
};
static const YtopsMetricSpec RETRIES = {.type = YTOPS_METRIC_COUNTER,
                                        .name = "ytdlp_ops_relay_retries",
                                        .help = "Retries of the same URL."};
static const YtopsMetricSpec FAILOVERS = {
    .type = YTOPS_METRIC_COUNTER,
    .name = "ytdlp_ops_relay_failovers",
    .help = "Moves of a stream to its next URL, by reason.",
    .labels = {"reason"},
};
static const YtopsMetricSpec FAILURES = {.type = YTOPS_METRIC_COUNTER,
                                         .name = "ytdlp_ops_relay_stream_failures",
                                         .help = "Times that a stream gave up."};

static RelayMetrics make(YtopsMetrics *metrics)
{
    return (RelayMetrics){
        .streams = ytops_metrics_add(metrics, &STREAMS),
        .clients = ytops_metric_get(ytops_metrics_add(metrics, &CLIENTS)),
        .clients_connected = ytops_metric_get(ytops_metrics_add(metrics, &CLIENTS_CONNECTED)),
        .bytes_from_upstream = ytops_metric_get(ytops_metrics_add(metrics, &FROM_UPSTREAM)),
        .bytes_to_clients = ytops_metric_get(ytops_metrics_add(metrics, &TO_CLIENTS)),
        .upstream_errors = ytops_metrics_add(metrics, &ERRORS),
        .retries = ytops_metric_get(ytops_metrics_add(metrics, &RETRIES)),
        .failovers = ytops_metrics_add(metrics, &FAILOVERS),
        .failures = ytops_metric_get(ytops_metrics_add(metrics, &FAILURES)),
    };
}

/* The gauges, which follow from what there is. */
static void collect(gpointer data)
{
    YtopsRelay *relay = data;
    guint counts[YTOPS_RELAY_HLS + 1][YTOPS_RELAY_FAILED + 1] = {0};
    guint clients = 0;

    for (guint i = 0; i < relay->streams->len; i++) {
        const YtopsRelayStream *stream = relay->streams->pdata[i];

        counts[stream->kind][stream->state]++;
        clients += stream->clients->len;
    }
    for (int kind = YTOPS_RELAY_AUTO; kind <= YTOPS_RELAY_HLS; kind++) {
        for (int state = YTOPS_RELAY_IDLE; state <= YTOPS_RELAY_FAILED; state++)
            ytops_metric_set(ytops_metric_get(relay->metrics.streams,
                                              ytops_relay_kind_to_string((YtopsRelayKind)kind),
                                              ytops_relay_state_to_string((YtopsRelayState)state)),
                             counts[kind][state]);
    }
    ytops_metric_set(relay->metrics.clients, clients);
}

void ytops_relay_set_metrics(YtopsRelay *relay, YtopsMetrics *metrics)
{
    relay->metrics = make(metrics);
    ytops_metrics_add_collector(metrics, collect, relay);
}

void relay_metrics_count_from_upstream(YtopsRelayStream *stream, gsize bytes)
{
    ytops_metric_add(stream->relay->metrics.bytes_from_upstream, (double)bytes);
}

void relay_metrics_count_to_clients(YtopsRelayStream *stream, gsize bytes)
{
    ytops_metric_add(stream->relay->metrics.bytes_to_clients, (double)bytes);
}

void relay_metrics_count_client(YtopsRelayStream *stream)
{
    ytops_metric_add(stream->relay->metrics.clients_connected, 1);
}

void relay_metrics_count_error(YtopsRelayStream *stream, RelayError error)
{
    ytops_metric_add(
        ytops_metric_get(stream->relay->metrics.upstream_errors, relay_error_to_string(error)), 1);
}

void relay_metrics_count_retry(YtopsRelayStream *stream)
{
    ytops_metric_add(stream->relay->metrics.retries, 1);
}

void relay_metrics_count_failover(YtopsRelayStream *stream, const char *reason)
{
    ytops_metric_add(ytops_metric_get(stream->relay->metrics.failovers, reason), 1);
}

void relay_metrics_count_failure(YtopsRelayStream *stream)
{
    ytops_metric_add(stream->relay->metrics.failures, 1);
}
