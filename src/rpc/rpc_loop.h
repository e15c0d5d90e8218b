/*
 * The server's thread: a libuv loop with the listener, the connections and the idle timer.
 *
 * It hands messages to `run` and takes replies from its port. Everything here but the calls under
 * "from any thread" happens on the loop's own thread.
 */
#pragma once

#include "connection.h"
#include "reply_port.h"
#include "rpc_metrics.h"

typedef struct RpcLoop RpcLoop;

typedef struct {
    const char *listen;
    guint16 port;
    gsize frame_limit;
    guint connection_limit;
    guint call_limit;
    guint64 idle_timeout_ms;
    /* Takes over the call; on the loop's thread, must not block. */
    void (*run)(gpointer data, RpcCall *call);
    gpointer run_data;
    RpcMetrics *metrics; /* of calls that never reach `run`; must outlive the loop */
} RpcLoopOptions;

/* Binds and listens; nothing is accepted before rpc_loop_start. INVALID_ARGUMENT names the address
 * and the port that cannot be had. */
RpcLoop *rpc_loop_new(const RpcLoopOptions *options, GError **error);

void rpc_loop_start(RpcLoop *loop);

guint16 rpc_loop_get_port(const RpcLoop *loop);

/* Owned by the loop; take a reference to keep it. */
ReplyPort *rpc_loop_get_reply_port(RpcLoop *loop);

/* ---- from any thread --------------------------------------------------------------------- */

/* A call has left its worker: it was answered or deferred. Makes room under the call limit. */
void rpc_loop_call_left(RpcLoop *loop);

void rpc_loop_stop_listening(RpcLoop *loop);

/* Open connections at this moment. */
guint rpc_loop_count_connections(RpcLoop *loop);

/* When the loop last turned, monotonic microseconds, and how many calls have left. */
gint64 rpc_loop_get_turned_us(RpcLoop *loop);
guint rpc_loop_count_left(RpcLoop *loop);

/* FALSE where a call is still in work, or a reply not written, after timeout_ms. */
gboolean rpc_loop_wait_idle(RpcLoop *loop, gint64 timeout_ms);

/* Closes every connection and ends the thread; replies posted from now on are dropped. */
void rpc_loop_stop(RpcLoop *loop);

/* After rpc_loop_stop, and when no worker can call rpc_loop_call_left any more. */
void rpc_loop_free(RpcLoop *loop);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RpcLoop, rpc_loop_free)
