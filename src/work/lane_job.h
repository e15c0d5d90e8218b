/*
 * One item in a lane's hands: the straight-line way from the queue to its end. Belongs to the lane's
 * thread.
 */
#pragma once

#include "lane.h"
#include "lease.h"
#include "probe.h"
#include "ytops/json.h"

typedef struct {
    Lane *lane;
    YtopsQueueItem *item;
    Lease lease;
    char *url;    /* of the video */
    char *format; /* asked for; "": yt-dlp's choice */
    char *task;   /* of a DOWNLOAD lane, or sent back to an AUTH lane: the item; NULL: a URL */
    char *account_id;
    YtopsTokenResult *token;
    gint64 attempts;    /* each with a token of its own */
    GPtrArray *tried;   /* account ids */
    GPtrArray *banned;  /* accounts and proxies, as the result shows them */
    char *recovery;     /* what the policy said last; NULL: it was not asked */
    gboolean is_judged; /* by the policy: the item fails, whatever the error */
    gboolean stops_lane;
    gboolean releases;  /* with is_judged: it is given back instead of failing */
    char *sent_back_to; /* the queue of a DOWNLOAD lane's item that needs a new info.json */
    YtopsJson *result;
} LaneJob;

/* Takes over `item`. */
LaneJob *lane_job_new(Lane *lane, YtopsQueueItem *item);
void lane_job_free(LaneJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LaneJob, lane_job_free)

/* A ToolTick: keeps the lease. */
gboolean lane_job_tick(gpointer job, GError **error);

/*
 * Asks the policy what follows a failed attempt. TRUE: another one, with job->account_id. FALSE and the
 * error that ended it; is_judged, stops_lane and releases then say what the policy wants.
 */
gboolean lane_job_recover(LaneJob *job, const GError *failure, GError **error);

/* An account and a token, with recovery from failures; preferred_account NULL: none. */
gboolean lane_job_get_token(LaneJob *job, const char *preferred_account, GError **error);

/* A token in place of the last one, for job->account_id; the same otherwise. */
gboolean lane_job_get_next_token(LaneJob *job, GError **error);

/* Of a DOWNLOAD lane: the kept info.json. FALSE with sent_back_to set where a new one is needed. */
gboolean lane_job_fetch_token(LaneJob *job, GError **error);

/* Download, probe, and the files into their place; fills `result`. */
gboolean lane_job_deliver(LaneJob *job, GError **error);

/* Of an AUTH lane: keeps the info.json; fills `result`. */
gboolean lane_job_shelve(LaneJob *job, GError **error);

/* Records the end, waiting for Redis where it is away. NOT_FOUND: the item is not ours any more. */
gboolean lane_job_mark_success(LaneJob *job, GError **error);
gboolean lane_job_mark_failure(LaneJob *job, const GError *failure, GError **error);

/* Back to the head of the inbox. FALSE where that failed: the lane may still hold it. */
gboolean lane_job_release(LaneJob *job);
