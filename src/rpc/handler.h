/*
 * The object behind the generated processors: the contract's methods, each a few lines that check
 * the arguments and call the part that does the work. One file per service. A worker has one for
 * itself while it runs a call; it holds the pointer to the server's state, and who calls.
 *
 * Every method reports failure through the exceptions that the contract declares, never through the
 * GError of the generated signature (that would be a TApplicationException).
 */
#pragma once

#include "rpc_state.h"
#include "ytops_token_service.h"

/* `state` is borrowed and must outlive the handler. Free with g_object_unref. */
YtopsTokenServiceHandler *handler_new(RpcState *state);

/* Makes `state`, borrowed, the one that handler_get_state finds: for the handlers' constructors. */
void handler_set_state(gpointer handler, RpcState *state);

/* The state behind any of the generated interfaces. */
RpcState *handler_get_state(gpointer iface);

/*
 * Who calls through this handler: `peer`, an address with its port, is borrowed until the next one is
 * set. handler_get_actor gives that as the audit has it, "rpc:127.0.0.1:4711"; free with g_free.
 */
void handler_set_peer(gpointer handler, const char *peer);
char *handler_get_actor(gpointer iface);

/*
 * How a method ends: `ok`, or the error as the exception it is (`refusal` NULL where the method
 * declares none). Gives `ok`.
 */
gboolean handler_finish(gboolean ok, const GError *error, YtopsServiceException **fault,
                        YtopsUserException **refusal);

/* Each service's part of the class. */
void handler_fill_base(YtopsBaseServiceHandlerClass *cls);
void handler_fill_proxies(YtopsManagementServiceHandlerClass *cls);
void handler_fill_accounts(YtopsManagementServiceHandlerClass *cls);
void handler_fill_audit(YtopsManagementServiceHandlerClass *cls);
void handler_fill_token(YtopsTokenServiceHandlerClass *cls);
