/* GET, POST and DELETE /webhooks: who is told of events. */
#pragma once

#include "ytops/http_server.h"
#include "ytops/webhooks.h"

/* `webhooks` is borrowed and must outlive the server. */
void webhook_routes_add(YtopsHttpServer *server, YtopsWebhooks *webhooks);
