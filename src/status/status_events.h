/* The newest changes of states, as the audit has them. On the status' thread. */
#pragma once

#include "ytops/audit.h"

typedef struct StatusEvents StatusEvents;

/* `redis` is borrowed. */
StatusEvents *status_events_new(YtopsRedisPool *redis);
void status_events_free(StatusEvents *events);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StatusEvents, status_events_free)

/* Gets each event that is new, the oldest first. */
typedef void (*StatusEventFunc)(const YtopsAuditRecord *record, gpointer data);

/* Reads what is new; `take` is not called for what was there before the first refresh. */
gboolean status_events_refresh(StatusEvents *events, StatusEventFunc take, gpointer data,
                               GError **error);

/* Appends `,"events":[...]`, the oldest first: all that are kept, or those since the last update. */
void status_events_append_all(const StatusEvents *events, GString *json);
gboolean status_events_append_new(StatusEvents *events, GString *json);
