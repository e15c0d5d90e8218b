/*
 * getToken, the deferred call: its arguments are decoded and the job submitted here; the reply is
 * encoded and posted when the job ends, on the thread that ends it. No worker waits for it.
 */
#pragma once

#include "reply_port.h"
#include "rpc_call.h"
#include "rpc_state.h"
#include "wire_reply.h"

/*
 * Reads the arguments from `in` and submits. Whatever becomes of it, one reply is posted to the
 * port, possibly before this returns; FALSE, with nothing posted, where the arguments are not the
 * contract's.
 */
gboolean token_call_run(const RpcState *state, const RpcMethod *method, const ReplyForm *form,
                        ThriftProtocol *in, ReplyPort *port, const RpcCall *from, GError **error);
