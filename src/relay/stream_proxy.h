/* The proxy of a stream: how it is asked for, and what is told of it to the source, whose pool it may be of. */
#pragma once

#include "attempt_error.h"
#include "relay_stream.h"

/*
 * The proxy to fetch through; NULL: directly. g_free. A token's socks5:// is to look names up itself,
 * as it does for yt-dlp: its media can be of hosts that are known on that side only.
 */
char *stream_proxy_make_url(const YtopsRelayStream *stream);

/* Data has flowed through the stream's proxy; it may be what failed. Told on once per outage. */
void stream_proxy_note_success(YtopsRelayStream *stream);
void stream_proxy_note_failure(YtopsRelayStream *stream, const AttemptError *failure);
