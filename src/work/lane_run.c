#include "lane_run.h"

#include "download_task.h"
#include "lane_job.h"
#include "lane_verdict.h"
#include "ytops/error.h"
#include "ytops/log.h"

enum { IDLE_S = 1 };

/* What a lane knows from one item to the next. */
typedef struct {
    Lane *lane;
    char *preferred_account; /* of the last success; NULL after a failure */
    char *stop_reason;       /* NULL: it goes on */
    int paused_for;          /* the error of its last pause; NOT_PAUSED where it has worked since */
    gboolean may_hold;       /* Redis may have an item in its name: it took no release, or gave one
                                without being heard */
} LaneLife;

enum { NOT_PAUSED = -1 };

static void stop(LaneLife *life, const char *reason)
{
    if (life->stop_reason == NULL)
        life->stop_reason = g_strdup(reason);
}

static void prefer(LaneLife *life, const char *account_id)
{
    g_free(life->preferred_account);
    life->preferred_account = g_strdup(account_id);
}

/* Waits until an account is active again, so that no URL is taken and given back meanwhile. */
static gboolean has_account(LaneLife *life, GError **error)
{
    const LaneSettings *settings = lane_get_settings(life->lane);
    g_autofree char *account_id = ytops_work_pool_assign(settings->pool, settings->parts.accounts,
                                                         life->preferred_account, NULL, error);

    if (account_id == NULL)
        return FALSE;
    prefer(life, account_id);
    return TRUE;
}

/* An outage is one line in the log, however often the lane looks whether it is over. */
static gboolean is_known(const LaneLife *life, const GError *failure)
{
    return life->paused_for == (int)ytops_error_get_code(failure);
}

/* Until what stood in the way may be gone; for accounts, until one is there. */
static void pause_lane(LaneLife *life, const GError *failure)
{
    g_autoptr(GError) current = g_error_copy(failure);
    gboolean is_of_accounts = ytops_error_get_code(failure) == YTOPS_ERROR_NO_ACTIVE_ACCOUNTS;

    if (is_known(life, failure))
        ytops_log_debug("lanes", "a lane still pauses", "lane_id", lane_get_id(life->lane), NULL);
    else
        ytops_log_warning("lanes", "a lane pauses", "lane_id", lane_get_id(life->lane), "reason",
                          failure->message, NULL);
    life->paused_for = (int)ytops_error_get_code(failure);
    lane_set_url(life->lane, NULL);
    lane_set_means(life->lane, NULL, NULL);
    for (;;) {
        g_autofree char *reason = lane_verdict_reason(current);

        lane_set_state(life->lane, YTOPS_LANE_PAUSED, reason);
        if (!lane_sleep(life->lane, lane_verdict_pause_s(current)) || !is_of_accounts)
            return;
        g_clear_error(&current);
        if (has_account(life, &current))
            break;
        is_of_accounts = ytops_error_get_code(current) == YTOPS_ERROR_NO_ACTIVE_ACCOUNTS;
    }
    ytops_log_info("lanes", "a lane goes on", "lane_id", lane_get_id(life->lane), NULL);
}

static void log_end(const LaneJob *job, const GError *failure)
{
    ytops_log_info(
        "lanes", failure == NULL ? "item done" : "item failed", "lane_id", lane_get_id(job->lane),
        "queue", job->item->queue, "url", job->url, "account_id", job->account_id, "outcome",
        failure == NULL ? "OK" : ytops_error_code_to_string(ytops_error_get_code(failure)), "error",
        failure != NULL ? failure->message : NULL, NULL);
}

static void give_back(LaneLife *life, LaneJob *job, const GError *failure)
{
    if (!is_known(life, failure))
        ytops_log_warning("lanes", "item given back", "lane_id", lane_get_id(life->lane), "url",
                          job->url, "error", failure->message, NULL);
    life->may_hold = !lane_job_release(job);
}

static void abandon(LaneLife *life, const LaneJob *job, const GError *failure)
{
    ytops_log_warning("lanes", "item abandoned: its lease was lost", "lane_id",
                      lane_get_id(life->lane), "url", job->url, "error", failure->message, NULL);
}

