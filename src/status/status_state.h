/* All that is told, and how it is kept up to date. On the status' thread. */
#pragma once

#include "status_proxies.h"
#include "ytops/status.h"

typedef struct StatusState StatusState;

/* What the sources point to is borrowed. */
StatusState *status_state_new(const YtopsStatusSources *sources);
void status_state_free(StatusState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StatusState, status_state_free)

const StatusProxies *status_state_get_proxies(const StatusState *state);

/* Reads what changed; where the last time is long ago, everything. What fails is part of the state. */
void status_state_refresh(StatusState *state);

/* Whether the last refresh is so recent that nobody would see a difference. */
gboolean status_state_is_fresh(const StatusState *state);

/* The whole state. */
GBytes *status_state_to_json(const StatusState *state);

/* What changed since the last update; NULL: nothing. */
GBytes *status_state_update(StatusState *state);
