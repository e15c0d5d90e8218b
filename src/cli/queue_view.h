/* Queues, as tables, as JSON and as a line of progress. Pure. */
#pragma once

#include "output.h"
#include "ytops_work_types.h"

/* Elements are YtopsQueueStatus. */
CliTable *cli_queue_table(const GPtrArray *statuses);
YtopsJson *cli_queue_list_json(const GPtrArray *statuses);
YtopsJson *cli_queue_json(const YtopsQueueStatus *status);

/* Elements are YtopsFailedUrl. */
CliTable *cli_failed_table(const GPtrArray *failures);
YtopsJson *cli_failed_json(const GPtrArray *failures);

/* How far a queue has drained since somebody watches it. */
typedef struct {
    const YtopsQueueStatus *status;
    gint64 done_before; /* succeeded and failed when the watch began */
    gint64 elapsed_s;   /* since then */
} CliQueueProgress;

/* Nothing waits, and nothing is at work. */
gboolean cli_queue_is_drained(const YtopsQueueStatus *status);

/*
 * "q  45%, 110 waiting, 4 at work, 80 ok, 10 failed, 1m 20s left". What ended before the watch began
 * is no part of the percentage. Free with g_free.
 */
char *cli_queue_progress_text(const CliQueueProgress *progress);

/* The same behind a bar, at most `width` columns wide: "[#####.....] q  45%, ...". g_free. */
char *cli_queue_progress_bar(const CliQueueProgress *progress, gsize width);
