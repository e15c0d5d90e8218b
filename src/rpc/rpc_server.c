#include "ytops/rpc_server.h"

#include "dispatch.h"
#include "open_files.h"
#include "rpc_loop.h"
#include "ytops/log.h"

#define DEFAULT_LISTEN "127.0.0.1"
#define DEFAULT_FRAME_LIMIT (16 * 1024 * 1024)
#define DEFAULT_CONNECTION_LIMIT 10000
#define DEFAULT_CALL_LIMIT 1024
#define DEFAULT_WORKERS 8
#define DEFAULT_IDLE_TIMEOUT_S 900

/* What the wire's signed lengths, times the size of an element, leave safe. */
#define LARGEST_FRAME_LIMIT (128 * 1024 * 1024)

struct YtopsRpcServer {
    RpcState state;
    RpcLoop *loop;
    Dispatch *dispatch;
    GThreadPool *workers;
    gint stopping; /* atomic; what still waits for a worker is dropped */
};

/* On a worker's thread. */
static void run_call(gpointer call, gpointer data)
{
    YtopsRpcServer *server = data;
    if (g_atomic_int_get(&server->stopping))
        rpc_call_free(call);
    else
        dispatch_run(server->dispatch, call);
    rpc_loop_call_left(server->loop);
}

/* On the loop's thread: an exclusive pool has its threads, so this cannot fail. */
static void hand_over(gpointer data, RpcCall *call)
{
    YtopsRpcServer *server = data;
    g_thread_pool_push(server->workers, call, NULL);
}

static guint given_or(guint given, guint fallback)
{
    return given != 0 ? given : fallback;
}

static RpcLoop *make_loop(YtopsRpcServer *server, const YtopsRpcOptions *options, GError **error)
{
    gsize frame_limit = options->frame_limit != 0 ? options->frame_limit : DEFAULT_FRAME_LIMIT;
    if (frame_limit > LARGEST_FRAME_LIMIT) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "a frame limit of %" G_GSIZE_FORMAT " bytes is too large: at most %d",
                    frame_limit, LARGEST_FRAME_LIMIT);
        return NULL;
    }
    const RpcLoopOptions loop_options = {
        .listen = options->listen != NULL ? options->listen : DEFAULT_LISTEN,
        .port = options->port,
        .frame_limit = frame_limit,
        .connection_limit = given_or(options->connection_limit, DEFAULT_CONNECTION_LIMIT),
        .call_limit = given_or(options->call_limit, DEFAULT_CALL_LIMIT),
        .idle_timeout_ms =
            (guint64)given_or(options->idle_timeout_s, DEFAULT_IDLE_TIMEOUT_S) * 1000,
        .run = hand_over,
        .run_data = server,
        .metrics = server->state.metrics,
    };
    open_files_allow(loop_options.connection_limit);
    return rpc_loop_new(&loop_options, error);
}

YtopsRpcServer *ytops_rpc_server_new(const YtopsRpcOptions *options,
                                     const YtopsRpcServices *services, GError **error)
{
    g_autoptr(YtopsRpcServer) server = g_new0(YtopsRpcServer, 1);
    server->state.services = *services;
    server->state.metrics = rpc_metrics_new(services->metrics);
    server->loop = make_loop(server, options, error);
    if (server->loop == NULL)
        return NULL;
    server->dispatch = dispatch_new(&server->state, rpc_loop_get_reply_port(server->loop));
    guint n_workers = given_or(options->workers, DEFAULT_WORKERS);
    server->workers = g_thread_pool_new(run_call, server, (gint)n_workers, TRUE, error);
    if (server->workers == NULL)
        return NULL;
    rpc_loop_start(server->loop);
    return g_steal_pointer(&server);
}

guint16 ytops_rpc_server_get_port(const YtopsRpcServer *server)
{
    return rpc_loop_get_port(server->loop);
}

void ytops_rpc_server_drain(YtopsRpcServer *server)
{
    g_atomic_int_set(&server->state.draining, 1);
}

guint ytops_rpc_server_count_connections(YtopsRpcServer *server)
{
    return rpc_loop_count_connections(server->loop);
}

void ytops_rpc_server_get_pulse(YtopsRpcServer *server, YtopsRpcPulse *pulse)
{
    *pulse = (YtopsRpcPulse){
        .loop_turned_us = rpc_loop_get_turned_us(server->loop),
        .calls_queued = g_thread_pool_unprocessed(server->workers),
        .calls_ended = rpc_loop_count_left(server->loop),
    };
}

void ytops_rpc_server_stop_listening(YtopsRpcServer *server)
{
    g_atomic_int_set(&server->state.draining, 1);
    g_atomic_int_set(&server->state.closed, 1);
    rpc_loop_stop_listening(server->loop);
}

gboolean ytops_rpc_server_wait_idle(YtopsRpcServer *server, gint64 timeout_ms)
{
    return rpc_loop_wait_idle(server->loop, timeout_ms);
}

void ytops_rpc_server_free(YtopsRpcServer *server)
{
    if (server == NULL)
        return;
    g_atomic_int_set(&server->stopping, 1);
    if (server->loop != NULL)
        rpc_loop_stop(server->loop);
    if (server->workers != NULL)
        g_thread_pool_free(server->workers, FALSE, TRUE);
    dispatch_free(server->dispatch);
    rpc_loop_free(server->loop);
    rpc_metrics_unref(server->state.metrics);
    g_free(server);
}
