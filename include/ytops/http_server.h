/*
 * An HTTP/1.1 server on a libuv loop: keep-alive, HEAD, chunked replies, limits, backpressure.
 *
 * Everything here happens on the loop's thread and never blocks. An exchange is one request and its
 * reply; a handler may answer at once, later, or bit by bit. It is valid until it was ended, aborted
 * or its on_close was called, whichever comes first. The program must ignore SIGPIPE.
 */
#pragma once

#include <uv.h>

#include "ytops/error.h"
#include "ytops/json.h"

/* 0 stands for the default in brackets. Strings are borrowed for ytops_http_server_new. */
typedef struct {
    const char *listen;       /* NULL: 127.0.0.1 */
    guint16 port;             /* 0: any free one */
    const char *api_token;    /* NULL or "": none is asked for */
    gsize head_limit;         /* request line and headers, bytes [16 KiB]; more: 431 or 414 */
    gsize body_limit;         /* bytes [1 MiB]; more: 413 */
    guint request_timeout_ms; /* for head and body to arrive [10 s]; then 408 */
    guint keep_alive_ms;      /* an idle connection is closed after [60 s] */
    guint connection_limit;   /* [10000] */
} YtopsHttpOptions;

typedef struct YtopsHttpServer YtopsHttpServer;
typedef struct YtopsHttpExchange YtopsHttpExchange;

/*
 * Binds and listens. NULL, and INVALID_ARGUMENT that names the address and port, where they cannot be
 * had; the loop must still run once more before it is closed.
 */
YtopsHttpServer *ytops_http_server_new(uv_loop_t *loop, const YtopsHttpOptions *options,
                                       GError **error);
guint16 ytops_http_server_get_port(const YtopsHttpServer *server);
guint ytops_http_server_count_connections(const YtopsHttpServer *server);

/* Closes the listener; exchanges go on, connections close after their reply. */
void ytops_http_server_drain(YtopsHttpServer *server);

/* Closes every connection (on_close is called) and frees once libuv is done with all of them. */
void ytops_http_server_close(YtopsHttpServer *server);

/* Answers the exchange, now or later. */
typedef void (*YtopsHttpHandler)(YtopsHttpExchange *exchange, gpointer data);

/*
 * Whether a route needs the API token (X-API-Token, or Authorization: Bearer; 401 without). Where the
 * server has none, what is guarded is 403 to pages of another origin and under a name that is not this
 * host's own; OWN_PAGES is 403 to the former always.
 */
typedef enum {
    YTOPS_HTTP_PUBLIC,
    YTOPS_HTTP_GUARDED,
    YTOPS_HTTP_OWN_PAGES /* guarded, too */
} YtopsHttpAccess;

/*
 * pattern: a path whose segments are literal or {name}; one that ends in {name...} takes the rest of
 * the path. A route for GET also serves HEAD. An unknown path is 404, a known one with another
 * method 405 with Allow. Literal segments win over names.
 */
void ytops_http_server_add_route(YtopsHttpServer *server, const char *method, const char *pattern,
                                 YtopsHttpAccess access, YtopsHttpHandler handler, gpointer data);

/* ---- the request; everything is owned by the exchange ----------------------------------------- */

const char *ytops_http_exchange_get_method(const YtopsHttpExchange *exchange); /* "GET", ... */
gboolean ytops_http_exchange_is_head(const YtopsHttpExchange *exchange);
const char *ytops_http_exchange_get_path(const YtopsHttpExchange *exchange); /* decoded */
const char *ytops_http_exchange_get_param(const YtopsHttpExchange *exchange, const char *name);
const char *ytops_http_exchange_get_query(const YtopsHttpExchange *exchange, const char *name);
const char *ytops_http_exchange_get_query_text(const YtopsHttpExchange *exchange); /* raw; "" */
const char *ytops_http_exchange_get_header(const YtopsHttpExchange *exchange, const char *name);
GBytes *ytops_http_exchange_get_body(const YtopsHttpExchange *exchange);     /* never NULL */
const char *ytops_http_exchange_get_peer(const YtopsHttpExchange *exchange); /* "address:port" */

/* ---- the reply --------------------------------------------------------------------------------- */

/*
 * A header of the reply to come; before it starts. Replaces one of the same name. Control characters
 * in the value are dropped. Content-Length, Transfer-Encoding, Connection, Keep-Alive and Date are the
 * server's own and ignored here.
 */
void ytops_http_exchange_set_header(YtopsHttpExchange *exchange, const char *name,
                                    const char *value);

/* The whole reply; ends the exchange. `content_type` and `body` may be NULL; `body` is referenced. */
void ytops_http_exchange_respond(YtopsHttpExchange *exchange, guint status,
                                 const char *content_type, GBytes *body);
void ytops_http_exchange_respond_json(YtopsHttpExchange *exchange, guint status,
                                      const YtopsJson *json);

/*
 * {"error":{"code":..., "message":..., "field":...}}; `field` NULL: none. The status fits the code:
 * INVALID_ARGUMENT 400 (`field` names the culprit), NOT_FOUND 404, OVERLOADED, DRAINING and
 * REDIS_UNAVAILABLE 503, else 500; `status` 0 takes that.
 */
void ytops_http_exchange_respond_error(YtopsHttpExchange *exchange, guint status,
                                       const GError *error, const char *field);

/* Begins a reply that comes bit by bit. length -1: not known (chunked, or closed at the end). */
void ytops_http_exchange_start(YtopsHttpExchange *exchange, guint status, gint64 length);

/*
 * Queues a piece, which is referenced, not copied; dropped where the client is gone, for HEAD, and
 * past a known length. on_drain comes after every write or series of writes, never from inside it.
 */
void ytops_http_exchange_write(YtopsHttpExchange *exchange, GBytes *piece);

/* Bytes queued and not yet taken by the socket. */
gsize ytops_http_exchange_get_queued(const YtopsHttpExchange *exchange);

/* The reply is complete. With a known length of which bytes are missing, it is aborted. */
void ytops_http_exchange_end(YtopsHttpExchange *exchange);

/* The reply cannot be completed: the connection is closed so that the client sees it as broken. */
void ytops_http_exchange_abort(YtopsHttpExchange *exchange);

typedef struct {
    void (*on_drain)(YtopsHttpExchange *exchange, gpointer data); /* the queue became empty */
    void (*on_close)(YtopsHttpExchange *exchange, gpointer data); /* the client went, or close() */
    /*
     * The client sends nothing more: it has gone, or has closed only that side and waits for the
     * reply, which cannot be told apart before something is written. NULL: it gets its reply.
     */
    void (*on_end)(YtopsHttpExchange *exchange, gpointer data);
} YtopsHttpEvents;

/* Before the exchange ends; not called after the exchange was ended or aborted by its handler. */
void ytops_http_exchange_set_events(YtopsHttpExchange *exchange, const YtopsHttpEvents *events,
                                    gpointer data);
