/* How a fetch ended, as the policy's kind of error and as words for people. */
#pragma once

#include "upstream_private.h"

/* RELAY_ERROR_CONNECT where it ended well. */
RelayError upstream_message_classify(const UpstreamFetch *fetch);

/* "http://host/path: what happened", passwords redacted; "complete" where it ended well. g_free. */
char *upstream_message_make(const UpstreamFetch *fetch, RelayError error);
