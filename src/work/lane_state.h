/* Which moves of a lane are legal. Pure. */
#pragma once

#include "ytops/lane.h"

/* Staying where it is counts as a move; STOPPED is the end. */
gboolean lane_state_may_move(YtopsLanePhase from, YtopsLanePhase to);
