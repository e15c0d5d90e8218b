/* The code of docs/errors.md for how a fetch failed: what the owner of its proxy is told. */
#pragma once

#include "upstream_private.h"

/* INTERNAL where neither proxy nor network is to blame: a refusal of our own, a status such as 404. */
YtopsErrorCode upstream_code_of(const UpstreamFetch *fetch, RelayError error);
YtopsErrorCode upstream_code_of_status(guint status);
