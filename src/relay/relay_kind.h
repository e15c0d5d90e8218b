/* What kind of stream a URL or a response is. Pure. */
#pragma once

#include "upstream.h"
#include "ytops/relay.h"

/* By the path's suffix; AUTO where that tells nothing. */
YtopsRelayKind relay_kind_from_url(const char *url);

/*
 * By the first good response, never AUTO: HLS by its Content-Type or the path's suffix; LIVE where
 * it has neither a length nor Accept-Ranges: bytes; else VOD. url: what was asked for; where a
 * redirect led counts as well.
 */
YtopsRelayKind relay_kind_from_head(const UpstreamHead *head, const char *url);

/* Whether a response to `url` is a playlist: by its Content-Type or a path's suffix. */
gboolean relay_kind_is_playlist(const UpstreamHead *head, const char *url);

/* Whether the URL's path ends as a playlist's does. */
gboolean relay_kind_is_playlist_url(const char *url);
