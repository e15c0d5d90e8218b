/* The changes of state that a server told about, as people and programs read them. Pure. */
#pragma once

#include "table.h"
#include "ytops/json.h"
#include "ytops_management_types.h"

/* A table of the events (YtopsAuditEvent). */
CliTable *cli_event_table(const GPtrArray *events);

/*
 * One event on a line of its own, safe to show and ended by a line break:
 * "2026-11-21T10:02:03Z  account acc_01 banned by rpc:127.0.0.1:4711: by hand". Free with g_free.
 */
char *cli_event_line(const YtopsAuditEvent *event);

/* The event with the contract's names. */
YtopsJson *cli_event_json(const YtopsAuditEvent *event);

/* {"events": [...]}. */
YtopsJson *cli_events_json(const GPtrArray *events);
