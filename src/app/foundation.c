#include "foundation.h"

#include "ytops/error.h"
#include "ytops/lane_crew.h"
#include "ytops/proxy_url.h"

static gboolean start_redis(Foundation *base, GError **error)
{
    const YtopsConfig *config = base->config;
    YtopsRedisPoolOptions options = {
        /* They are opened as they are needed; lanes can be started at any time. */
        .max_connections =
            (guint)(config->rpc_workers + config->token_workers + YTOPS_LANE_CREW_MOST + 7),
        .timeout_ms = (guint)config->redis_timeout_ms,
        .metrics = base->metrics,
    };
    const char *url = config->redis_url;

    if (*url == '\0') {
        base->embedded_redis =
            ytops_embedded_redis_start(config->data_dir, config->redis_server, error);
        if (base->embedded_redis == NULL) {
            g_prefix_error(error, "the private Redis (--data-dir, --redis-server): ");
            return FALSE;
        }
        url = ytops_embedded_redis_get_url(base->embedded_redis);
    }
    base->redis = ytops_redis_pool_new(url, &options, error);
    if (base->redis == NULL)
        g_prefix_error(error, "--redis-url: ");
    return base->redis != NULL;
}

/* An unreachable Redis is no reason to stay down: calls say REDIS_UNAVAILABLE until it is back. */
static void check_redis(Foundation *base)
{
    g_autoptr(GError) error = NULL;

    if (!ytops_redis_ping(base->redis, &error))
        ytops_log_warning("app", "Redis does not answer yet; calls fail until it does", "redis",
                          ytops_redis_pool_get_display_url(base->redis), "error", error->message,
                          NULL);
}

static void make_accounts(Foundation *base)
{
    const YtopsConfig *config = base->config;
    YtopsAccountPolicy policy = {
        .active_duration_s = config->account_active_duration_min * 60,
        .cooldown_duration_s = config->account_cooldown_duration_min * 60,
        .failure_threshold = config->account_failure_threshold,
        .ban_duration_s = config->account_ban_duration_s,
    };

    base->accounts = ytops_account_manager_new(base->redis, &policy, base->instance_id, NULL);
}

static void make_queues(Foundation *base)
{
    YtopsWorkQueuePolicy policy = {
        .lease_s = base->config->lease_s,
        .max_deliveries = base->config->max_deliveries,
    };

    base->queues = ytops_work_queues_new(base->redis, &policy, NULL);
}

static gboolean make_proxies(Foundation *base, GError **error)
{
    const YtopsConfig *config = base->config;
    YtopsProxyPolicy policy = {
        .window_s = config->failure_window_s,
        .threshold_count = config->failure_threshold_count,
        .threshold_unique_accounts = config->failure_threshold_unique_accounts,
        .ban_duration_s = config->proxy_ban_duration_s,
    };
    g_autoptr(GPtrArray) list = ytops_proxy_list_parse(config->proxies, error);
    g_autoptr(GPtrArray) urls = g_ptr_array_new();
    gboolean takes_turns = config->service_role != YTOPS_ROLE_MANAGEMENT;

    if (list == NULL) {
        g_prefix_error(error, "--proxies: ");
        return FALSE;
    }
    for (guint i = 0; takes_turns && i < list->len; i++)
        g_ptr_array_add(urls, ((YtopsProxyUrl *)list->pdata[i])->text);
    g_ptr_array_add(urls, NULL);
    base->proxies =
        ytops_proxy_manager_new(base->redis, &policy, config->server_identity, base->instance_id,
                                (const char *const *)urls->pdata, NULL);
    if (list->len > 0 && !takes_turns)
        ytops_log_info("app",
                       "--proxies is not used: the role management makes no tokens, and shows the "
                       "proxies of the workers",
                       NULL);
    if (list->len == 0 && takes_turns)
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

static gboolean start_tokens(Foundation *base, GError **error)
{
    const YtopsConfig *config = base->config;
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
        .metrics = base->metrics,
    };

    base->error_policy = ytops_error_policy_new(config->error_policy, error);
    if (base->error_policy == NULL)
        return FALSE;
    if (config->service_role == YTOPS_ROLE_MANAGEMENT)
        return TRUE;
    if (!split_ytdlp_args(config->ytdlp_args, &ytdlp_args, error))
        return FALSE;
    options.ytdlp_args = (const char *const *)ytdlp_args;
    base->tokens =
        ytops_token_service_new(&options, base->accounts, base->proxies, base->error_policy, error);
    return base->tokens != NULL;
}

Foundation *foundation_new(const YtopsConfig *config, const char *instance_id,
                           YtopsMetrics *metrics, GError **error)
{
    g_autoptr(Foundation) base = g_new0(Foundation, 1);

    base->config = config;
    base->instance_id = instance_id;
    base->metrics = metrics;
    if (!start_redis(base, error))
        return NULL;
    check_redis(base);
    make_accounts(base);
    make_queues(base);
    if (!make_proxies(base, error) || !start_tokens(base, error))
        return NULL;
    return g_steal_pointer(&base);
}

void foundation_free(Foundation *base)
{
    if (base == NULL)
        return;
    ytops_token_service_free(base->tokens);
    ytops_error_policy_free(base->error_policy);
    ytops_work_queues_free(base->queues);
    ytops_proxy_manager_free(base->proxies);
    ytops_account_manager_free(base->accounts);
    ytops_redis_pool_free(base->redis);
    ytops_embedded_redis_stop(base->embedded_redis);
    g_free(base);
}
