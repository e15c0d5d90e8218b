#include "rpc_loop.h"

#include <signal.h>
#include <string.h>

#include "dispatch.h"
#include "listener.h"
#include "ytops/log.h"

#define READ_BUFFER_BYTES (64 * 1024)
#define TICK_MS 500
#define REFUSAL_LOG_INTERVAL_MS 1000

struct RpcLoop {
    RpcLoopOptions options;
    uv_loop_t uv;
    uv_tcp_t listener;
    uv_async_t wake;
    uv_timer_t tick;
    GThread *thread; /* NULL: not started */
    guint16 port;
    ConnectionOwner owner;
    GHashTable *connections; /* id -> Connection, none of them CLOSING */
    gint n_connections;      /* atomic: its size */
    guint64 last_id;
    ReplyPort *replies;
    guint64 refused; /* connections over the limit since the last log line */
    guint64 refused_logged_at;
    gint calls;          /* atomic: handed to workers and not left */
    gint left;           /* atomic: have left, all of them; may wrap around */
    gint64 turned_us;    /* atomic */
    gint stop_listening; /* atomic: asked for */
    gint stop;           /* atomic: asked for */
    GMutex mutex;        /* guards `busy` */
    GCond idle;
    guint busy; /* calls without their reply, and replies without their end */
};

/* ---- what is in work --------------------------------------------------------------------- */

static void add_busy(RpcLoop *loop, int change)
{
    g_mutex_lock(&loop->mutex);
    loop->busy += (guint)change;
    if (loop->busy == 0)
        g_cond_broadcast(&loop->idle);
    g_mutex_unlock(&loop->mutex);
}

/* Calls are short, and a job's time is none of a call's: there is room again soon. */
static GError *overloaded_error(const RpcLoop *loop)
{
    GError *error = g_error_new(YTOPS_ERROR, YTOPS_ERROR_OVERLOADED,
                                "this server has %u calls in work, its limit: try again later",
                                loop->options.call_limit);
    ytops_error_set_context(error, "retryable", "true");
    ytops_error_set_context(error, "retryAfterS", "1");
    return error;
}

static gboolean on_call(gpointer data, RpcCall *call, GByteArray **reply)
{
    RpcLoop *loop = data;
    if ((guint)g_atomic_int_get(&loop->calls) >= loop->options.call_limit) {
        g_autoptr(GError) error = overloaded_error(loop);
        *reply = dispatch_refuse(call, loop->options.metrics, error);
        rpc_call_free(call);
        return TRUE;
    }
    g_atomic_int_inc(&loop->calls);
    add_busy(loop, 1);
    loop->options.run(loop->options.run_data, call);
    return FALSE;
}

static void note_connections(RpcLoop *loop)
{
    g_atomic_int_set(&loop->n_connections, (gint)g_hash_table_size(loop->connections));
}

static void on_state(gpointer data, Connection *connection, ConnectionState from,
                     ConnectionState to)
{
    RpcLoop *loop = data;
    if (to == CONNECTION_WRITING)
        add_busy(loop, 1);
    if (from == CONNECTION_WRITING)
        add_busy(loop, -1);
    if (to == CONNECTION_CLOSING) {
        guint64 id = connection_get_id(connection);
        g_hash_table_remove(loop->connections, &id);
        note_connections(loop);
    }
}

static void take_replies(RpcLoop *loop)
{
    Reply *reply;
    while ((reply = reply_port_take(loop->replies)) != NULL) {
        Connection *connection = g_hash_table_lookup(loop->connections, &reply->connection_id);
        if (connection != NULL)
            connection_reply(connection, g_steal_pointer(&reply->bytes));
        reply_free(reply);
        add_busy(loop, -1);
    }
}

/* ---- connections ------------------------------------------------------------------------- */

static void log_over_limit(RpcLoop *loop)
{
    guint64 now = uv_now(&loop->uv);
    loop->refused += 1;
    if (loop->refused_logged_at != 0 && now - loop->refused_logged_at < REFUSAL_LOG_INTERVAL_MS)
        return;
    ytops_log_warning("rpc", "connections refused: the limit is reached", "limit",
                      YTOPS_LOG_INT(loop->options.connection_limit), "refused",
                      YTOPS_LOG_INT((gint64)loop->refused), NULL);
    loop->refused = 0;
    loop->refused_logged_at = now;
}

static void on_connection(uv_stream_t *listener, int status)
{
    RpcLoop *loop = listener->data;
    if (status != 0) {
        ytops_log_warning("rpc", "connection not accepted", "reason", uv_strerror(status), NULL);
        return;
    }
    Connection *connection = connection_accept(listener, ++loop->last_id, &loop->owner);
    if (connection == NULL)
        return;
    if (g_hash_table_size(loop->connections) >= loop->options.connection_limit) {
        log_over_limit(loop);
        connection_close(connection);
        return;
    }
    guint64 id = connection_get_id(connection);
    g_hash_table_insert(loop->connections, g_memdup2(&id, sizeof id), connection);
    note_connections(loop);
    connection_start(connection);
}

/* A copy, because what is done to a connection can take it out of the table. */
static void for_each_connection(RpcLoop *loop, void (*act)(RpcLoop *, Connection *))
{
    g_autoptr(GList) connections = g_hash_table_get_values(loop->connections);
    for (GList *link = connections; link != NULL; link = link->next)
        act(loop, link->data);
}

