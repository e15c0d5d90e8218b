#include "health_service.h"

#include "health_watch.h"
#include "ytops/log.h"
#include "ytops/ticker.h"

#define SAMPLE_US (G_USEC_PER_SEC / 2)
#define STATUS_US (10 * G_USEC_PER_SEC)
/* A worker that is being replaced is no reason to send requests elsewhere. */
#define WORKERS_GONE_US (15 * G_USEC_PER_SEC)

struct HealthService {
    HealthServiceParts parts;
    InstanceService *instance; /* atomic; NULL until everything runs */
    gint draining;             /* atomic */
    const char *stuck;         /* atomic; NULL: it gets on */
    gint workers_ready;        /* atomic; one was ready not long ago, or there are none */
    gint turn_pending;         /* atomic; the HTTP loop was asked to turn */
    gint64 http_turned_us;     /* atomic */

    /* Of the thread alone. */
    HealthWatch watch;
    gint64 workers_ready_us;
    gint64 watchdog_sent_us;
    gint64 status_sent_us;

    YtopsTicker *ticker;
};

/* ---- looking ---------------------------------------------------------------------------------- */

static void turn(gpointer data)
{
    HealthService *service = data;

    __atomic_store_n(&service->http_turned_us, g_get_monotonic_time(), __ATOMIC_RELAXED);
    g_atomic_int_set(&service->turn_pending, FALSE);
}

static HealthSample take_sample(HealthService *service)
{
    YtopsRpcPulse pulse;
    HealthSample sample;

    ytops_rpc_server_get_pulse(service->parts.rpc, &pulse);
    sample = (HealthSample){
        .now_us = g_get_monotonic_time(),
        .rpc_turned_us = pulse.loop_turned_us,
        .http_turned_us = g_get_monotonic_time(),
        .calls_queued = pulse.calls_queued,
        .calls_ended = pulse.calls_ended,
    };
    if (service->parts.http == NULL)
        return sample;
    sample.http_turned_us = __atomic_load_n(&service->http_turned_us, __ATOMIC_RELAXED);
    if (g_atomic_int_compare_and_exchange(&service->turn_pending, FALSE, TRUE))
        ytops_relay_loop_invoke(http_service_get_loop(service->parts.http), turn, service);
    return sample;
}

static void look_at_workers(HealthService *service, gint64 now_us)
{
    YtopsTokenService *tokens = service->parts.tokens;

    if (tokens == NULL || ytops_token_service_count_ready(tokens) > 0)
        service->workers_ready_us = now_us;
    g_atomic_int_set(&service->workers_ready,
                     service->workers_ready_us > 0 &&
                         now_us - service->workers_ready_us < WORKERS_GONE_US);
}

static void set_stuck(HealthService *service, const char *stuck)
{
    const char *before = g_atomic_pointer_get(&service->stuck);

    if (stuck != NULL && before == NULL)
        ytops_log_error("app", "the server is stuck", "reason", stuck, NULL);
    if (stuck == NULL && before != NULL)
        ytops_log_warning("app", "the server gets on again", "reason", before, NULL);
    g_atomic_pointer_set(&service->stuck, stuck);
}

static void tell_manager(HealthService *service, gint64 now_us)
{
    gint64 watchdog_us = notify_get_watchdog_us(service->parts.notify);
    YtopsTokenService *tokens = service->parts.tokens;
    g_autofree char *status = NULL;

    if (service->stuck == NULL && watchdog_us > 0 &&
        now_us - service->watchdog_sent_us >= watchdog_us / 2 - (gint64)SAMPLE_US / 2) {
        service->watchdog_sent_us = now_us;
        notify_send(service->parts.notify, "WATCHDOG=1");
    }
    if (now_us - service->status_sent_us < (gint64)STATUS_US ||
        g_atomic_pointer_get(&service->instance) == NULL || g_atomic_int_get(&service->draining))
        return;
    service->status_sent_us = now_us;
    status =
        g_strdup_printf("STATUS=serving: %u RPC connections, %u token jobs running, %u waiting",
                        ytops_rpc_server_count_connections(service->parts.rpc),
                        tokens != NULL ? ytops_token_service_count_running(tokens) : 0,
                        tokens != NULL ? ytops_token_service_count_waiting(tokens) : 0);
    notify_send(service->parts.notify, status);
}

