/*
 * One client's connection. Lives on the loop's thread only.
 *
 *     READING --a message--> CALLING --reply--> WRITING --written--> READING
 *        |                                         |
 *        | not Thrift                              | written, and the client cannot go on
 *        v                                         v
 *     CLOSING <--peer closed, or 2 s-- LINGERING <-+
 *        |
 *        v last close callback
 *      freed
 *
 * From every state the peer's end, an error and connection_close lead to CLOSING. One call is in
 * work at a time: what the client sends ahead is read up to one buffer and then left in the socket,
 * and is served in order. LINGERING reads and drops what still comes, so that the exception that
 * was just sent is not lost to a reset.
 */
#pragma once

#include <uv.h>

#include "rpc_call.h"

typedef struct Connection Connection;

typedef enum {
    CONNECTION_READING,
    CONNECTION_CALLING,
    CONNECTION_WRITING,
    CONNECTION_LINGERING,
    CONNECTION_CLOSING
} ConnectionState;

/* Who runs the calls. Shared by all connections of a loop and longer-lived than they. */
typedef struct {
    gsize frame_limit;
    uv_buf_t read_buffer; /* one for all: it is emptied before the next read */
    /*
     * A message came: takes over `call`. Either connection_reply is called at a later time, or
     * *reply is set (NULL: nothing to send) and TRUE returned to answer at once.
     */
    gboolean (*on_call)(gpointer data, RpcCall *call, GByteArray **reply);
    /* The state changed; with CLOSING the connection must be forgotten: it frees itself. */
    void (*on_state)(gpointer data, Connection *connection, ConnectionState from,
                     ConnectionState to);
    gpointer data;
} ConnectionOwner;

/*
 * Accepts the connection that waits at `listener`. NULL, after a log line, where it is gone already.
 * `owner` is borrowed. Nothing is read before connection_start.
 */
Connection *connection_accept(uv_stream_t *listener, guint64 id, const ConnectionOwner *owner);

void connection_start(Connection *connection);

guint64 connection_get_id(const Connection *connection);

/* Answers the call in work, takes over `bytes` (NULL: nothing to send), and goes on reading. */
void connection_reply(Connection *connection, GByteArray *bytes);

/* Where nothing moved for too long: no call for `idle_ms`, or a reply that is not taken. */
void connection_check_idle(Connection *connection, guint64 idle_ms);

void connection_close(Connection *connection);
