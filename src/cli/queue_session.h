/* What the commands on queues share. */
#pragma once

#include "session.h"

/* The service; only after cli_session_open. Owned by the session. */
YtopsWorkServiceIf *cli_queue_service(CliSession *session);

/* The counts of one queue; NULL on error. Free with g_object_unref. */
YtopsQueueStatus *cli_queue_fetch(CliSession *session, const char *queue, GError **error);

/* `queue status QUEUE --watch`: shows the counts as they change, until the queue has drained. */
gboolean cli_queue_watch(CliSession *session, GError **error);
