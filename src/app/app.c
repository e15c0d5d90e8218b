#include "app.h"

#include <unistd.h>

#include "drain.h"
#include "early_stop.h"
#include "foundation.h"
#include "health_service.h"
#include "instance_service.h"
#include "lane_service.h"
#include "metrics_service.h"
#include "relay_service.h"
#include "relay_source.h"
#include "signals.h"
#include "status_service.h"
#include "ytops/rpc_server.h"

#define HEARTBEAT_MS 15000

struct App {
    const YtopsConfig *config;
    char *instance_id;
    gint64 started_at;
    Notify *notify;
    YtopsMetrics *metrics;
    Foundation *base;
    LaneService *lanes;
    YtopsRpcServer *rpc;
    HttpService *http;         /* NULL without --http-listen */
    RelayService *relay;       /* NULL without http, and on the management role */
    RelaySource *relay_source; /* NULL where the relay is */
    StatusService *status;     /* NULL without http, and on the worker role */
    InstanceService *instance;
    MetricsService *measuring;
    HealthService *health;
};

/* Unique per process, and readable: it names this worker in the rotation of the proxies. */
static char *make_instance_id(void)
{
    return g_strdup_printf("%s-%d-%04x", g_get_host_name(), (int)getpid(), g_random_int() & 0xffff);
}

static Foundation *make_foundation(App *app, GError **error)
{
    g_autoptr(EarlyStop) stop = early_stop_new();

    return foundation_new(app->config, app->instance_id, app->metrics, error);
}

static gboolean make_lanes(App *app, GError **error)
{
    YtopsLaneParts parts = {
        .redis = app->base->redis,
        .queues = app->base->queues,
        .accounts = app->base->accounts,
        .proxies = app->base->proxies,
        .tokens = app->base->tokens,
        .errors = app->base->error_policy,
    };

    app->lanes = lane_service_new(app->config, app->instance_id, &parts, error);
    return app->lanes != NULL;
}

static gboolean start_rpc(App *app, GError **error)
{
    const YtopsConfig *config = app->config;
    YtopsRpcOptions options = {
        .listen = config->listen,
        .port = (guint16)config->port,
        .frame_limit = (gsize)config->frame_limit_mib * 1024 * 1024,
        .connection_limit = (guint)config->connection_limit,
        .call_limit = (guint)config->call_limit,
        .workers = (guint)config->rpc_workers,
        .idle_timeout_s = (guint)config->idle_timeout_s,
    };
    YtopsRpcServices services = {
        .role = config->service_role,
        .server_identity = config->server_identity,
        .instance_id = app->instance_id,
        .started_at = app->started_at,
        .redis = app->base->redis,
        .accounts = app->base->accounts,
        .proxies = app->base->proxies,
        .error_policy = app->base->error_policy,
        .queues = app->base->queues,
        .lane_board = lane_service_get_board(app->lanes),
        .lane_crew = lane_service_get_crew(app->lanes),
        .tokens = app->base->tokens,
        .token_timeout_s = config->token_timeout_s,
        .relay_loop = app->relay != NULL ? http_service_get_loop(app->http) : NULL,
        .relay = app->relay != NULL ? relay_service_get_relay(app->relay) : NULL,
        .metrics = app->metrics,
    };

    app->rpc = ytops_rpc_server_new(&options, &services, error);
    if (app->rpc == NULL)
        g_prefix_error(error, "--listen, --port: ");
    return app->rpc != NULL;
}

static gboolean make_http(App *app, GError **error)
{
    if (*app->config->http_listen == '\0')
        return TRUE;
    app->http = http_service_new(app->config, error);
    if (app->http == NULL || app->config->service_role == YTOPS_ROLE_MANAGEMENT)
        return app->http != NULL;
    app->relay = relay_service_new(app->config, app->http, error);
    return app->relay != NULL;
}

static void start_relay_source(App *app)
{
    RelaySourceOptions options = {
        .tokens = app->base->tokens,
        .proxies = app->base->proxies,
        .policy = app->base->error_policy,
        .timeout_s = app->config->token_timeout_s,
    };

    if (app->relay == NULL)
        return;
    options.loop = http_service_get_loop(app->http);
    options.relay = relay_service_get_relay(app->relay);
    app->relay_source = relay_source_new(&options);
}

static void start_measuring(App *app)
{
    MetricsServiceParts parts = {
        .config = app->config,
        .metrics = app->metrics,
        .rpc = app->rpc,
        .http = app->http,
        .relay = app->relay,
        .pools =
            {
                .role = app->config->service_role,
                .server_identity = app->config->server_identity,
                .failure_threshold_count = app->config->failure_threshold_count,
                .failure_threshold_unique_accounts = app->config->failure_threshold_unique_accounts,
                .metrics = app->metrics,
                .accounts = app->base->accounts,
                .proxies = app->base->proxies,
                .queues = app->base->queues,
                .board = lane_service_get_board(app->lanes),
            },
    };

    if (app->http != NULL)
        app->measuring = metrics_service_new(&parts);
}

