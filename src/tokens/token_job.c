#include "token_job.h"

#include <string.h>

#include "token_expiry.h"
#include "ytops/log.h"
#include "ytops/proxy_preflight.h"

enum {
    PREFLIGHT_MS = 10 * 1000,
    PO_TOKEN_MS = 10 * 1000,
};

/* What a job has come to so far. */
typedef struct {
    const TokenJobContext *context;
    Runner *runner;
    const YtopsTokenAsk *ask;
    const YtopsJobLimits *limits;
    gint64 started_us;
    char *proxy_url;       /* NULL: not chosen */
    CookieCopy *cookies;   /* NULL: none */
    char *cookies_text;    /* after the job; NULL: none */
    gboolean was_run;      /* yt-dlp came to its end, so that its cookies are whole */
    GHashTable *po_tokens; /* NULL: none */
    char *info_json;
    gint64 expires_at;
} TokenJob;

static void token_job_clear(TokenJob *job)
{
    g_free(job->proxy_url);
    cookie_copy_free(job->cookies);
    g_free(job->cookies_text);
    g_clear_pointer(&job->po_tokens, g_hash_table_unref);
    g_free(job->info_json);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TokenJob, token_job_clear)

static gboolean choose_proxy(TokenJob *job, GError **error)
{
    YtopsProxyManager *proxies = job->context->sink.proxies;

    if (job->ask->proxy_url == NULL) {
        job->proxy_url = ytops_proxy_manager_select(proxies, error);
        return job->proxy_url != NULL;
    }
    job->proxy_url = g_strdup(job->ask->proxy_url);
    return ytops_proxy_manager_claim(proxies, job->proxy_url, error);
}

static gboolean check_proxy(TokenJob *job, GError **error)
{
    g_autoptr(YtopsProxyUrl) proxy = ytops_proxy_url_parse(job->proxy_url, error);
    g_autoptr(GUri) target = g_uri_parse(job->ask->url, G_URI_FLAGS_PARSE_RELAXED, NULL);
    const char *scheme = target != NULL ? g_uri_get_scheme(target) : "https";
    const char *host = target != NULL ? g_uri_get_host(target) : NULL;
    int port = target != NULL ? g_uri_get_port(target) : -1;
    int timeout_ms = ytops_job_limits_remaining_ms(job->limits, PREFLIGHT_MS);

    if (proxy == NULL)
        return FALSE;
    if (port <= 0 || port > G_MAXUINT16)
        port = strcmp(scheme, "http") == 0 ? 80 : 443;
    if (timeout_ms > 0 && ytops_proxy_preflight(proxy, host != NULL ? host : "", (guint16)port,
                                                timeout_ms, job->limits->cancel_fd, error))
        return TRUE;
    /* A proxy that had less than its time is not found dead: the job was late. */
    if (timeout_ms < PREFLIGHT_MS &&
        ytops_job_limits_remaining_ms(job->limits, PREFLIGHT_MS) == 0) {
        g_clear_error(error);
        ytops_job_limits_set_error(YTOPS_JOB_WAIT_TIMEOUT, "the proxy's handshake", error);
    }
    return FALSE;
}

static gboolean open_cookies(TokenJob *job, GError **error)
{
    if (job->context->cookies == NULL)
        return TRUE;
    job->cookies = cookie_store_open(job->context->cookies, job->ask->account_id, error);
    return job->cookies != NULL;
}

/* Most tokens are bound to the video, so one serves every context. */
static void keep_po_token(TokenJob *job, const char *token)
{
    static const char *const contexts[] = {"gvs", "player", "subs"};

    job->po_tokens = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint i = 0; i < G_N_ELEMENTS(contexts); i++)
        g_hash_table_insert(job->po_tokens, g_strdup(contexts[i]), g_strdup(token));
}

/* A provider that fails costs the job its token and at most half of its time, not its life. */
static gboolean fetch_po_token(TokenJob *job, GError **error)
{
    g_autoptr(PoToken) token = NULL;
    g_autoptr(GError) failure = NULL;
    int timeout_ms = MIN(ytops_job_limits_remaining_ms(job->limits, G_MAXINT) / 2, PO_TOKEN_MS);

    if (job->context->pot == NULL || job->ask->video_id == NULL)
        return TRUE;
    token = pot_client_fetch(job->context->pot, job->ask->video_id, job->proxy_url, job->limits,
                             timeout_ms, &failure);
    if (token != NULL) {
        keep_po_token(job, token->token);
        return TRUE;
    }
    if (ytops_error_get_code(failure) == YTOPS_ERROR_DRAINING) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    ytops_log_warning("tokens", "no PO token for the job, which goes on without", "job_id",
                      job->ask->job_id, "video_id", job->ask->video_id, "error", failure->message,
                      NULL);
    return TRUE;
}

