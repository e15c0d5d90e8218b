/*
 * An exchange as the server makes it. What a handler may do with it is in ytops/http_server.h.
 *
 *      WAITING --respond--------------------> freed
 *         |                                     ^
 *         +--start--> STREAMING --end, abort----+
 *
 * It is also freed, after its on_close, when its connection goes.
 */
#pragma once

#include "http_connection.h"
#include "http_head.h"
#include "ytops/http_server.h"

struct YtopsHttpExchange {
    HttpConnection *connection;
    HttpRequest *request;
    GHashTable *params; /* NULL: none */
    HttpHead *head;
    gboolean started;
    guint status;
    HttpFraming framing;
    gint64 length; /* HTTP_FRAMING_LENGTH: of the body */
    gint64 sent;   /* of the body */
    gint64 begun_us;
    YtopsHttpEvents events;
    gpointer data;
};

/* Takes over the request. Ends as a handler's exchange does. */
YtopsHttpExchange *http_exchange_new(HttpConnection *connection, HttpRequest *request);

/* Takes over the params of the route. */
void http_exchange_set_params(YtopsHttpExchange *exchange, GHashTable *params);

/* Answers with what the server has against the request. */
void http_exchange_refuse(YtopsHttpExchange *exchange, const HttpFault *fault);

/* Writes the log line and frees. The connection no longer knows it. */
void http_exchange_free(YtopsHttpExchange *exchange, const char *end);
