/*
 * One message on its way from a connection to a worker.
 */
#pragma once

#include "wire.h"

/* Room for "127.0.0.1:4711", or "[fe80::1%eth0]:4711". */
enum { RPC_PEER_SIZE = 96 };

typedef struct {
    guint64 connection_id;
    char peer[RPC_PEER_SIZE]; /* who calls */
    gint64 arrived_us;        /* monotonic */
    WireEncoding encoding;
    gboolean framed;
    GByteArray *bytes; /* the message is `length` bytes of it from `offset` */
    gsize offset;
    gsize length;
} RpcCall;

void rpc_call_free(RpcCall *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RpcCall, rpc_call_free)
