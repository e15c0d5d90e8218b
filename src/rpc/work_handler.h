/*
 * The object behind the generated processor of WorkService. A worker has one for itself while it runs
 * a call, as with handler.h.
 */
#pragma once

#include "rpc_state.h"
#include "ytops_work_service.h"

/* `state` is borrowed and must outlive the handler. Free with g_object_unref. */
YtopsWorkServiceHandler *work_handler_new(RpcState *state);
