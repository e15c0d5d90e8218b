/*
 * A real server over a real Redis, for one test.
 */
#pragma once

#include "redis_fixture.h"
#include "rpc_peer.h"
#include "ytops/rpc_client.h"
#include "ytops/rpc_server.h"

typedef struct {
    RedisFixture *redis;
    YtopsRedisPool *pool;
    YtopsAccountManager *accounts;
    YtopsProxyManager *proxies;
    YtopsRpcServer *server;
    guint16 port;
} Harness;

/* The identity and the proxies of the harness's server. */
#define HARNESS_IDENTITY "east"
#define HARNESS_PROXY_1 "socks5://127.0.0.1:1081"
#define HARNESS_PROXY_2 "socks5://127.0.0.1:1082"

/* options NULL: the defaults. `tokens` may be NULL on every role. */
Harness *harness_start(YtopsRole role, const YtopsRpcOptions *options, YtopsTokenService *tokens);

/* Another server on the same Redis. */
YtopsRpcServer *harness_add_server(Harness *harness, const YtopsRpcServices *services);

YtopsRpcServices harness_services(Harness *harness, YtopsRole role, YtopsTokenService *tokens);

void harness_stop(Harness *harness);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Harness, harness_stop)

YtopsRpcClient *harness_client(Harness *harness);

/* Asserts that a new connection of this form is served. */
void harness_check_serves(Harness *harness, const PeerForm *form);

/* Asserts that this connection is served. */
void harness_check_ping(int fd, const PeerForm *form, gint32 sequence_id);

/*
 * For g_test_add_data_func, with a pointer to a HarnessTest: runs it on a harness of the management
 * role, and then asserts that every form is still served.
 */
typedef void (*HarnessTest)(Harness *harness);
void harness_run(gconstpointer test);
