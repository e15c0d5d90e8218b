/* The end of an item: what is recorded, and the patience that it takes where Redis is away. */
#include "lane_job.h"

#include "download_task.h"
#include "lane_verdict.h"
#include "ytops/error.h"
#include "ytops/log.h"

enum { RETRY_MS = 500 };

static gint64 now_s(void)
{
    return g_get_real_time() / G_USEC_PER_SEC;
}

/* NULL values are left out. */
static void set_known(YtopsJson *json, const char *name, const char *value)
{
    if (value != NULL && *value != '\0')
        ytops_json_set_string(json, name, value);
}

static void set_proxy(YtopsJson *json, const char *proxy_url)
{
    g_autofree char *shown = proxy_url != NULL ? ytops_redact(proxy_url) : NULL;

    set_known(json, "proxyUrl", shown);
}

static void add_banned(const LaneJob *job, YtopsJson *json)
{
    YtopsJson *banned;

    if (job->banned->len == 0)
        return;
    banned = ytops_json_array_new();
    for (guint i = 0; i < job->banned->len; i++)
        ytops_json_append_string(banned, g_ptr_array_index(job->banned, i));
    ytops_json_set_take(json, "banned", banned);
}

/* What both ends tell. */
static void add_story(const LaneJob *job, YtopsJson *json)
{
    ytops_json_set_string(json, "url", job->url);
    ytops_json_set_string(json, "laneId", lane_get_id(job->lane));
    ytops_json_set_int(json, "deliveries", job->item->deliveries);
    if (job->attempts > 0)
        ytops_json_set_int(json, "attempts", job->attempts);
    set_known(json, "accountId", job->account_id);
    set_known(json, "recovery", job->recovery);
    add_banned(job, json);
}

static char *success_json(LaneJob *job)
{
    add_story(job, job->result);
    set_proxy(job->result, job->token->proxy_url);
    set_known(job->result, "jobId", job->token->job_id);
    ytops_json_set_int(job->result, "finishedAt", now_s());
    return ytops_json_to_string(job->result);
}

static char *failure_json(const LaneJob *job, const GError *failure)
{
    g_autoptr(YtopsJson) json = ytops_json_object_new();
    g_autofree char *message = ytops_redact(failure->message);
    const char *proxy_url =
        job->token != NULL ? job->token->proxy_url : ytops_error_get_context(failure, "proxyUrl");

    ytops_json_set_string(json, "errorCode",
                          ytops_error_code_to_string(ytops_error_get_code(failure)));
    ytops_json_set_string(json, "message", message);
    add_story(job, json);
    set_proxy(json, proxy_url);
    set_known(json, "jobId",
              job->token != NULL ? job->token->job_id : ytops_error_get_context(failure, "jobId"));
    ytops_json_set_int(json, "failedAt", now_s());
    return ytops_json_to_string(json);
}

/* The tasks that an AUTH lane makes of its item; g_strfreev. */
static char **next_items(const LaneJob *job)
{
    const LaneSettings *settings = lane_get_settings(job->lane);
    GPtrArray *items = g_ptr_array_new();

    if (job->task != NULL)
        g_ptr_array_add(items, g_strdup(job->task));
    for (char **format = settings->formats; job->task == NULL && *format != NULL; format++) {
        g_autoptr(DownloadTask) task =
            download_task_new(job->url, *format, lane_get_queue(job->lane));

        g_ptr_array_add(items, download_task_to_string(task));
    }
    g_ptr_array_add(items, NULL);
    return (char **)g_ptr_array_free(items, FALSE);
}

typedef gboolean (*Mark)(const LaneJob *job, const char *json, GError **error);

static gboolean mark_success(const LaneJob *job, const char *json, GError **error)
{
    const LaneSettings *settings = lane_get_settings(job->lane);
    gboolean is_auth = settings->options.kind == YTOPS_LANE_AUTH;
    g_auto(GStrv) items = is_auth ? next_items(job) : NULL;

    return ytops_work_queues_mark_success(
        settings->parts.queues, job->item->queue, job->item->item_id, json,
        is_auth ? settings->options.next_queue : NULL, (const char *const *)items, error);
}

static gboolean mark_failure(const LaneJob *job, const char *json, GError **error)
{
    YtopsWorkQueues *queues = lane_get_settings(job->lane)->parts.queues;
    const char *items[] = {job->task, NULL};

    if (job->sent_back_to == NULL)
        return ytops_work_queues_mark_failure(queues, job->item->queue, job->item->item_id, json,
                                              error);
    return ytops_work_queues_send_back(queues, job->item->queue, job->item->item_id, json,
                                       job->sent_back_to, items, error);
}

/* What was done must not be done again only because Redis was away when it was to be recorded. */
static gboolean mark_patiently(LaneJob *job, Mark mark, const char *json, GError **error)
{
    YtopsJobLimits limits;

    ytops_job_limits_init(&limits, G_MAXINT, lane_get_settings(job->lane)->cancel_fd);
    for (;;) {
        g_autoptr(GError) cause = NULL;
        g_autofree char *reason = NULL;

        lane_set_state(job->lane, YTOPS_LANE_MARKING, NULL);
        if (mark(job, json, &cause))
            return TRUE;
        if (ytops_error_get_code(cause) == YTOPS_ERROR_REDIS_UNAVAILABLE) {
            reason = lane_verdict_reason(cause);
            lane_set_state(job->lane, YTOPS_LANE_PAUSED, reason);
            ytops_job_limits_init(&limits, G_MAXINT, limits.cancel_fd);
            if (ytops_job_limits_poll(&limits, NULL, 0, RETRY_MS) == YTOPS_JOB_WAIT_READY)
                continue;
        }
        g_propagate_error(error, g_steal_pointer(&cause));
        return FALSE;
    }
}

gboolean lane_job_mark_success(LaneJob *job, GError **error)
{
    g_autofree char *json = success_json(job);

    if (!mark_patiently(job, mark_success, json, error))
        return FALSE;
    if (lane_get_settings(job->lane)->options.kind == YTOPS_LANE_DOWNLOAD)
        info_shelf_forget_renewals(lane_get_settings(job->lane)->shelf, job->task, NULL);
    return TRUE;
}

gboolean lane_job_mark_failure(LaneJob *job, const GError *failure, GError **error)
{
    g_autofree char *json = failure_json(job, failure);

    return mark_patiently(job, mark_failure, json, error);
}
