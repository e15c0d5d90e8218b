#include "lane_job.h"

#include "ytops/log.h"

LaneJob *lane_job_new(Lane *lane, YtopsQueueItem *item)
{
    const LaneSettings *settings = lane_get_settings(lane);
    LaneJob *job = g_new0(LaneJob, 1);

    job->lane = lane;
    job->item = item;
    lease_init(&job->lease, settings->parts.queues, item, settings->options.lease_s);
    job->url = g_strdup(item->url);
    job->format = g_strdup(settings->options.format);
    job->tried = g_ptr_array_new_with_free_func(g_free);
    job->banned = g_ptr_array_new_with_free_func(g_free);
    job->result = ytops_json_object_new();
    return job;
}

void lane_job_free(LaneJob *job)
{
    if (job == NULL)
        return;
    ytops_queue_item_free(job->item);
    g_free(job->url);
    g_free(job->format);
    g_free(job->task);
    g_free(job->account_id);
    g_clear_pointer(&job->token, ytops_token_result_unref);
    g_ptr_array_unref(job->tried);
    g_ptr_array_unref(job->banned);
    g_free(job->recovery);
    g_free(job->sent_back_to);
    ytops_json_unref(job->result);
    g_free(job);
}

gboolean lane_job_tick(gpointer data, GError **error)
{
    LaneJob *job = data;

    return lease_keep(&job->lease, error);
}

gboolean lane_job_release(LaneJob *job)
{
    g_autoptr(GError) error = NULL;

    if (ytops_work_queues_release(job->lease.queues, job->item->queue, job->item->item_id, &error))
        return TRUE;
    ytops_log_warning("lanes",
                      "a URL could not be released; this lane takes it up again, or another one "
                      "when its lease ends",
                      "lane_id", lane_get_id(job->lane), "item_id", job->item->item_id, "error",
                      error->message, NULL);
    return FALSE;
}
