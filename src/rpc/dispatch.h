/*
 * Carries out one message: checks it whole, finds its method, runs the generated processor or the
 * deferred call, and posts the reply.
 *
 *     scan       not a valid message            -> TApplicationException PROTOCOL_ERROR
 *     header     a reply or an exception        -> TApplicationException INVALID_MESSAGE_TYPE
 *     method     not in the table               -> TApplicationException UNKNOWN_METHOD
 *     role       not served by this one         -> UserException ROLE_FORBIDDEN
 *     relay      RelayService where it is off   -> UserException ROLE_FORBIDDEN
 *     arguments  types not the contract's       -> TApplicationException PROTOCOL_ERROR
 *     handler    failed                         -> ServiceException or UserException
 *
 * To a message sent as oneway nothing is answered, whatever becomes of it.
 */
#pragma once

#include "reply_port.h"
#include "rpc_call.h"
#include "rpc_state.h"

typedef struct Dispatch Dispatch;

/* `state` is borrowed and must outlive the dispatch. */
Dispatch *dispatch_new(RpcState *state, ReplyPort *port);
void dispatch_free(Dispatch *dispatch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dispatch, dispatch_free)

/* Takes over `call`; exactly one reply for it is posted to the port, now or later. Any thread. */
void dispatch_run(Dispatch *dispatch, RpcCall *call);

/*
 * The reply to a call that is not run, because of `error` (OVERLOADED, say), counted in `metrics`; NULL:
 * none is sent.
 */
GByteArray *dispatch_refuse(const RpcCall *call, RpcMetrics *metrics, const GError *error);
