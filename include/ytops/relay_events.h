/*
 * The hub of the relay's events: each one is kept for a while for late readers, and given to every
 * listener; the relay itself has logged it. Everything here happens on one thread, the relay loop's.
 */
#pragma once

#include "ytops/json.h"
#include "ytops/relay.h"

typedef struct YtopsRelayEvents YtopsRelayEvents;

/* id: counts from 1, without a gap. The event is borrowed for the call. */
typedef void (*YtopsRelayEventFunc)(const YtopsRelayEvent *event, guint64 id, gpointer data);

/* capacity: so many events are kept; 0: 1000. */
YtopsRelayEvents *ytops_relay_events_new(guint capacity);
void ytops_relay_events_free(YtopsRelayEvents *events);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsRelayEvents, ytops_relay_events_free)

/* Of the type YtopsRelayListener: give it to ytops_relay_new with the hub as its data. An event
 * without a time gets the present one. A listener may publish: that event comes after this one. */
void ytops_relay_events_publish(const YtopsRelayEvent *event, gpointer events);

/* `func` is called for each event from now on. Returns a handle for unlisten, never 0. */
guint ytops_relay_events_listen(YtopsRelayEvents *events, YtopsRelayEventFunc func, gpointer data);

/* Not called any more, also where this is called by a listener. An unknown handle is ignored. */
void ytops_relay_events_unlisten(YtopsRelayEvents *events, guint handle);

/*
 * Calls `func` for the kept events with an id over `after_id`, oldest first; 0: all of them. What
 * was published meanwhile is not among them.
 */
void ytops_relay_events_replay(const YtopsRelayEvents *events, guint64 after_id,
                               YtopsRelayEventFunc func, gpointer data);

/* The id of the newest event; 0: there was none. */
guint64 ytops_relay_events_get_last_id(const YtopsRelayEvents *events);

/*
 * {"event_id": 7, "event_type": "stream_failed", "stream_id": "...", "timestamp":
 * "2026-11-21T10:02:03.123456Z", "data": {"reason": "...", "retry_count": 3}}: `data` has the fields
 * that the type has, with the passwords of URLs redacted.
 */
YtopsJson *ytops_relay_event_to_json(const YtopsRelayEvent *event, guint64 id);

/* FALSE where no type has that name ("stream_started", ...). */
gboolean ytops_relay_event_type_from_string(const char *name, YtopsRelayEventType *type);
