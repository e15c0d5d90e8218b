/* The two halves of the two-stage flow: an item's token kept for later, and fetched again. */
#include "lane_job.h"

#include "download_task.h"
#include "queue_name.h"
#include "ytops/error.h"

enum { MOST_RENEWALS = 3 };

static gint64 now_s(void)
{
    return g_get_real_time() / G_USEC_PER_SEC;
}

gboolean lane_job_shelve(LaneJob *job, GError **error)
{
    const LaneSettings *settings = lane_get_settings(job->lane);
    g_autofree char *key = info_shelf_key(job->url);
    YtopsJson *formats = ytops_json_array_new();

    if (job->task != NULL)
        ytops_json_append_string(formats, job->format);
    for (char **format = settings->formats; job->task == NULL && *format != NULL; format++)
        ytops_json_append_string(formats, *format);
    ytops_json_set_take(job->result, "formats", formats);
    ytops_json_set_string(job->result, "infoJsonKey", key);
    ytops_json_set_int(job->result, "expiresAt", job->token->expires_at);
    return info_shelf_put(settings->shelf, job->url, job->token, now_s(), error);
}

/* Whether its task names a queue that it can be sent back to. */
static gboolean check_way_back(const DownloadTask *task, GError **error)
{
    g_autoptr(GError) cause = NULL;

    if (queue_name_check(task->auth_queue, &cause))
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_MEDIA_403,
                "the kept info.json is gone or its media URLs have expired, and the task's "
                "auth_queue is no queue that makes new ones: %s",
                cause->message);
    return FALSE;
}

/* Asks for a new info.json, unless that has been done often enough. */
static gboolean send_back(LaneJob *job, const DownloadTask *task, GError **error)
{
    const LaneSettings *settings = lane_get_settings(job->lane);
    gint64 n_renewals = -1;

    if (check_way_back(task, error))
        n_renewals = info_shelf_count_renewal(settings->shelf, job->task, error);
    if (n_renewals < 0)
        return FALSE;
    if (n_renewals <= MOST_RENEWALS) {
        job->sent_back_to = g_strdup(task->auth_queue);
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_MEDIA_403,
                    "the kept info.json is gone or its media URLs have expired; the task went back "
                    "to the queue %s for a new one (%" G_GINT64_FORMAT " of %d times)",
                    task->auth_queue, n_renewals, MOST_RENEWALS);
        return FALSE;
    }
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_MEDIA_403,
                "the kept info.json is gone or its media URLs have expired, and %d new ones did "
                "not last until a download lane took them; start more download lanes, then requeue "
                "the failures",
                MOST_RENEWALS);
    info_shelf_forget_renewals(settings->shelf, job->task, NULL);
    return FALSE;
}

gboolean lane_job_fetch_token(LaneJob *job, GError **error)
{
    const LaneSettings *settings = lane_get_settings(job->lane);
    g_autoptr(DownloadTask) task = download_task_parse(job->item->url, error);
    g_autoptr(GError) cause = NULL;

    if (task == NULL)
        return FALSE;
    job->token = info_shelf_get(settings->shelf, task->url, now_s(), &cause);
    if (cause != NULL) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return FALSE;
    }
    if (job->token == NULL)
        return send_back(job, task, error);
    job->account_id = g_strdup(job->token->account_id);
    lane_set_means(job->lane, job->account_id, job->token->proxy_url);
    return TRUE;
}
