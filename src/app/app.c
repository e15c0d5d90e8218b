#include "app.h"

#include <unistd.h>

#include "drain.h"
#include "instance_service.h"
#include "lane_service.h"
#include "relay_service.h"
#include "relay_source.h"
#include "signals.h"
#include "ytops/embedded_redis.h"
#include "ytops/error.h"
#include "ytops/proxy_url.h"
#include "ytops/rpc_server.h"

#define HEARTBEAT_MS 15000

struct App {
    const YtopsConfig *config;
    char *instance_id;
    gint64 started_at;
    YtopsEmbeddedRedis *embedded_redis; /* NULL with --redis-url */
    YtopsRedisPool *redis;
    YtopsAccountManager *accounts;
    YtopsProxyManager *proxies;
    YtopsErrorPolicy *error_policy;
    YtopsWorkQueues *queues;
    YtopsTokenService *tokens; /* NULL on the management role */
    LaneService *lanes;
    YtopsRpcServer *rpc;
    HttpService *http;         /* NULL without --http-listen */
    RelayService *relay;       /* NULL without http, and on the management role */
    RelaySource *relay_source; /* NULL where the relay is */
    InstanceService *instance;
};

/* Unique per process, and readable: it names this worker in the rotation of the proxies. */
static char *make_instance_id(void)
{
    return g_strdup_printf("%s-%d-%04x", g_get_host_name(), (int)getpid(), g_random_int() & 0xffff);
}

static gboolean start_redis(App *app, GError **error)
{
    const YtopsConfig *config = app->config;
    YtopsRedisPoolOptions options = {
        .max_connections = (guint)(config->rpc_workers + config->token_workers + config->lanes + 5),
        .timeout_ms = (guint)config->redis_timeout_ms,
    };
    const char *url = config->redis_url;

    if (*url == '\0') {
        app->embedded_redis =
            ytops_embedded_redis_start(config->data_dir, config->redis_server, error);
        if (app->embedded_redis == NULL) {
            g_prefix_error(error, "the private Redis (--data-dir, --redis-server): ");
            return FALSE;
        }
        url = ytops_embedded_redis_get_url(app->embedded_redis);
    }
    app->redis = ytops_redis_pool_new(url, &options, error);
    if (app->redis == NULL)
        g_prefix_error(error, "--redis-url: ");
    return app->redis != NULL;
}

/* An unreachable Redis is no reason to stay down: calls say REDIS_UNAVAILABLE until it is back. */
static void check_redis(App *app)
{
    g_autoptr(GError) error = NULL;

    if (!ytops_redis_ping(app->redis, &error))
        ytops_log_warning("app", "Redis does not answer yet; calls fail until it does", "redis",
                          ytops_redis_pool_get_display_url(app->redis), "error", error->message,
                          NULL);
}

static void make_accounts(App *app)
{
    const YtopsConfig *config = app->config;
    YtopsAccountPolicy policy = {
        .active_duration_s = config->account_active_duration_min * 60,
        .cooldown_duration_s = config->account_cooldown_duration_min * 60,
        .failure_threshold = config->account_failure_threshold,
        .ban_duration_s = config->account_ban_duration_s,
    };

    app->accounts = ytops_account_manager_new(app->redis, &policy, app->instance_id, NULL);
}

static void make_queues(App *app)
{
    YtopsWorkQueuePolicy policy = {
        .lease_s = app->config->lease_s,
        .max_deliveries = app->config->max_deliveries,
    };

    app->queues = ytops_work_queues_new(app->redis, &policy, NULL);
}

static gboolean make_proxies(App *app, GError **error)
{
    const YtopsConfig *config = app->config;
    YtopsProxyPolicy policy = {
        .window_s = config->failure_window_s,
        .threshold_count = config->failure_threshold_count,
        .threshold_unique_accounts = config->failure_threshold_unique_accounts,
        .ban_duration_s = config->proxy_ban_duration_s,
    };
    g_autoptr(GPtrArray) list = ytops_proxy_list_parse(config->proxies, error);
    g_autoptr(GPtrArray) urls = g_ptr_array_new();

    if (list == NULL) {
        g_prefix_error(error, "--proxies: ");
        return FALSE;
    }
    for (guint i = 0; i < list->len; i++)
        g_ptr_array_add(urls, ((YtopsProxyUrl *)list->pdata[i])->text);
    g_ptr_array_add(urls, NULL);
    app->proxies =
        ytops_proxy_manager_new(app->redis, &policy, config->server_identity, app->instance_id,
                                (const char *const *)urls->pdata, NULL);
    if (list->len == 0 && config->service_role != YTOPS_ROLE_MANAGEMENT)
        ytops_log_warning("app",
                          "no proxies are configured (--proxies): getToken will raise "
                          "NO_ACTIVE_PROXIES",
                          NULL);
    return TRUE;
}

static gboolean split_ytdlp_args(const char *text, char ***args, GError **error)
{
    g_autoptr(GError) cause = NULL;

    *args = NULL;
    if (g_shell_parse_argv(text, NULL, args, &cause) ||
        g_error_matches(cause, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING))
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "--ytdlp-args: cannot split '%s' into words: %s", text, cause->message);
    return FALSE;
}

