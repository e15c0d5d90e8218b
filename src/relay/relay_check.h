/* Whether a stream may be made from a specification. */
#pragma once

#include "relay_core.h"

/* INVALID_ARGUMENT with the context `field`. */
gboolean relay_check_spec(const YtopsRelaySpec *spec, gboolean allow_private, GError **error);

/* The same for what is about a page and its account: what the source of media takes. */
gboolean relay_check_page(YtopsRelay *relay, const YtopsRelaySpec *spec, GError **error);
