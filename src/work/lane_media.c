#include "lane_job.h"

#include "download.h"
#include "download_progress.h"
#include "incoming.h"
#include "lane_verdict.h"
#include "media_name.h"
#include "ytops/error.h"
#include "ytops/log.h"

static void on_line(const char *line, gpointer data)
{
    LaneJob *job = data;
    double percent;

    if (download_progress_parse(line, &percent))
        lane_set_progress(job->lane, percent);
}

/* How the token did after it was given out. What cannot be recorded costs the next choice a little. */
static void report(const LaneJob *job, const GError *failure)
{
    const LaneSettings *settings = lane_get_settings(job->lane);
    YtopsOutcome outcome = {
        .job_id = job->token->job_id,
        .account_id = job->token->account_id,
        .proxy_url = job->token->proxy_url,
        .success = failure == NULL,
        .code = failure != NULL ? ytops_error_get_code(failure) : YTOPS_ERROR_GENERIC,
        .details = failure != NULL ? failure->message : NULL,
    };
    g_autoptr(GError) error = NULL;

    if (failure != NULL && (lane_verdict(outcome.code) != LANE_VERDICT_FAIL ||
                            settings->options.policy == YTOPS_POLICY_RETRY_WITHOUT_BAN))
        return;
    if (!ytops_token_service_report_outcome(settings->parts.tokens, &outcome, &error))
        ytops_log_warning("lanes", "a download's outcome could not be recorded", "lane_id",
                          lane_get_id(job->lane), "job_id", outcome.job_id, "error", error->message,
                          NULL);
}

static Tool tool_of(LaneJob *job, const YtopsJobLimits *limits)
{
    return (Tool){.limits = limits, .tick = lane_job_tick, .line = on_line, .data = job};
}

static gboolean download(LaneJob *job, const Incoming *incoming, const YtopsJobLimits *limits,
                         GError **error)
{
    const YtopsLaneOptions *options = &lane_get_settings(job->lane)->options;
    g_autofree char *info_path = incoming_keep(incoming, "info.json", job->token->info_json, error);
    Download work = {
        .ytdlp = options->ytdlp,
        .token_command = (const char *const *)job->token->ytdlp_command,
        .info_path = info_path,
        .media_dir = incoming_get_media_dir(incoming),
        .format = job->format,
        .ffmpeg = options->ffmpeg,
    };
    Tool tool = tool_of(job, limits);

    return info_path != NULL && download_run(&work, &tool, error);
}

/* All of them, or none. */
static gboolean probe_all(LaneJob *job, const GPtrArray *files, const YtopsJobLimits *limits,
                          GError **error)
{
    const YtopsLaneOptions *options = &lane_get_settings(job->lane)->options;
    gint64 bytes = 0;

    if (files->len == 0) {
        g_set_error_literal(error, YTOPS_ERROR, YTOPS_ERROR_DOWNLOAD_FAILED,
                            "yt-dlp ended well and left no file; look at --format");
        return FALSE;
    }
    for (guint i = 0; i < files->len; i++) {
        g_auto(Probe) probe = {0};
        Tool tool = tool_of(job, limits);

        if (!probe_run(options->ffprobe, g_ptr_array_index(files, i), &tool, &probe, error))
            return FALSE;
        bytes += probe.bytes;
        ytops_json_set_int(job->result, "bytes", bytes);
        ytops_json_set_number(job->result, "durationS", probe.duration_s);
        ytops_json_set_string(job->result, "container", probe.container);
    }
    return TRUE;
}

/* Only who holds the lease may put files where results are. Waits for Redis, which knows that. */
static gboolean confirm_lease(LaneJob *job, GError **error)
{
    const LaneSettings *settings = lane_get_settings(job->lane);
    YtopsJobLimits limits;

    for (;;) {
        g_autoptr(GError) cause = NULL;

        if (lease_renew(&job->lease, &cause))
            return TRUE;
        ytops_job_limits_init(&limits, G_MAXINT, settings->cancel_fd);
        if (ytops_error_get_code(cause) != YTOPS_ERROR_REDIS_UNAVAILABLE ||
            ytops_job_limits_poll(&limits, NULL, 0, 500) == YTOPS_JOB_WAIT_CANCELLED) {
            g_propagate_error(error, g_steal_pointer(&cause));
            return FALSE;
        }
    }
}

static gboolean place(LaneJob *job, const Incoming *incoming, const GPtrArray *files,
                      GError **error)
{
    g_autoptr(YtopsJson) info = ytops_json_parse(job->token->info_json, -1, NULL);
    const char *id = info != NULL ? ytops_json_get_string(info, "id") : NULL;
    g_autofree char *stem = media_name_stem(id, job->url, job->format);
    g_autoptr(GPtrArray) placed = NULL;
    YtopsJson *names = ytops_json_array_new();

    if (confirm_lease(job, error))
        placed = incoming_place(incoming, files, stem, error);
    for (guint i = 0; placed != NULL && i < placed->len; i++)
        ytops_json_append_string(names, g_ptr_array_index(placed, i));
    ytops_json_set_take(job->result, "files", names);
    ytops_json_set_string(job->result, "videoId", id);
    ytops_json_set_string(job->result, "title",
                          info != NULL ? ytops_json_get_string(info, "title") : NULL);
    return placed != NULL;
}

static gboolean take_steps(LaneJob *job, GError **error)
{
    const LaneSettings *settings = lane_get_settings(job->lane);
    YtopsJobLimits limits;
    g_autoptr(Incoming) incoming =
        incoming_new(settings->options.download_dir, lane_get_id(job->lane), error);
    g_autoptr(GPtrArray) files = NULL;

    ytops_job_limits_init(&limits, settings->options.download_timeout_s * 1000,
                          settings->cancel_fd);
    if (incoming == NULL || !download(job, incoming, &limits, error))
        return FALSE;
    lane_set_state(job->lane, YTOPS_LANE_PROBING, NULL);
    files = incoming_list_media(incoming);
    return probe_all(job, files, &limits, error) && place(job, incoming, files, error);
}

gboolean lane_job_deliver(LaneJob *job, GError **error)
{
    GError *failure = NULL;

    lane_set_state(job->lane, YTOPS_LANE_DOWNLOADING, NULL);
    ytops_json_set_string(job->result, "format", job->format);
    if (take_steps(job, &failure)) {
        report(job, NULL);
        return TRUE;
    }
    report(job, failure);
    g_propagate_error(error, failure);
    return FALSE;
}
