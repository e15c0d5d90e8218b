/*
 * GET /events: the relay's events as server-sent events. A reader that comes back with Last-Event-ID
 * first gets what it missed, as far as it is kept.
 */
#pragma once

#include "ytops/http_server.h"
#include "ytops/relay_events.h"

typedef struct EventRoutes EventRoutes;

/* All borrowed; to be freed after the server was closed and before the events are. */
EventRoutes *event_routes_add(YtopsHttpServer *server, YtopsRelayEvents *events, uv_loop_t *loop);
void event_routes_free(EventRoutes *routes);
