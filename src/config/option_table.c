#include "option_table.h"

#include <string.h>

static const char *const roles[] = {"all-in-one", "management", "worker", NULL};
static const char *const runners[] = {"warm", "command", NULL};
static const char *const kinds[] = {"full", "auth", "download", NULL};
static const char *const idles[] = {"exit", "wait", NULL};
static const char *const switches[] = {"false", "true", NULL};
static const char *const policies[] = {"stop_loop", "retry_with_new_account",
                                       "retry_and_ban_account_only", "retry_without_ban", NULL};
static const char *const levels[] = {"error", "warning", "info", "debug", NULL};
static const char *const formats[] = {"text", "json", NULL};

#define DAY_S 86400
#define YEAR_S (366 * DAY_S)

#define STRING(field, var, value, text)                                                            \
    .type = OPTION_STRING, .offset = G_STRUCT_OFFSET(YtopsConfig, field), .metavar = var,          \
    .default_value = value, .help = text
#define INTEGER(field, var, value, low, high, text)                                                \
    .type = OPTION_INTEGER, .offset = G_STRUCT_OFFSET(YtopsConfig, field), .metavar = var,         \
    .default_value = value, .min = low, .max = high, .help = text
#define CHOICE(field, names, value, text)                                                          \
    .type = OPTION_CHOICE, .offset = G_STRUCT_OFFSET(YtopsConfig, field), .choices = names,        \
    .default_value = value, .help = text

/* The relay reads its settings itself; its unit test compares what it takes with this. */
#define COUNT "a whole number from 0 to 1000"
#define SECONDS "seconds from 0 to 86400, such as 1.0 or 0.25"
#define TIMEOUT "seconds from 0.001 to 86400, such as 15.0 or 0.25"
#define BYTES "a whole number from 0 to 1073741824"
#define TRUTH "true or false"