static void refuse_options(const RunnerOutcome *outcome, GError **error)
{
    const char *why = outcome->lines->len > 0
                          ? g_array_index(outcome->lines, YtopsLine, outcome->lines->len - 1).text
                          : "it does not say why";
    g_autofree char *shown = ytops_redact(why);

    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                "yt-dlp does not take its options: %s; check --ytdlp-args, and whether this "
                "version of yt-dlp knows them",
                shown);
}

static gboolean extract(TokenJob *job, GError **error)
{
    YtdlpExtraction extraction = {
        .url = job->ask->url,
        .proxy_url = job->proxy_url,
        .cookies_path = job->cookies != NULL ? cookie_copy_get_path(job->cookies) : NULL,
        .clients = job->ask->clients,
        .po_tokens = job->po_tokens,
        .server_args = job->context->ytdlp_args,
        .request_args = (const char *const *)job->ask->ytdlp_args,
    };
    RunnerJob run = {job->ask->job_id, &extraction, job->limits};
    g_autoptr(RunnerOutcome) outcome = runner_run(job->runner, &run, error);

    if (outcome == NULL)
        return FALSE;
    job->was_run = TRUE;
    if (outcome->options_refused) {
        refuse_options(outcome, error);
        return FALSE;
    }
    if (outcome->info_json == NULL) {
        g_propagate_error(error, ytops_error_classify((const YtopsLine *)outcome->lines->data,
                                                      outcome->lines->len));
        return FALSE;
    }
    job->info_json = g_steal_pointer(&outcome->info_json);
    return TRUE;
}

static gboolean read_info(TokenJob *job, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(YtopsJson) info = ytops_json_parse(job->info_json, -1, &cause);

    if (info == NULL || ytops_json_get_type(info) != YTOPS_JSON_OBJECT) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                    "yt-dlp's info.json cannot be read: %s; check the version of yt-dlp",
                    cause != NULL ? cause->message : "it is no JSON object");
        return FALSE;
    }
    job->expires_at = token_expiry_from_info(info, g_get_real_time() / G_USEC_PER_SEC);
    return TRUE;
}

/* Cookies that cannot be kept are a loss for the next job, not for this one. */
static void keep_cookies(TokenJob *job)
{
    g_autoptr(GError) failure = NULL;

    if (job->cookies == NULL)
        return;
    if (cookie_copy_read(job->cookies, &job->cookies_text, &failure) &&
        cookie_store_merge(job->context->cookies, job->cookies, &failure))
        return;
    ytops_log_warning("tokens", "the cookies of a job could not be kept", "job_id",
                      job->ask->job_id, "account_id", job->ask->account_id, "error",
                      failure->message, NULL);
}

/*
 * A site renews the cookies of a session with any answer, and does not take the old ones for long.
 * One that has ended the session deletes them: what the operator exported stays to be looked at.
 */
static void keep_cookies_of_failure(TokenJob *job, const GError *failure)
{
    if (job->was_run && ytops_error_get_code(failure) != YTOPS_ERROR_COOKIES_INVALID)
        keep_cookies(job);
}

static gint64 duration_ms(const TokenJob *job)
{
    return (g_get_monotonic_time() - job->started_us) / 1000;
}

static YtopsTokenResult *make_result(TokenJob *job)
{
    YtopsTokenResult *result = ytops_token_result_new();

    result->job_id = g_strdup(job->ask->job_id);
    result->url = g_strdup(job->ask->url);
    result->account_id = g_strdup(job->ask->account_id);
    result->proxy_url = g_strdup(job->proxy_url);
    result->server_identity = g_strdup(job->context->sink.server_identity);
    result->info_json = g_steal_pointer(&job->info_json);
    result->ytdlp_command =
        ytdlp_command_download(job->context->ytdlp, job->proxy_url, job->context->ytdlp_args,
                               (const char *const *)job->ask->ytdlp_args);
    result->cookies = g_steal_pointer(&job->cookies_text);
    result->po_tokens = g_steal_pointer(&job->po_tokens);
    result->expires_at = job->expires_at;
    result->duration_ms = duration_ms(job);
    return result;
}

