/* How the routes of the HTTP API answer. */
#pragma once

#include "ytops/http_server.h"

/* The whole reply; takes over `json`. */
void route_reply_take(YtopsHttpExchange *exchange, guint status, YtopsJson *json);

/* The error with the status that fits its code, and the field that its context names. */
void route_reply_refuse(YtopsHttpExchange *exchange, const GError *error);
