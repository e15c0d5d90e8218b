/*
 * A server on a loop in a thread of the test, with the routes that the tests need:
 *
 *   GET  /hello            "hello", X-Peer, X-Query (of q)
 *   GET  /name/{name}      the name
 *   POST /echo             the body
 *   GET  /guarded          "in", with the token
 *   GET  /error            an error of the handler
 *   GET  /stream/{length}  that many bytes, piece by piece, as the socket takes them; with ?known the
 *                          length is said, with ?drop=N it is aborted after N bytes
 *   GET  /short            ends 10 bytes before its length
 *   GET  /long             writes 10 bytes more than its length
 *   GET  /wait             answers when harness_release is called
 */
#pragma once

#include <uv.h>

#include "http_peer.h"
#include "ytops/http_server.h"

#define HARNESS_TOKEN "correct horse"
#define HARNESS_QUEUE_LIMIT (256 * 1024)

typedef struct {
    guint16 port;
    YtopsHttpServer *server; /* the loop's */
    uv_loop_t loop;
    uv_async_t wake;
    GThread *thread;
    GPtrArray *waiting; /* exchanges of /wait; the loop's */
    /* Atomics. */
    int wanted;
    int connections;
    int n_waiting;
    int closed;     /* on_close calls */
    int max_queued; /* the most that was ever queued, bytes */
} Harness;

/* `options` NULL: the defaults. The token is HARNESS_TOKEN. */
Harness *harness_start(const YtopsHttpOptions *options);

/* Closes the server and waits until its loop has nothing left. */
void harness_stop(Harness *harness);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Harness, harness_stop)

void harness_release(Harness *harness);
void harness_drain(Harness *harness);

/* Waits until an atomic of the harness is `value`; fails after 20 s. */
void harness_await(Harness *harness, const int *atomic, int value);