static void start_health(App *app)
{
    HealthServiceParts parts = {
        .notify = app->notify,
        .rpc = app->rpc,
        .tokens = app->base->tokens,
        .http = app->http,
    };

    app->health = health_service_new(&parts);
}

static void make_status(App *app)
{
    YtopsStatusSources sources = {
        .role = app->config->service_role,
        .instance_id = app->instance_id,
        .server_identity = app->config->server_identity,
        .started_at = app->started_at,
        .redis = app->base->redis,
        .accounts = app->base->accounts,
        .proxies = app->base->proxies,
        .queues = app->base->queues,
        .lane_board = lane_service_get_board(app->lanes),
    };

    if (app->http != NULL && app->config->service_role != YTOPS_ROLE_WORKER)
        app->status = status_service_new(app->http, &sources);
}

static gboolean start_http(App *app, GError **error)
{
    return app->http == NULL || http_service_start(app->http, error);
}

static void start_instance(App *app)
{
    InstanceServiceParts parts = {
        .config = app->config,
        .instance_id = app->instance_id,
        .started_at = app->started_at,
        .redis = app->base->redis,
        .rpc = app->rpc,
        .tokens = app->base->tokens,
        .http = app->http,
        .relay = app->relay,
    };

    app->instance = instance_service_new(&parts);
}

App *app_new(const YtopsConfig *config, GError **error)
{
    g_autoptr(App) app = g_new0(App, 1);

    app->config = config;
    app->instance_id = make_instance_id();
    app->started_at = g_get_real_time() / G_USEC_PER_SEC;
    app->notify = notify_new();
    app->metrics = ytops_metrics_new();
    app->base = make_foundation(app, error);
    if (app->base == NULL || !make_lanes(app, error) || !make_http(app, error))
        return NULL;
    start_relay_source(app);
    make_status(app);
    if (!start_rpc(app, error))
        return NULL;
    start_measuring(app);
    start_health(app);
    if (!start_http(app, error) || !lane_service_start(app->lanes, error))
        return NULL;
    start_instance(app);
    health_service_set_started(app->health, app->instance);
    return g_steal_pointer(&app);
}

static void log_ready(App *app)
{
    const char *http_port =
        app->http != NULL ? YTOPS_LOG_INT(http_service_get_port(app->http)) : NULL;

    ytops_log_info("app", "ready", "version", YTOPS_VERSION, "service_role",
                   ytops_role_to_string(app->config->service_role), "listen", app->config->listen,
                   "port", YTOPS_LOG_INT(ytops_rpc_server_get_port(app->rpc)), "http_port",
                   http_port, "server_identity", app->config->server_identity, "instance_id",
                   app->instance_id, "redis", ytops_redis_pool_get_display_url(app->base->redis),
                   NULL);
}

/* Failing is no news worth a line a time: whatever needs Redis next says so. */
static void beat(App *app)
{
    g_autoptr(GError) error = NULL;

    if (app->config->service_role == YTOPS_ROLE_MANAGEMENT ||
        !ytops_proxy_manager_was_used(app->base->proxies))
        return;
    if (!ytops_proxy_manager_heartbeat(app->base->proxies, &error))
        ytops_log_debug("app", "heartbeat failed", "error", error->message, NULL);
}

static void reload(App *app)
{
    g_autoptr(GError) error = NULL;
    YtopsLogLevel level;

    if (ytops_config_reread_log_level(app->config, &level, &error)) {
        ytops_log_set_level(level);
        ytops_log_info("app", "log level read again", "level", ytops_log_level_to_string(level),
                       NULL);
    } else if (error != NULL) {
        ytops_log_warning("app", error->message, NULL);
    } else {
        ytops_log_warning("app",
                          "SIGHUP has nothing to read: the log level did not come from "
                          "--log-level-file",
                          NULL);
    }
}

void app_run(App *app)
{
    SignalsEvent event;

    log_ready(app);
    while ((event = signals_wait(HEARTBEAT_MS)) != SIGNALS_STOP) {
        if (event == SIGNALS_RELOAD)
            reload(app);
        else
            beat(app);
    }
    health_service_set_draining(app->health);
    instance_service_set_draining(app->instance);
    metrics_service_set_draining(app->measuring);
    drain(app->rpc, app->base->tokens, app->http, lane_service_get_crew(app->lanes),
          app->config->drain_grace_s, app->config->drain_timeout_s);
    if (app->config->service_role != YTOPS_ROLE_MANAGEMENT)
        ytops_proxy_manager_leave(app->base->proxies, NULL);
    ytops_log_info("app", "stopped", NULL);
}

void app_free(App *app)
{
    if (app == NULL)
        return;
    http_service_close(app->http);
    health_service_free(app->health);
    instance_service_free(app->instance);
    metrics_service_free(app->measuring);
    ytops_rpc_server_free(app->rpc);
    relay_source_free(app->relay_source);
    status_service_free(app->status);
    relay_service_free(app->relay);
    http_service_free(app->http);
    lane_service_free(app->lanes);
    foundation_free(app->base);
    ytops_metrics_free(app->metrics);
    notify_free(app->notify);
    g_free(app->instance_id);
    g_free(app);
}
