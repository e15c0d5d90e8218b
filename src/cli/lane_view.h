/* Lanes, as a table and as JSON. Pure. */
#pragma once

#include "output.h"
#include "ytops_work_types.h"

/* "FULL", "PAUSED"; "UNKNOWN" for a number that a newer server may send. Static. */
const char *cli_lane_kind_name(YtopsLaneKind kind);
const char *cli_lane_state_name(YtopsLaneState state);

/* Elements are YtopsLaneStatus; `now` in Unix seconds. */
CliTable *cli_lane_table(const GPtrArray *statuses, gint64 now);
YtopsJson *cli_lane_list_json(const GPtrArray *statuses);
