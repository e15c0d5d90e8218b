/* Relayed streams as tables and as JSON. Pure. */
#pragma once

#include "table.h"
#include "ytops/json.h"
#include "ytops_relay_types.h"

/* One row per YtopsStreamStatus, in their order. */
CliTable *cli_stream_table(const GPtrArray *statuses);

/* All of one stream, a row for each thing; the header line of this table says nothing. */
CliTable *cli_stream_details(const YtopsStreamStatus *status, gint64 now);

/* A StreamStatus as the contract names its fields; what is not set is null, metadata {}. */
YtopsJson *cli_stream_json(const YtopsStreamStatus *status);

/* {"streams": [StreamStatus, ...]}. */
YtopsJson *cli_stream_list_json(const GPtrArray *statuses);
