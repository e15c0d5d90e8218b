/* A request as options of libcurl. */
#pragma once

#include "upstream_private.h"

/* INVALID_ARGUMENT where a header, the method or a range would break out of its line. */
gboolean upstream_options_apply(UpstreamFetch *fetch, const UpstreamRequest *request,
                                GError **error);
