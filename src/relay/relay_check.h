/* Whether a stream may be made from a specification. Pure. */
#pragma once

#include "ytops/relay.h"

/* INVALID_ARGUMENT with the context `field`. */
gboolean relay_check_spec(const YtopsRelaySpec *spec, gboolean allow_private, GError **error);
