/* Keeps a fetch away from addresses that it may not reach, wherever they come from. */
#pragma once

#include "upstream_private.h"

/*
 * Checks each address before it is connected to (a redirect and a name that changes its address
 * come by here too), and again before the request is sent, because a kept connection may be one
 * that a fetch with more rights opened. With a proxy the address is the proxy's: not checked.
 */
void upstream_guard_install(UpstreamFetch *fetch);

/* Whether the redirect whose head was just read may be followed; FALSE sets the refusal. */
gboolean upstream_guard_redirect(UpstreamFetch *fetch);