static const Option table[] = {
    {.section = "Server",
     .flag = "service-role",
     CHOICE(service_role, roles, "all-in-one",
            "What this instance serves: everything, watching and steering only, or tokens with "
            "the proxies of its own identity.")},
    {.flag = "listen",
     STRING(listen, "ADDRESS", "127.0.0.1",
            "Address to listen on. The RPC port has no authentication: keep it off public "
            "networks.")},
    {.flag = "port",
     INTEGER(port, "PORT", "9090", 0, 65535, "Thrift port; 0 takes any free one and logs it.")},
    {.flag = "server-identity",
     STRING(server_identity, "NAME", "ytdlp-ops",
            "Name of the pool of proxies in Redis. Servers with one identity share the state of "
            "their proxies.")},
    {.flag = "drain-timeout-s",
     INTEGER(drain_timeout_s, "SECONDS", "30", 0, DAY_S,
             "How long calls in work may take to finish after SIGTERM or SIGINT.")},
    {.flag = "drain-grace-s",
     INTEGER(drain_grace_s, "SECONDS", "5", 0, DAY_S,
             "How long the port stays open after that signal, so that load balancers see ping "
             "fail before connections do. Skipped where no client is connected.")},
    {.flag = "rpc-workers",
     INTEGER(rpc_workers, "N", "8", 1, 1024,
             "Threads that run calls. getToken holds none while its job waits or runs.")},
    {.flag = "connection-limit",
     INTEGER(connection_limit, "N", "10000", 1, 1000000, "Client connections at once.")},
    {.flag = "call-limit",
     INTEGER(call_limit, "N", "1024", 1, 1000000,
             "Calls waiting or running at once; more are refused as OVERLOADED.")},
    {.flag = "frame-limit-mib",
     INTEGER(frame_limit_mib, "MIB", "16", 1, 128, "Largest message that is accepted.")},
    {.flag = "idle-timeout-s",
     INTEGER(idle_timeout_s, "SECONDS", "900", 1, YEAR_S,
             "A connection without a call is closed after this. Keep it above Envoy's idle "
             "timeout for upstream connections (600).")},

    {.section = "Redis",
     .flag = "redis-url",
     .secret = TRUE,
     STRING(redis_url, "URL", "",
            "redis://[[user]:password@]host[:port][/db] or unix:///path[?db=N]. Empty: a private "
            "redis-server is started in the data directory.")},
    {.flag = "redis-timeout-ms",
     INTEGER(redis_timeout_ms, "MS", "2000", 10, 600000,
             "Limit on connecting to Redis and on each command.")},
    {.flag = "redis-server",
     STRING(redis_server, "PROGRAM", "redis-server", "The program for the private Redis.")},
    {.flag = "data-dir",
     STRING(data_dir, "DIR", "",
            "Where the private Redis keeps its data. Empty: ytdlp-ops-server in "
            "$XDG_STATE_HOME, or in ~/.local/state.")},

    {.section = "Accounts",
     .flag = "account-active-duration-min",
     .legacy_env = "ACCOUNT_ACTIVE_DURATION_MIN",
     INTEGER(account_active_duration_min, "MINUTES", "30", 0, YEAR_S / 60,
             "Use after which an account rests, from its first success on; 0: never.")},
    {.flag = "account-cooldown-duration-min",
     .legacy_env = "ACCOUNT_COOLDOWN_DURATION_MIN",
     INTEGER(account_cooldown_duration_min, "MINUTES", "60", 1, YEAR_S / 60, "Length of a rest.")},
    {.flag = "account-failure-threshold",
     INTEGER(account_failure_threshold, "N", "5", 0, 1000000,
             "Failures in a row that ban an account; 0: never.")},
    {.flag = "account-ban-duration-s",
     INTEGER(account_ban_duration_s, "SECONDS", "3600", 1, YEAR_S,
             "Length of an account's ban, where none is given.")},

    {.section = "Proxies",
     .flag = "proxies",
     .secret = TRUE,
     STRING(proxies, "LIST", "",
            "The proxies of this instance in rotation order: comma-separated URLs "
            "(http, https, socks4, socks4a, socks5, socks5h), or @FILE with one a line.")},
    {.flag = "failure-window-s",
     .legacy_env = "FAILURE_WINDOW_SECONDS",
     INTEGER(failure_window_s, "SECONDS", "3600", 1, YEAR_S,
             "Sliding window in which a proxy's failures are looked at.")},
    {.flag = "failure-threshold-count",
     .legacy_env = "FAILURE_THRESHOLD_COUNT",
     INTEGER(failure_threshold_count, "N", "3", 1, 1000,
             "Failures in the window that can ban a proxy ...")},
    {.flag = "failure-threshold-unique-accounts",
     .legacy_env = "FAILURE_THRESHOLD_UNIQUE_ACCOUNTS",
     INTEGER(failure_threshold_unique_accounts, "N", "3", 1, 1000,
             "... where they came from this many different accounts.")},
    {.flag = "proxy-ban-duration-s",
     INTEGER(proxy_ban_duration_s, "SECONDS", "3600", 1, YEAR_S,
             "Length of a proxy's ban, where none is given.")},

    {.section = "Tokens",
     .flag = "token-runner",
     CHOICE(token_runner, runners, "warm",
            "warm: Python processes with yt_dlp imported. command: one yt-dlp process a job.")},
    {.flag = "token-workers",
     INTEGER(token_workers, "N", "4", 1, 256, "Extractions at once, each about 60 to 150 MiB.")},
    {.flag = "token-queue-limit",
     INTEGER(token_queue_limit, "N", "1000", 0, 1000000,
             "Requests that may wait for a worker; more are refused as OVERLOADED.")},
    {.flag = "token-timeout-s",
     INTEGER(token_timeout_s, "SECONDS", "120", 1, DAY_S,
             "Deadline of a getToken call that names none, waiting included.")},
    {.flag = "token-cache-ttl",
     INTEGER(token_cache_ttl, "SECONDS", "0", 0, YEAR_S,
             "Keep results this long, at most until their media URLs expire; 0: no cache.")},
    {.flag = "cookies-dir",
     STRING(cookies_dir, "DIR", "",
            "Holds ACCOUNT.txt in Netscape format for each account with cookies.")},
    {.flag = "pot-provider-url",
     .secret = TRUE,
     STRING(pot_provider_url, "URL", "",
            "Base URL of a bgutil-compatible PO token server, such as http://127.0.0.1:4416.")},
    {.flag = "error-policy",
     STRING(error_policy, "FILE", "",
            "A JSON file that changes whom an error is charged to; see docs/errors.md.")},
    {.flag = "ytdlp",
     STRING(ytdlp, "PROGRAM", "yt-dlp",
            "The yt-dlp command, for the downloads of lanes and for the token runner command.")},
    {.flag = "ytdlp-args",
     STRING(ytdlp_args, "ARGS", "",
            "Options for every extraction, split like a shell's words but never run by one.")},
    {.flag = "python",
     STRING(python, "PROGRAM", "python3", "Interpreter of the warm workers; it needs yt_dlp.")},
    {.flag = "worker-script",
     STRING(worker_script, "FILE", "",
            "The warm workers' program. Empty: ytdlp_worker.py as installed.")},
    {.flag = "worker-max-jobs",
     INTEGER(worker_max_jobs, "N", "200", 1, 1000000,
             "A warm worker is replaced after so many jobs ...")},
    {.flag = "worker-max-rss-mib",
     INTEGER(worker_max_rss_mib, "MIB", "512", 64, 1048576, "... or when it holds this much.")},

    {.section = "Work",
     .flag = "lease-s",
     INTEGER(
         lease_s, "SECONDS", "300", 1, 604800,
         "How long a lane may keep a URL without a word, where it does not say itself: then the "
         "URL goes back to its queue.")},
    {.flag = "max-deliveries",
     INTEGER(max_deliveries, "N", "3", 1, 1000,
             "A URL that was lost by so many lanes is given up as POISON.")},

    {.section = "Lanes",
     .flag = "lanes",
     INTEGER(lanes, "N", "0", 0, 256,
             "Lanes that work on the queue in this process from its start on.")},
    {.flag = "queue",
     STRING(queue, "NAME", "video_queue", "The queue that the lanes take URLs from.")},
    {.flag = "account-pool",
     STRING(account_pool, "POOL", "",
            "The accounts that the lanes may use: prefix:N for prefix_01 to prefix_N, or ids with "
            "commas between them.")},
    {.flag = "on-bannable-failure",
     CHOICE(on_bannable_failure, policies, "retry_with_new_account",
            "What follows a bannable error of a token; see docs/work.md.")},
    {.flag = "auto-create-new-accounts-on-exhaustion",
     CHOICE(auto_create_new_accounts_on_exhaustion, switches, "true",
            "When no account of a pool with a prefix is active, go on with a new one, "
            "{prefix}-auto-{unique id}, instead of pausing.")},
    {.flag = "lane-kind",
     CHOICE(lane_kind, kinds, "full",
            "full: token, download, probe. auth: tokens only, kept for lanes of the kind download. "
            "See docs/lanes.md.")},
    {.flag = "lane-next-queue",
     STRING(lane_next_queue, "NAME", "queue2_dl",
            "Where lanes of the kind auth put the download tasks.")},
    {.flag = "lane-idle",
     CHOICE(lane_idle, idles, "exit",
            "What a lane does at an empty queue: stop, or wait for more.")},
    {.flag = "download-dir",
     STRING(download_dir, "DIR", "",
            "Where the lanes put finished files. Empty: downloads in the data directory.")},
    {.flag = "format",
     STRING(format, "FORMAT", "",
            "What to download, as yt-dlp's --format; for lanes of the kind auth several with ';' "
            "between them, a task each. Empty: yt-dlp's choice.")},
    {.flag = "download-timeout-s",
     INTEGER(download_timeout_s, "SECONDS", "3600", 1, 7 * DAY_S,
             "Limit on the download and the probe of a URL.")},
    {.flag = "ffmpeg",
     STRING(
         ffmpeg, "PROGRAM", "",
         "ffmpeg for yt-dlp, which joins sound and picture with it. Empty: as yt-dlp finds it.")},
    {.flag = "ffprobe",
     STRING(ffprobe, "PROGRAM", "ffprobe", "The program that decodes a downloaded file.")},

    {.section = "HTTP and relay",
     .flag = "http-listen",
     STRING(http_listen, "ADDRESS", "127.0.0.1",
            "Address of the HTTP port: metrics and health, the page except on the role worker, the "
            "relay except on the role management. One that is not on loopback needs --api-token. "
            "Empty: no HTTP.")},
    {.flag = "http-port",
     INTEGER(http_port, "PORT", "8085", 0, 65535, "HTTP port; 0 takes any free one and logs it.")},
    {.flag = "api-token",
     .secret = TRUE,
     STRING(api_token, "TOKEN", "",
            "What control over HTTP asks for: X-API-Token, or Authorization: Bearer.")},
    {.flag = "stream-retry-attempts",
     .allowed = COUNT,
     .legacy_env = "STREAM_RETRY_ATTEMPTS",
     STRING(stream_retry_attempts, "N", "3",
            "Retries of the same URL after an error before failover; N retries are "
            "N + 1 tries.")},
    {.flag = "stream-retry-delay",
     .allowed = SECONDS,
     .legacy_env = "STREAM_RETRY_DELAY",
     STRING(stream_retry_delay, "SECONDS", "1.0", "Wait before a retry.")},
    {.flag = "stream-total-timeout",
     .allowed = SECONDS,
     .legacy_env = "STREAM_TOTAL_TIMEOUT",
     STRING(stream_total_timeout, "SECONDS", "60.0",
            "How long retries may go on in one outage; 0: no limit.")},
    {.flag = "stream-total-timeout-scope",
     .allowed = "url or stream",
     .legacy_env = "STREAM_TOTAL_TIMEOUT_SCOPE",
     STRING(stream_total_timeout_scope, "NAME", "url",
            "What the total timeout measures: url: each URL, then comes failover; "
            "stream: the whole outage, then the stream fails.")},
    {.flag = "stream-retry-exponential-backoff",
     .allowed = TRUTH,
     .legacy_env = "STREAM_RETRY_EXPONENTIAL_BACKOFF",
     STRING(stream_retry_exponential_backoff, "SWITCH", "false",
            "Each further retry waits 1.5 times as long, up to 60 seconds.")},
    {.flag = "live-chunk-timeout-seconds",
     .allowed = TIMEOUT,
     .legacy_env = "LIVE_CHUNK_TIMEOUT_SECONDS",
     STRING(live_chunk_timeout_seconds, "SECONDS", "15.0",
            "No data of a live stream for so long is an error.")},
    {.flag = "vod-chunk-timeout-seconds",
     .allowed = TIMEOUT,
     .legacy_env = "VOD_CHUNK_TIMEOUT_SECONDS",
     STRING(vod_chunk_timeout_seconds, "SECONDS", "30.0",
            "No data of a file for so long is an error.")},
    {.flag = "max-failover-attempts",
     .allowed = COUNT,
     .legacy_env = "MAX_FAILOVER_ATTEMPTS",
     STRING(max_failover_attempts, "N", "3", "Failovers in one outage; 0: no limit.")},
    {.flag = "use-sticky-session",
     .allowed = TRUTH,
     .legacy_env = "USE_STICKY_SESSION",
     STRING(use_sticky_session, "SWITCH", "false",
            "After a redirect stay on that backend while it works.")},
    {.flag = "relay-stable-after-s",
     .allowed = SECONDS,
     .legacy_env = "RELAY_STABLE_AFTER_S",
     STRING(relay_stable_after_s, "SECONDS", "10.0",
            "Data has flowed for so long: the outage is over, and its failovers are"
            " forgotten.")},
    {.flag = "relay-fail-over-on-4xx",
     .allowed = TRUTH,
     .legacy_env = "RELAY_FAIL_OVER_ON_4XX",
     STRING(relay_fail_over_on_4xx, "SWITCH", "true",
            "Status 401, 403, 404 and 410 go to failover at once, without retries.")},
    {.flag = "relay-token-attempts",
     .allowed = "a whole number from 1 to 1000",
     .legacy_env = "RELAY_TOKEN_ATTEMPTS",
     STRING(relay_token_attempts, "N", "3",
            "Tokens that a stream of a page may ask for in one outage.")},
    {.flag = "relay-linger-s",
     .allowed = SECONDS,
     .legacy_env = "RELAY_LINGER_S",
     STRING(relay_linger_s, "SECONDS", "5.0",
            "How long a live upstream stays after its last client.")},
    {.flag = "relay-burst-bytes",
     .allowed = BYTES,
     .legacy_env = "RELAY_BURST_BYTES",
     STRING(relay_burst_bytes, "BYTES", "262144",
            "A new client of a live stream starts with so much of what was sent "
            "before.")},
    {.flag = "relay-client-lag-bytes",
     .allowed = "a whole number from 65536 to 1073741824",
     .legacy_env = "RELAY_CLIENT_LAG_BYTES",
     STRING(relay_client_lag_bytes, "BYTES", "8388608",
            "A client of a live stream that is so far behind is dropped.")},
    {.flag = "relay-allow-private",
     .allowed = TRUTH,
     .legacy_env = "RELAY_ALLOW_PRIVATE",
     STRING(relay_allow_private, "SWITCH", "false",
            "Upstreams may have loopback, private and link-local addresses.")},

    {.section = "Logging",
     .flag = "log-level",
     CHOICE(log_level, levels, "info",
            "Least important entries to write. From a file (--log-level-file), SIGHUP reads it "
            "again.")},
    {.flag = "log-format",
     CHOICE(log_format, formats, "text", "Lines for people or for programs.")},
    {.flag = NULL},
};

const Option *option_table(void)
{
    return table;
}

const Option *option_find(const char *flag, gsize length)
{
    for (const Option *option = table; option->flag != NULL; option++) {
        if (strlen(option->flag) == length && strncmp(option->flag, flag, length) == 0)
            return option;
    }
    return NULL;
}

char *option_env_name(const Option *option)
{
    g_autofree char *upper = g_ascii_strup(option->flag, -1);

    g_strdelimit(upper, "-", '_');
    return g_strconcat("YTDLP_OPS_", upper, NULL);
}
