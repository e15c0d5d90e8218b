/*
 * The object behind the generated processor of WorkService. Used by all workers at once; it holds
 * nothing but the pointer to the server's state.
 */
#pragma once

#include "rpc_state.h"
#include "ytops_work_service.h"

/* `state` is borrowed and must outlive the handler. Free with g_object_unref. */
YtopsWorkServiceHandler *work_handler_new(RpcState *state);
