/*
 * The page at / and what it lives on: the state as JSON and as server-sent events, and an operator's
 * orders. docs/http.md lists the paths.
 */
#pragma once

#include "ytops/http_server.h"
#include "ytops/relay_loop.h"
#include "ytops/status.h"

typedef struct YtopsStatusApi YtopsStatusApi;

/*
 * Adds the routes, and makes the status behind them; on the loop's thread. What the sources point to,
 * the loop and the server are borrowed.
 */
YtopsStatusApi *ytops_status_api_new(YtopsRelayLoop *loop, YtopsHttpServer *server,
                                     const YtopsStatusSources *sources);

/* After the server was closed, while the loop runs; never on the loop's thread. NULL is fine. */
void ytops_status_api_free(YtopsStatusApi *api);
