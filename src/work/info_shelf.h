/*
 * Where the info.json of a URL waits between the two stages, in Redis until its media URLs expire,
 * with what a download needs besides. One a URL: a newer one takes the place. Keys: docs/redis-keys.md.
 * Calls block on Redis and are thread-safe; errors are those of ytops/redis.h.
 */
#pragma once

#include "ytops/redis.h"
#include "ytops/token_request.h"

typedef struct InfoShelf InfoShelf;

/* `pool` must outlive it. */
InfoShelf *info_shelf_new(YtopsRedisPool *pool);
void info_shelf_free(InfoShelf *shelf);

/* The key of a URL's info.json. Free with g_free. */
char *info_shelf_key(const char *url);

/* `now` in Unix seconds. FALSE with MEDIA_403 where its media URLs have expired already. */
gboolean info_shelf_put(InfoShelf *shelf, const char *url, const YtopsTokenResult *token,
                        gint64 now, GError **error);

/*
 * What was put there, to be unref'd: url, account_id, proxy_url, job_id, info_json, ytdlp_command and
 * expires_at are set. NULL without error where there is none, or it has expired.
 */
YtopsTokenResult *info_shelf_get(InfoShelf *shelf, const char *url, gint64 now, GError **error);

/* Counts how often a task has been sent back for a new info.json within a day; -1 on error. */
gint64 info_shelf_count_renewal(InfoShelf *shelf, const char *task, GError **error);

/* Forgets that: the task has come to its end. */
gboolean info_shelf_forget_renewals(InfoShelf *shelf, const char *task, GError **error);
