/*
 * The relay's HTTP API, as users of m3u-proxy know it: control under /streams, /stats, /clients,
 * /test-connection, /webhooks and /events, media under /stream and /hls. docs/relay.md lists it.
 */
#pragma once

#include "ytops/http_server.h"
#include "ytops/relay.h"
#include "ytops/relay_events.h"
#include "ytops/webhooks.h"

typedef struct YtopsRelayApi YtopsRelayApi;

/*
 * Adds the routes. The server must be closed first, then the API be freed, then the relay be closed.
 * All borrowed.
 */
YtopsRelayApi *ytops_relay_api_new(uv_loop_t *loop, YtopsHttpServer *server, YtopsRelay *relay,
                                   YtopsRelayEvents *events, YtopsWebhooks *webhooks);
void ytops_relay_api_free(YtopsRelayApi *api);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsRelayApi, ytops_relay_api_free)
