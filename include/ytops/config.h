/*
 * The daemon's settings. One table (src/config/option_table.c) gives each its flag, environment
 * names, default, limits, help and documentation.
 *
 * A value comes from the first of: --flag, --flag-file, YTDLP_OPS_FLAG, YTDLP_OPS_FLAG_FILE, the
 * name that earlier deployments used (with and without _FILE), the default. A *-file or *_FILE
 * names a file that holds the value.
 */
#pragma once

#include "ytops/completion.h"
#include "ytops/log.h"
#include "ytops/role.h"

typedef enum {
    YTOPS_CONFIG_RUN,
    YTOPS_CONFIG_SHOW_HELP,
    YTOPS_CONFIG_SHOW_VERSION,
    YTOPS_CONFIG_SHOW_CONFIG,
    YTOPS_CONFIG_SHOW_DOCS,
    YTOPS_CONFIG_SHOW_MAN,
    YTOPS_CONFIG_SHOW_COMPLETION
} YtopsConfigAction;

typedef enum { YTOPS_RUNNER_WARM, YTOPS_RUNNER_COMMAND } YtopsRunnerChoice;

typedef enum { YTOPS_KIND_FULL, YTOPS_KIND_AUTH, YTOPS_KIND_DOWNLOAD } YtopsKindChoice;

typedef enum { YTOPS_IDLE_EXIT, YTOPS_IDLE_WAIT } YtopsIdleChoice;

typedef enum { YTOPS_SWITCH_FALSE, YTOPS_SWITCH_TRUE } YtopsSwitchChoice;

typedef enum {
    YTOPS_ON_FAILURE_STOP_LOOP,
    YTOPS_ON_FAILURE_RETRY_WITH_NEW_ACCOUNT,
    YTOPS_ON_FAILURE_RETRY_AND_BAN_ACCOUNT_ONLY,
    YTOPS_ON_FAILURE_RETRY_WITHOUT_BAN
} YtopsOnFailureChoice;

/* Strings are never NULL; "" stands for none. Owned by the config. */
typedef struct {
    YtopsConfigAction action;
    YtopsShell completion_shell; /* of YTOPS_CONFIG_SHOW_COMPLETION */

    YtopsRole service_role;
    char *listen;
    gint64 port;
    char *server_identity;
    gint64 drain_timeout_s;
    gint64 drain_grace_s;
    gint64 rpc_workers;
    gint64 connection_limit;
    gint64 call_limit;
    gint64 frame_limit_mib;
    gint64 idle_timeout_s;

    char *redis_url;
    gint64 redis_timeout_ms;
    char *redis_server;
    char *data_dir;

    gint64 account_active_duration_min;
    gint64 account_cooldown_duration_min;
    gint64 account_failure_threshold;
    gint64 account_ban_duration_s;

    char *proxies;
    gint64 failure_window_s;
    gint64 failure_threshold_count;
    gint64 failure_threshold_unique_accounts;
    gint64 proxy_ban_duration_s;

    YtopsRunnerChoice token_runner;
    gint64 token_workers;
    gint64 token_queue_limit;
    gint64 token_timeout_s;
    gint64 token_cache_ttl;
    char *cookies_dir;
    char *pot_provider_url;
    char *error_policy;
    char *ytdlp;
    char *ytdlp_args;
    char *python;
    char *worker_script;
    gint64 worker_max_jobs;
    gint64 worker_max_rss_mib;

    gint64 lease_s;
    gint64 max_deliveries;

    gint64 lanes;
    char *queue;
    char *account_pool;
    YtopsOnFailureChoice on_bannable_failure;
    YtopsSwitchChoice auto_create_new_accounts_on_exhaustion;
    YtopsKindChoice lane_kind;
    char *lane_next_queue;
    YtopsIdleChoice lane_idle;
    char *download_dir;
    char *format;
    gint64 download_timeout_s;
    char *ffmpeg;
    char *ffprobe;

    char *http_listen;
    gint64 http_port;
    char *api_token;
    /* As text, for ytops_relay_settings_set; ytops_config_get finds them by flag. */
    char *stream_retry_attempts;
    char *stream_retry_delay;
    char *stream_total_timeout;
    char *stream_total_timeout_scope;
    char *stream_retry_exponential_backoff;
    char *live_chunk_timeout_seconds;
    char *vod_chunk_timeout_seconds;
    char *max_failover_attempts;
    char *use_sticky_session;
    char *relay_stable_after_s;
    char *relay_token_attempts;
    char *relay_fail_over_on_4xx;
    char *relay_linger_s;
    char *relay_burst_bytes;
    char *relay_client_lag_bytes;
    char *relay_allow_private;

    YtopsLogLevel log_level;
    YtopsLogFormat log_format;
    char *log_level_file; /* where the log level came from, where that is a file */
} YtopsConfig;

/*
 * Reads flags and environment. argv[0] is skipped; envp as main gets it. NULL and
 * INVALID_ARGUMENT that names the option, where its value came from, the value and what is allowed.
 */
YtopsConfig *ytops_config_load(int argc, const char *const *argv, const char *const *envp,
                               GError **error);
void ytops_config_free(YtopsConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsConfig, ytops_config_free)

/* The value of a text option by its flag without dashes; NULL where there is none. Owned. */
const char *ytops_config_get(const YtopsConfig *config, const char *flag);

/* Overwrites the values of secret flags in the process' own argv, so that no process list has them.
 */
void ytops_config_scrub_argv(int argc, char **argv);

/* Reads the log level from log_level_file again; FALSE without error where it is not from a file.
 */
gboolean ytops_config_reread_log_level(const YtopsConfig *config, YtopsLogLevel *level,
                                       GError **error);

/* The page ytdlp-ops-server(8), and the completion script for a shell. g_free. */
char *ytops_config_man(void);
char *ytops_config_completion(YtopsShell shell);

/* Texts for --help, --print-config (passwords shown as ***) and docs/configuration.md. g_free. */
char *ytops_config_help(void);
char *ytops_config_print(const YtopsConfig *config);
char *ytops_config_docs(void);