/* What could not be recorded is not lost: the lease gives it to another lane. */
static void end_marking(LaneLife *life, LaneJob *job, const GError *failure, const GError *unmarked)
{
    if (unmarked == NULL) {
        life->paused_for = NOT_PAUSED;
        log_end(job, failure);
        lane_count(life->lane, failure == NULL);
        prefer(life, failure == NULL ? job->account_id : NULL);
    } else if (lane_verdict(ytops_error_get_code(unmarked)) == LANE_VERDICT_ABANDON) {
        abandon(life, job, unmarked);
    } else {
        ytops_log_error("lanes",
                        "an item's end could not be recorded; it is done again when its "
                        "lease is over",
                        "lane_id", lane_get_id(life->lane), "url", job->url, "error",
                        unmarked->message, NULL);
    }
}

static void end_failed(LaneLife *life, LaneJob *job, const GError *failure)
{
    g_autoptr(GError) unmarked = NULL;

    lane_job_mark_failure(job, failure, &unmarked);
    end_marking(life, job, failure, unmarked);
}

/* The failure's consequences for the item, and for the lane. */
static void settle(LaneLife *life, LaneJob *job, const GError *failure)
{
    LaneVerdict verdict = lane_verdict(ytops_error_get_code(failure));

    if (job->is_judged || job->sent_back_to != NULL)
        verdict = LANE_VERDICT_FAIL;
    if (job->is_judged && job->releases)
        give_back(life, job, failure);
    else if (verdict == LANE_VERDICT_FAIL)
        end_failed(life, job, failure);
    else if (verdict == LANE_VERDICT_ABANDON)
        abandon(life, job, failure);
    else
        give_back(life, job, failure);
    if (job->stops_lane)
        stop(life, job->recovery);
    else if (verdict == LANE_VERDICT_STOP)
        stop(life, failure->message);
    else if (verdict == LANE_VERDICT_PAUSE)
        pause_lane(life, failure);
}

/* An item of the authentication stage may be a task that came back. */
static gboolean read_item(LaneJob *job, GError **error)
{
    g_autoptr(DownloadTask) task = NULL;

    if (!download_task_is(job->item->url))
        return TRUE;
    task = download_task_parse(job->item->url, error);
    if (task == NULL)
        return FALSE;
    job->task = g_strdup(job->item->url);
    g_free(job->url);
    job->url = g_steal_pointer(&task->url);
    g_free(job->format);
    job->format = g_steal_pointer(&task->format);
    return TRUE;
}

/* With a new token where the policy says so: its media URLs, or its proxy, may be what failed. */
static gboolean deliver(LaneJob *job, GError **error)
{
    for (;;) {
        g_autoptr(GError) failure = NULL;

        if (lane_job_deliver(job, &failure))
            return TRUE;
        if (!lane_job_recover(job, failure, error) || !lane_job_get_next_token(job, error))
            return FALSE;
    }
}

static gboolean take_steps(LaneLife *life, LaneJob *job, GError **error)
{
    if (!read_item(job, error))
        return FALSE;
    lane_set_url(life->lane, job->url);
    switch (lane_get_settings(life->lane)->options.kind) {
    case YTOPS_LANE_AUTH:
        return lane_job_get_token(job, life->preferred_account, error) &&
               lane_job_shelve(job, error);
    case YTOPS_LANE_DOWNLOAD:
        return lane_job_fetch_token(job, error) && lane_job_deliver(job, error);
    case YTOPS_LANE_FULL:
        break;
    }
    return lane_job_get_token(job, life->preferred_account, error) && deliver(job, error);
}

static void work_on(LaneLife *life, YtopsQueueItem *item)
{
    g_autoptr(LaneJob) job = lane_job_new(life->lane, item);
    g_autoptr(GError) failure = NULL;
    g_autoptr(GError) unmarked = NULL;

    if (!take_steps(life, job, &failure)) {
        settle(life, job, failure);
        return;
    }
    lane_job_mark_success(job, &unmarked);
    end_marking(life, job, NULL, unmarked);
}

