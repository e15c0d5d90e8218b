/* A stream as the JSON of the HTTP API. Pure. */
#pragma once

#include "ytops/json.h"
#include "ytops/relay.h"

/* Everything about it. Passwords in URLs are shown as ***. */
YtopsJson *stream_json_status(const YtopsRelayInfo *info);

/* What POST /streams answers. */
YtopsJson *stream_json_created(const YtopsRelayInfo *info);
