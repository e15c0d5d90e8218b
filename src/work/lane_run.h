/* The life of a lane on its thread. */
#pragma once

#include "lane.h"

/* Takes items until the queue is empty, a policy says stop, or it is asked to; then STOPPED. */
void lane_run(Lane *lane);
