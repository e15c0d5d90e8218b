/*
 * One client's connection. Lives on the loop's thread only.
 *
 * Its states are drawn in http_connection_state.h. One request is in work at a time: what the client sends ahead is read up to a limit, then left in the socket, and served
 * in order. LINGERING reads and drops what still comes, so that the last reply is not lost to a
 * reset.
 */
#pragma once

#include <uv.h>

#include "http_connection_state.h"
#include "http_parser.h"
#include "http_piece.h"

typedef struct HttpConnection HttpConnection;

/* Shared by all connections of a server and longer-lived than they. */
typedef struct {
    HttpLimits limits;
    guint request_timeout_ms;
    guint keep_alive_ms;
    uv_buf_t read_buffer; /* one for all: it is emptied before the next read */
    /* Takes over the request, which is to be answered by send and finish, or abort. */
    void (*on_request)(gpointer data, HttpConnection *connection, HttpRequest *request);
    /* Called as the last thing before the connection is freed. */
    void (*on_freed)(gpointer data, HttpConnection *connection);
    gpointer data;
} HttpConnectionOwner;

/* Who answers the request in work. Neither is called after finish or abort. */
typedef struct {
    void (*on_drain)(gpointer data); /* everything sent was taken by the socket */
    void (*on_close)(gpointer data); /* the connection is gone: forget it */
    void (*on_end)(gpointer data);   /* the client sends nothing more */
} HttpConnectionUser;

/*
 * Accepts the connection that waits at `listener`. NULL, after a log line, where it is gone already;
 * on_freed comes in both cases. Nothing is read before start.
 */
HttpConnection *http_connection_accept(uv_stream_t *listener, const HttpConnectionOwner *owner);
void http_connection_start(HttpConnection *connection);

/* Instead of start: says why this client is not served, and hangs up. */
void http_connection_refuse(HttpConnection *connection, const HttpFault *fault);

const char *http_connection_get_peer(const HttpConnection *connection);

/* The next reply is the last one: asked for by drain, or a must. */
gboolean http_connection_is_last(const HttpConnection *connection);

/* ---- while a request is in work; where the connection is closing, nothing happens --------------- */

/* `user` is borrowed. */
void http_connection_set_user(HttpConnection *connection, const HttpConnectionUser *user,
                              gpointer data);

/* Takes over the piece. */
void http_connection_send(HttpConnection *connection, HttpPiece *piece);

/* Bytes sent and not yet taken by the socket. */
gsize http_connection_get_queued(const HttpConnection *connection);

/* The reply is complete. keep_alive FALSE: and was the last one. */
void http_connection_finish(HttpConnection *connection, gboolean keep_alive);

/* Closes; `reset` where the client could take the end for the end of the reply. */
void http_connection_abort(HttpConnection *connection, gboolean reset);

/* ---- the end ----------------------------------------------------------------------------------- */

/* Closes at once where no request has begun, and else after its reply. */
void http_connection_drain(HttpConnection *connection);

void http_connection_close(HttpConnection *connection);
