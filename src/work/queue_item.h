/*
 * What stands in a queue: the check of JSON that is kept, and an item as the pull script gives it.
 */
#pragma once

#include "ytops/work_queue.h"

/*
 * Whether the text is a JSON object of at most 1 MiB. `name` is that of the argument, for the error
 * (INVALID_ARGUMENT).
 */
gboolean queue_item_check_json(const char *text, const char *name, GError **error);

/* The answer {text, deliveries, lease_expires_at} of lua/pull.lua. */
YtopsQueueItem *queue_item_from_reply(const YtopsRedisReply *reply, const char *queue,
                                      const char *item_id);