/* Why nothing was pulled. */
static void settle_pull(LaneLife *life, const GError *failure)
{
    const LaneSettings *settings = lane_get_settings(life->lane);
    YtopsErrorCode code = ytops_error_get_code(failure);

    if (code == YTOPS_ERROR_QUEUE_EMPTY)
        life->paused_for = NOT_PAUSED;
    if (code == YTOPS_ERROR_QUEUE_EMPTY && settings->options.waits)
        lane_sleep(life->lane, IDLE_S);
    else if (code == YTOPS_ERROR_QUEUE_EMPTY)
        stop(life, "the queue is empty");
    else if (lane_verdict(code) == LANE_VERDICT_PAUSE)
        pause_lane(life, failure);
    else
        stop(life, failure->message);
}

static YtopsQueueItem *find_held(LaneLife *life, GError **error)
{
    const LaneSettings *settings = lane_get_settings(life->lane);

    return ytops_work_queues_find_held(settings->parts.queues, lane_get_queue(life->lane),
                                       lane_get_id(life->lane), settings->options.lease_s, error);
}

/* At its end: back to the queue, if Redis can be told that now. */
static void let_go(LaneLife *life)
{
    g_autoptr(YtopsQueueItem) item = life->may_hold ? find_held(life, NULL) : NULL;

    if (item != NULL)
        ytops_work_queues_release(lane_get_settings(life->lane)->parts.queues, item->queue,
                                  item->item_id, NULL);
}

/* What it may hold comes first: nobody else can have that before its lease is over. */
static YtopsQueueItem *next_item(LaneLife *life, GError **error)
{
    const LaneSettings *settings = lane_get_settings(life->lane);
    g_autoptr(GError) cause = NULL;
    YtopsQueueItem *item = life->may_hold ? find_held(life, &cause) : NULL;

    if (cause != NULL && ytops_error_get_code(cause) != YTOPS_ERROR_NOT_FOUND) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return NULL;
    }
    g_clear_error(&cause);
    if (item != NULL)
        ytops_log_info("lanes", "a lane goes on with an item that it still holds", "lane_id",
                       lane_get_id(life->lane), "url", item->url, NULL);
    else
        item = ytops_work_queues_pull(settings->parts.queues, lane_get_queue(life->lane),
                                      lane_get_id(life->lane), settings->options.lease_s, &cause);
    life->may_hold = ytops_error_get_code(cause) == YTOPS_ERROR_REDIS_UNAVAILABLE;
    if (cause != NULL)
        g_propagate_error(error, g_steal_pointer(&cause));
    return item;
}

static void take_turn(LaneLife *life)
{
    g_autoptr(GError) failure = NULL;
    YtopsQueueItem *item;

    lane_set_url(life->lane, NULL);
    lane_set_means(life->lane, NULL, NULL);
    lane_set_state(life->lane, YTOPS_LANE_PULLING, NULL);
    item = next_item(life, &failure);
    if (item != NULL)
        work_on(life, item);
    else
        settle_pull(life, failure);
    if (life->stop_reason == NULL)
        life->stop_reason = lane_get_stop_reason(life->lane);
}

void lane_run(Lane *lane)
{
    LaneLife life = {
        .lane = lane, .stop_reason = lane_get_stop_reason(lane), .paused_for = NOT_PAUSED};

    ytops_log_info("lanes", "a lane starts", "lane_id", lane_get_id(lane), "queue",
                   lane_get_queue(lane), NULL);
    while (life.stop_reason == NULL)
        take_turn(&life);
    let_go(&life);
    ytops_log_info("lanes", "a lane stops", "lane_id", lane_get_id(lane), "queue",
                   lane_get_queue(lane), "reason", life.stop_reason, NULL);
    lane_set_url(lane, NULL);
    lane_set_means(lane, NULL, NULL);
    lane_set_state(lane, YTOPS_LANE_STOPPED, life.stop_reason);
    g_free(life.preferred_account);
    g_free(life.stop_reason);
}
