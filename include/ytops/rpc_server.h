/*
 * The Thrift server: one port, framed and unframed, binary and compact, plain and multiplexed
 * names.
 *
 * It owns one thread with a libuv loop (accept, read, frame, write) and a pool of workers that run
 * the calls; getToken is deferred and holds no worker while its job waits or runs. A connection has
 * one call in work at a time; what a client sends ahead waits in its socket.
 */
#pragma once

#include "ytops/account_manager.h"
#include "ytops/error_policy.h"
#include "ytops/lane_crew.h"
#include "ytops/metrics.h"
#include "ytops/proxy_manager.h"
#include "ytops/relay.h"
#include "ytops/relay_loop.h"
#include "ytops/role.h"
#include "ytops/token_service.h"
#include "ytops/work_queue.h"

/* 0 stands for the default in brackets. Strings are borrowed for ytops_rpc_server_new. */
typedef struct {
    const char *listen;     /* address; NULL: 127.0.0.1 */
    guint16 port;           /* 0: any free one, see ytops_rpc_server_get_port */
    gsize frame_limit;      /* bytes of one message [16 MiB], at most 128 MiB */
    guint connection_limit; /* [10000] */
    guint call_limit;       /* calls queued or running, getToken's jobs not counted [1024] */
    guint workers;          /* worker threads [8] */
    guint idle_timeout_s;   /* connection without a call [900] */
} YtopsRpcOptions;

/* What the calls work on: borrowed, must outlive the server. */
typedef struct {
    YtopsRole role;
    const char *server_identity;
    const char *instance_id;
    gint64 started_at; /* Unix seconds */
    YtopsRedisPool *redis;
    YtopsAccountManager *accounts;
    YtopsProxyManager *proxies;
    YtopsErrorPolicy *error_policy;
    YtopsWorkQueues *queues;
    YtopsLaneBoard *lane_board;
    YtopsLaneCrew *lane_crew;  /* NULL on the management role */
    YtopsTokenService *tokens; /* NULL on the management role */
    gint64 token_timeout_s;    /* deadline of a getToken whose timeoutS is 0; 0: 120 */
    /* The relay is touched on its loop's thread only. Both NULL: RelayService is not served. */
    YtopsRelayLoop *relay_loop;
    YtopsRelay *relay;
    YtopsMetrics *metrics; /* NULL: none; must outlive also what `tokens` still runs */
} YtopsRpcServices;

typedef struct YtopsRpcServer YtopsRpcServer;

/*
 * Binds, listens and starts; raises the process's limit of open files to what connection_limit
 * needs. INVALID_ARGUMENT names the address and port that cannot be had.
 */
YtopsRpcServer *ytops_rpc_server_new(const YtopsRpcOptions *options,
                                     const YtopsRpcServices *services, GError **error);

guint16 ytops_rpc_server_get_port(const YtopsRpcServer *server);

/* Open client connections at this moment. */
guint ytops_rpc_server_count_connections(YtopsRpcServer *server);

/* Whether the server gets on, of this moment. */
typedef struct {
    gint64 loop_turned_us; /* when its loop last turned, which it does twice a second; monotonic */
    guint calls_queued;    /* wait for a worker */
    guint calls_ended;     /* by workers, so far; may wrap around */
} YtopsRpcPulse;

void ytops_rpc_server_get_pulse(YtopsRpcServer *server, YtopsRpcPulse *pulse);

/*
 * From now on ping raises DRAINING, so that load balancers turn away; every other call is still
 * served, and new connections are taken.
 */
void ytops_rpc_server_drain(YtopsRpcServer *server);

/* Closes the listener, and refuses getToken with DRAINING; other calls go on. */
void ytops_rpc_server_stop_listening(YtopsRpcServer *server);

/* Waits until no call is in work and every reply is written; FALSE when timeout_ms pass first. */
gboolean ytops_rpc_server_wait_idle(YtopsRpcServer *server, gint64 timeout_ms);

/* Closes every connection, ends the threads, frees. Token jobs' late replies go nowhere. */
void ytops_rpc_server_free(YtopsRpcServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsRpcServer, ytops_rpc_server_free)