static void check_idle(RpcLoop *loop, Connection *connection)
{
    connection_check_idle(connection, loop->options.idle_timeout_ms);
}

static void note_turn(RpcLoop *loop)
{
    __atomic_store_n(&loop->turned_us, g_get_monotonic_time(), __ATOMIC_RELAXED);
}

static void on_tick(uv_timer_t *timer)
{
    note_turn(timer->data);
    for_each_connection(timer->data, check_idle);
}

/* ---- the end ----------------------------------------------------------------------------- */

static void close_handle(gpointer handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void close_connection(RpcLoop *loop G_GNUC_UNUSED, Connection *connection)
{
    connection_close(connection);
}

static void on_wake(uv_async_t *async)
{
    RpcLoop *loop = async->data;
    take_replies(loop);
    if (g_atomic_int_get(&loop->stop_listening))
        close_handle(&loop->listener);
    if (!g_atomic_int_get(&loop->stop))
        return;
    /* From here on nobody may wake the loop: its handle is about to go. */
    reply_port_close(loop->replies);
    for_each_connection(loop, close_connection);
    close_handle(&loop->listener);
    close_handle(&loop->tick);
    close_handle(&loop->wake);
}

static void wake_loop(gpointer data)
{
    RpcLoop *loop = data;
    uv_async_send(&loop->wake);
}

static gpointer run_thread(gpointer data)
{
    RpcLoop *loop = data;
    sigset_t every_signal;
    /* Signals are the main thread's; and a client that hangs up must not end the process. */
    sigfillset(&every_signal);
    pthread_sigmask(SIG_BLOCK, &every_signal, NULL);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    return NULL;
}

/* ---- for the server ---------------------------------------------------------------------- */

static void init_handles(RpcLoop *loop)
{
    uv_loop_init(&loop->uv);
    uv_tcp_init(&loop->uv, &loop->listener);
    uv_async_init(&loop->uv, &loop->wake, on_wake);
    uv_timer_init(&loop->uv, &loop->tick);
    uv_timer_start(&loop->tick, on_tick, TICK_MS, TICK_MS);
    loop->listener.data = loop->wake.data = loop->tick.data = loop;
}

RpcLoop *rpc_loop_new(const RpcLoopOptions *options, GError **error)
{
    RpcLoop *loop = g_new0(RpcLoop, 1);
    loop->options = *options;
    g_mutex_init(&loop->mutex);
    g_cond_init(&loop->idle);
    init_handles(loop);
    note_turn(loop);
    loop->connections = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    loop->replies = reply_port_new(wake_loop, loop);
    loop->owner = (ConnectionOwner){
        .frame_limit = options->frame_limit,
        .read_buffer = uv_buf_init(g_malloc(READ_BUFFER_BYTES), READ_BUFFER_BYTES),
        .on_call = on_call,
        .on_state = on_state,
        .data = loop,
    };
    if (listener_open(&loop->listener, options->listen, options->port, on_connection, &loop->port,
                      error))
        return loop;
    rpc_loop_stop(loop);
    rpc_loop_free(loop);
    return NULL;
}

void rpc_loop_start(RpcLoop *loop)
{
    loop->thread = g_thread_new("rpc-loop", run_thread, loop);
}

guint16 rpc_loop_get_port(const RpcLoop *loop)
{
    return loop->port;
}

ReplyPort *rpc_loop_get_reply_port(RpcLoop *loop)
{
    return loop->replies;
}

void rpc_loop_call_left(RpcLoop *loop)
{
    g_atomic_int_add(&loop->calls, -1);
    g_atomic_int_inc(&loop->left);
}

gint64 rpc_loop_get_turned_us(RpcLoop *loop)
{
    return __atomic_load_n(&loop->turned_us, __ATOMIC_RELAXED);
}

guint rpc_loop_count_left(RpcLoop *loop)
{
    return (guint)g_atomic_int_get(&loop->left);
}

void rpc_loop_stop_listening(RpcLoop *loop)
{
    g_atomic_int_set(&loop->stop_listening, 1);
    uv_async_send(&loop->wake);
}

guint rpc_loop_count_connections(RpcLoop *loop)
{
    return (guint)g_atomic_int_get(&loop->n_connections);
}

gboolean rpc_loop_wait_idle(RpcLoop *loop, gint64 timeout_ms)
{
    gint64 deadline = g_get_monotonic_time() + timeout_ms * 1000;
    g_mutex_lock(&loop->mutex);
    gboolean waiting = TRUE;
    while (loop->busy > 0 && waiting)
        waiting = g_cond_wait_until(&loop->idle, &loop->mutex, deadline);
    gboolean idle = loop->busy == 0;
    g_mutex_unlock(&loop->mutex);
    return idle;
}

void rpc_loop_stop(RpcLoop *loop)
{
    g_atomic_int_set(&loop->stop, 1);
    uv_async_send(&loop->wake);
    if (loop->thread != NULL)
        g_thread_join(g_steal_pointer(&loop->thread));
    else
        uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void rpc_loop_free(RpcLoop *loop)
{
    if (loop == NULL)
        return;
    uv_loop_close(&loop->uv);
    reply_port_unref(loop->replies);
    g_hash_table_unref(loop->connections);
    g_free(loop->owner.read_buffer.base);
    g_cond_clear(&loop->idle);
    g_mutex_clear(&loop->mutex);
    g_free(loop);
}