/* The pause until the next look. */
static gint64 step_us(const HealthService *service)
{
    gint64 watchdog_us = notify_get_watchdog_us(service->parts.notify);

    return watchdog_us > 0 ? CLAMP(watchdog_us / 4, 1000, (gint64)SAMPLE_US) : (gint64)SAMPLE_US;
}

static gint64 look(gpointer data)
{
    HealthService *service = data;
    HealthSample sample = take_sample(service);

    set_stuck(service, health_watch_judge(&service->watch, &sample));
    look_at_workers(service, sample.now_us);
    tell_manager(service, sample.now_us);
    return step_us(service);
}

/* ---- answering -------------------------------------------------------------------------------- */

static void answer(YtopsHttpExchange *exchange, const char *good, const char *bad,
                   YtopsJson *reasons)
{
    gboolean is_good = ytops_json_length(reasons) == 0;
    g_autoptr(YtopsJson) json = ytops_json_object_new();

    ytops_json_set_string(json, "status", is_good ? good : bad);
    ytops_json_set_take(json, "reasons", reasons);
    ytops_http_exchange_set_header(exchange, "Cache-Control", "no-store");
    ytops_http_exchange_respond_json(exchange, is_good ? 200 : 503, json);
}

static void answer_alive(YtopsHttpExchange *exchange, gpointer data)
{
    HealthService *service = data;
    const char *stuck = g_atomic_pointer_get(&service->stuck);
    YtopsJson *reasons = ytops_json_array_new();

    if (stuck != NULL)
        ytops_json_append_string(reasons, stuck);
    answer(exchange, "alive", "stuck", reasons);
}

static void answer_ready(YtopsHttpExchange *exchange, gpointer data)
{
    HealthService *service = data;
    InstanceService *instance = g_atomic_pointer_get(&service->instance);
    const char *stuck = g_atomic_pointer_get(&service->stuck);
    YtopsJson *reasons = ytops_json_array_new();

    if (g_atomic_int_get(&service->draining))
        ytops_json_append_string(reasons, "the server is draining");
    if (stuck != NULL)
        ytops_json_append_string(reasons, stuck);
    if (instance == NULL)
        ytops_json_append_string(reasons, "the server is starting");
    else if (!instance_service_is_heard(instance))
        ytops_json_append_string(reasons, "Redis does not answer");
    if (!g_atomic_int_get(&service->workers_ready))
        ytops_json_append_string(reasons, "no token worker is ready");
    answer(exchange, "ready", "not ready", reasons);
}

static void build(YtopsHttpServer *server, gpointer data)
{
    ytops_http_server_add_route(server, "GET", "/healthz", YTOPS_HTTP_PUBLIC, answer_alive, data);
    ytops_http_server_add_route(server, "GET", "/readyz", YTOPS_HTTP_PUBLIC, answer_ready, data);
}

/* ---- for the app ------------------------------------------------------------------------------ */

HealthService *health_service_new(const HealthServiceParts *parts)
{
    HealthService *service = g_new0(HealthService, 1);

    service->parts = *parts;
    service->http_turned_us = g_get_monotonic_time();
    if (parts->http != NULL)
        http_service_add(parts->http, build, service);
    service->ticker = ytops_ticker_new("health", look, service);
    return service;
}

void health_service_set_started(HealthService *service, InstanceService *instance)
{
    g_atomic_pointer_set(&service->instance, instance);
    notify_send(service->parts.notify, "READY=1\nSTATUS=serving");
}

void health_service_set_draining(HealthService *service)
{
    g_atomic_int_set(&service->draining, TRUE);
    notify_send(service->parts.notify,
                "STOPPING=1\nSTATUS=draining: calls in work are finished, no new ones are taken");
}

static void do_nothing(gpointer data G_GNUC_UNUSED)
{
}

void health_service_free(HealthService *service)
{
    if (service == NULL)
        return;
    ytops_ticker_free(service->ticker);
    /* A turn that was asked for last is over when this, which comes after it, is. */
    if (service->parts.http != NULL)
        ytops_relay_loop_call(http_service_get_loop(service->parts.http), do_nothing, NULL);
    g_free(service);
}
