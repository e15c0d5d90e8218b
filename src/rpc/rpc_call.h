/*
 * One message on its way from a connection to a worker.
 */
#pragma once

#include "wire.h"

typedef struct {
    guint64 connection_id;
    WireEncoding encoding;
    gboolean framed;
    GByteArray *bytes; /* the message is `length` bytes of it from `offset` */
    gsize offset;
    gsize length;
} RpcCall;

void rpc_call_free(RpcCall *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RpcCall, rpc_call_free)
