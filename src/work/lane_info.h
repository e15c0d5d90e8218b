/* A lane's status as the JSON that is kept in Redis. Pure. */
#pragma once

#include "ytops/lane.h"

/* Free with g_free. */
char *lane_info_to_json(const YtopsLaneInfo *info);

/* NULL for what is no such JSON: other hands have written there. */
YtopsLaneInfo *lane_info_from_json(const char *text);