static TokenUse use_of(const TokenJob *job)
{
    return (TokenUse){
        .job_id = job->ask->job_id,
        .account_id = job->ask->account_id,
        .proxy_url = job->proxy_url,
        .penalize = job->ask->penalize,
    };
}

static void set_record_error(const char *outcome, const GError *cause, GError **error)
{
    g_set_error(error, YTOPS_ERROR, (int)ytops_error_get_code(cause),
                "the job's outcome (%s) could not be recorded: %s", outcome, cause->message);
}

/* The caller of a job whose outcome was not counted must know that from the error it gets. */
static void record_failure(TokenJob *job, GError **failure)
{
    const TokenOutcomeSink *sink = &job->context->sink;
    TokenUse use = use_of(job);
    g_autoptr(GError) cause = NULL;
    g_autofree char *outcome = NULL;

    if (ytops_error_get_code(*failure) == YTOPS_ERROR_DRAINING)
        return;
    if (token_outcome_failure(sink, &use, ytops_error_get_code(*failure), (*failure)->message,
                              &cause))
        return;
    outcome = g_strdup_printf("%s: %s", ytops_error_code_to_string(ytops_error_get_code(*failure)),
                              (*failure)->message);
    g_clear_error(failure);
    set_record_error(outcome, cause, failure);
}

static gboolean record_success(TokenJob *job, GError **error)
{
    TokenUse use = use_of(job);
    g_autoptr(GError) cause = NULL;

    if (token_outcome_success(&job->context->sink, &use, &cause))
        return TRUE;
    set_record_error("success", cause, error);
    return FALSE;
}

static void log_end(const TokenJob *job, const GError *failure)
{
    const char *code =
        failure != NULL ? ytops_error_code_to_string(ytops_error_get_code(failure)) : "OK";

    ytops_log_info("tokens", failure != NULL ? "token job failed" : "token made", "job_id",
                   job->ask->job_id, "account_id", job->ask->account_id, "proxy_url",
                   job->proxy_url, "url", job->ask->url, "duration_ms",
                   YTOPS_LOG_INT(duration_ms(job)), "outcome", code, "caller_id",
                   job->ask->caller_id, "error", failure != NULL ? failure->message : NULL, NULL);
}

void token_job_set_context(GError *error, const TokenOutcomeSink *sink, const TokenUse *use)
{
    const YtopsErrorRule *rule = ytops_error_policy_get(sink->policy, ytops_error_get_code(error));

    ytops_error_set_context(error, "jobId", use->job_id);
    ytops_error_set_context(error, "accountId", use->account_id);
    ytops_error_set_context(error, "proxyUrl", use->proxy_url);
    ytops_error_set_context(error, "serverIdentity", sink->server_identity);
    ytops_error_set_context(error, "bannable", rule->bannable ? "true" : "false");
    /* Whoever made the error can know better than the rule of its code. */
    if (ytops_error_get_context(error, "retryable") == NULL)
        ytops_error_set_context(error, "retryable", rule->retryable ? "true" : "false");
}

static gboolean take_steps(TokenJob *job, GError **error)
{
    return choose_proxy(job, error) && check_proxy(job, error) && open_cookies(job, error) &&
           fetch_po_token(job, error) && extract(job, error) && read_info(job, error);
}

gboolean token_job_run(const TokenJobContext *context, Runner *runner, const YtopsTokenAsk *ask,
                       const YtopsJobLimits *limits, YtopsTokenResult **result, GError **error)
{
    g_auto(TokenJob) job = {
        .context = context,
        .runner = runner,
        .ask = ask,
        .limits = limits,
        .started_us = g_get_monotonic_time(),
    };
    GError *failure = NULL;
    TokenUse use;

    if (take_steps(&job, &failure)) {
        keep_cookies(&job);
        *result = make_result(&job);
        record_success(&job, &failure);
    } else {
        keep_cookies_of_failure(&job, failure);
        record_failure(&job, &failure);
    }
    log_end(&job, failure);
    if (failure == NULL)
        return TRUE;
    use = use_of(&job);
    token_job_set_context(failure, &context->sink, &use);
    g_propagate_error(error, failure);
    return FALSE;
}
