/* A reply that never ends, of server-sent events. On the loop's thread. */
#pragma once

#include "ytops/http_server.h"

/* The head, and a first comment that says what comes. */
void event_stream_start(YtopsHttpExchange *exchange, const char *comment);

/* Text of events, as it is. */
void event_stream_write(YtopsHttpExchange *exchange, const char *text);

/* A comment: keeps proxies from closing, and shows us who is gone. */
void event_stream_keep_alive(YtopsHttpExchange *exchange);
