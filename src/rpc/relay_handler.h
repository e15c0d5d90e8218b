/*
 * The object behind the generated processor of RelayService. Used by all workers at once; each
 * method checks its arguments on the worker and does the rest on the relay's thread, for which the
 * worker waits.
 */
#pragma once

#include "rpc_state.h"
#include "ytops_relay_service.h"

/* `state` is borrowed and must outlive the handler. Free with g_object_unref. */
YtopsRelayServiceHandler *relay_handler_new(RpcState *state);
