/*
 * POST /api/accounts/{id}/{action} and /api/proxies/{id}/{action}: an operator bans, unbans, resets.
 * Lives on the loop's thread.
 */
#pragma once

#include "ytops/http_server.h"
#include "ytops/relay_loop.h"
#include "ytops/status.h"

typedef struct StatusOrders StatusOrders;

/* Adds the routes. All borrowed; `status` must outlive the server. */
StatusOrders *status_orders_add(YtopsRelayLoop *loop, YtopsHttpServer *server, YtopsStatus *status);

/* After the status was freed and the server was closed. */
void status_orders_free(StatusOrders *orders);
