/* Lanes, as a table and as JSON. Pure. */
#pragma once

#include "output.h"
#include "ytops_work_types.h"

/* Elements are YtopsLaneStatus; `now` in Unix seconds. */
CliTable *cli_lane_table(const GPtrArray *statuses, gint64 now);
YtopsJson *cli_lane_list_json(const GPtrArray *statuses);