static gboolean start_tokens(App *app, GError **error)
{
    const YtopsConfig *config = app->config;
    g_auto(GStrv) ytdlp_args = NULL;
    YtopsTokenOptions options = {
        .runner = config->token_runner == YTOPS_RUNNER_WARM ? YTOPS_TOKEN_RUNNER_WARM
                                                            : YTOPS_TOKEN_RUNNER_COMMAND,
        .workers = (guint)config->token_workers,
        .queue_limit = (guint)config->token_queue_limit,
        .cache_ttl_s = config->token_cache_ttl,
        .cookies_dir = config->cookies_dir,
        .pot_provider_url = config->pot_provider_url,
        .python = config->python,
        .worker_script = config->worker_script,
        .ytdlp = config->ytdlp,
        .server_identity = config->server_identity,
        .worker_max_jobs = (guint)config->worker_max_jobs,
        .worker_max_rss_mib = (guint)config->worker_max_rss_mib,
    };

    app->error_policy = ytops_error_policy_new(config->error_policy, error);
    if (app->error_policy == NULL) {
        g_prefix_error(error, "--error-policy: ");
        return FALSE;
    }
    if (config->service_role == YTOPS_ROLE_MANAGEMENT)
        return TRUE;
    if (!split_ytdlp_args(config->ytdlp_args, &ytdlp_args, error))
        return FALSE;
    options.ytdlp_args = (const char *const *)ytdlp_args;
    app->tokens =
        ytops_token_service_new(&options, app->accounts, app->proxies, app->error_policy, error);
    return app->tokens != NULL;
}

static gboolean make_lanes(App *app, GError **error)
{
    YtopsLaneParts parts = {
        .redis = app->redis,
        .queues = app->queues,
        .accounts = app->accounts,
        .proxies = app->proxies,
        .tokens = app->tokens,
        .errors = app->error_policy,
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
        .redis = app->redis,
        .accounts = app->accounts,
        .proxies = app->proxies,
        .error_policy = app->error_policy,
        .queues = app->queues,
        .lane_board = lane_service_get_board(app->lanes),
        .lane_crew = lane_service_get_crew(app->lanes),
        .tokens = app->tokens,
        .token_timeout_s = config->token_timeout_s,
        .relay_loop = app->relay != NULL ? http_service_get_loop(app->http) : NULL,
        .relay = app->relay != NULL ? relay_service_get_relay(app->relay) : NULL,
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
        .tokens = app->tokens,
        .proxies = app->proxies,
        .policy = app->error_policy,
        .timeout_s = app->config->token_timeout_s,
    };

    if (app->relay == NULL)
        return;
    options.loop = http_service_get_loop(app->http);
    options.relay = relay_service_get_relay(app->relay);
    app->relay_source = relay_source_new(&options);
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
        .redis = app->redis,
        .rpc = app->rpc,
        .tokens = app->tokens,
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
    if (!start_redis(app, error))
        return NULL;
    check_redis(app);
    make_accounts(app);
    make_queues(app);
    if (!make_proxies(app, error) || !start_tokens(app, error) || !make_lanes(app, error) ||
        !make_http(app, error))
        return NULL;
    start_relay_source(app);
    if (!start_rpc(app, error) || !start_http(app, error) || !lane_service_start(app->lanes, error))
        return NULL;
    start_instance(app);
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
                   app->instance_id, "redis", ytops_redis_pool_get_display_url(app->redis), NULL);
}

/* Failing is no news worth a line a time: whatever needs Redis next says so. */
static void beat(App *app)
{
    g_autoptr(GError) error = NULL;

    if (app->config->service_role == YTOPS_ROLE_MANAGEMENT ||
        !ytops_proxy_manager_was_used(app->proxies))
        return;
    if (!ytops_proxy_manager_heartbeat(app->proxies, &error))
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
    instance_service_set_draining(app->instance);
    drain(app->rpc, app->tokens, app->http, lane_service_get_crew(app->lanes),
          app->config->drain_grace_s, app->config->drain_timeout_s);
    if (app->config->service_role != YTOPS_ROLE_MANAGEMENT)
        ytops_proxy_manager_leave(app->proxies, NULL);
    ytops_log_info("app", "stopped", NULL);
}

void app_free(App *app)
{
    if (app == NULL)
        return;
    instance_service_free(app->instance);
    ytops_rpc_server_free(app->rpc);
    http_service_close(app->http);
    relay_source_free(app->relay_source);
    relay_service_free(app->relay);
    http_service_free(app->http);
    lane_service_free(app->lanes);
    ytops_token_service_free(app->tokens);
    ytops_error_policy_free(app->error_policy);
    ytops_work_queues_free(app->queues);
    ytops_proxy_manager_free(app->proxies);
    ytops_account_manager_free(app->accounts);
    ytops_redis_pool_free(app->redis);
    ytops_embedded_redis_stop(app->embedded_redis);
    g_free(app->instance_id);
    g_free(app);
}
