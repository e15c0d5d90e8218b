/*
 * The built-in lanes of one process: each a thread that takes URLs from a queue and sees them through,
 * as the steps of WorkService would (docs/lanes.md).
 *
 *     start -> lanes run -> a lane stops: its queue is empty, its policy says so, it was asked to
 *     drain -> every lane stops after what it works on -> cancel: what still runs is killed, and
 *              its URL released -> free
 *
 * What the lanes do is on the board (ytops/lane_board.h), written by a thread of the crew's own at
 * once when a lane changes its state and at most once a second for progress; the same thread hears
 * which lanes are asked to stop. Thread-safe.
 */
#pragma once

#include "ytops/lane_board.h"
#include "ytops/recovery.h"
#include "ytops/token_service.h"
#include "ytops/work_queue.h"

/* Borrowed for ytops_lane_crew_new and copied. Strings may be "", none is NULL. */
typedef struct {
    YtopsLaneWork kind;
    const char *instance_id;
    const char *queue;
    const char *next_queue;   /* of an AUTH lane: where the download tasks go */
    const char *account_pool; /* "prefix:50" or ids; a DOWNLOAD lane needs none */
    gboolean auto_create;     /* accounts, when the pool is used up */
    YtopsRecoveryPolicy policy;
    gboolean waits; /* at an empty queue, instead of stopping */
    const char *download_dir;
    const char *format; /* yt-dlp's; of an AUTH lane several, with ';' between them */
    const char *ytdlp;
    const char *ffmpeg; /* "": as yt-dlp finds it */
    const char *ffprobe;
    gint64 download_timeout_s; /* of a URL's download and probe together */
    gint64 lease_s;            /* > 0 */
    gint64 token_timeout_s;    /* > 0 */
} YtopsLaneOptions;

/* Must outlive the crew. */
typedef struct {
    YtopsRedisPool *redis;
    YtopsWorkQueues *queues;
    YtopsLaneBoard *board;
    YtopsAccountManager *accounts;
    YtopsProxyManager *proxies;
    YtopsTokenService *tokens;
    const YtopsErrorPolicy *errors;
} YtopsLaneParts;

#define YTOPS_LANE_CREW_MOST 256 /* lanes of one process */

typedef struct YtopsLaneCrew YtopsLaneCrew;

/* No lane runs yet. INTERNAL where the process has too many open files. */
YtopsLaneCrew *ytops_lane_crew_new(const YtopsLaneOptions *options, const YtopsLaneParts *parts,
                                   GError **error);

/*
 * Starts so many more lanes; queue "": that of the options. How many run then, -1 on error:
 * INVALID_ARGUMENT for a count that is out of range and for options that cannot work (the message
 * names the flag), DRAINING once the crew drains.
 */
gint64 ytops_lane_crew_start(YtopsLaneCrew *crew, const char *queue, gint64 count, GError **error);

/* Somebody was asked to stop: look at the board now. */
void ytops_lane_crew_look(YtopsLaneCrew *crew);

/* From now on no lane takes a URL, nor is one started. Does not wait. */
void ytops_lane_crew_drain(YtopsLaneCrew *crew);

/* TRUE once no lane runs, FALSE when timeout_ms pass first. */
gboolean ytops_lane_crew_wait(YtopsLaneCrew *crew, gint64 timeout_ms);

/* Drains, and ends what runs at once: the URLs go back to the head of their inbox. Does not wait. */
void ytops_lane_crew_cancel(YtopsLaneCrew *crew);

/* Cancels, joins the threads, leaves the board. NULL is fine. */
void ytops_lane_crew_free(YtopsLaneCrew *crew);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsLaneCrew, ytops_lane_crew_free)
