/* How states and times look, in a table and in JSON. Pure. */
#pragma once

#include "table.h"
#include "ytops/json.h"
#include "ytops_common_types.h"

/* Green, yellow, red for ACTIVE, RESTING, BANNED. */
CliStyle cli_state_style(YtopsResourceState state);

/* "ACTIVE", "RESTING", "BANNED"; "UNKNOWN" for a number that a newer server may send. Static. */
const char *cli_state_name(YtopsResourceState state);

/* Appends a cell with the age of a Unix time; `is_set` FALSE gives "never". */
void cli_table_add_age(CliTable *table, gboolean is_set, gint64 then, gint64 now);

/* Sets an optional time or duration; null where it is not set. */
void cli_json_set_time(YtopsJson *object, const char *key, gboolean is_set, gint64 value);
