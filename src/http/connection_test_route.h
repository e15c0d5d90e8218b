/* POST /test-connection: how a URL answers. */
#pragma once

#include "ytops/http_server.h"
#include "ytops/relay.h"

/* `relay` is borrowed and must outlive the server. */
void connection_test_route_add(YtopsHttpServer *server, YtopsRelay *relay);
