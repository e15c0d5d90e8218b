/*
 * When the media URLs of an info.json stop working. Pure.
 */
#pragma once

#include "ytops/json.h"

/*
 * The soonest expiry, in Unix seconds, among `url`, `manifest_url`, `formats` and
 * `requested_formats` of an info.json and of its `entries`: the query parameter `expire=N` or the
 * path part `/expire/N/`. Times before 2005 and more than ten years after `now` are no times and
 * count as not told. 0 where no URL tells. `info` may be NULL or any JSON value.
 */
gint64 token_expiry_from_info(const YtopsJson *info, gint64 now);

/* The same for one URL; NULL gives 0. */
gint64 token_expiry_from_url(const char *url, gint64 now);
