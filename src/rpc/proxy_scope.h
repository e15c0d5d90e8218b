/*
 * Whose proxies a call may touch, as management.thrift says: a worker serves its own identity only,
 * and an empty identity is its own on a worker and on all-in-one and every known one on the
 * management role.
 */
#pragma once

#include "rpc_state.h"

/* What is to be done to the proxies of one identity. Borrowed for the call. */
typedef struct {
    const char *proxy_url; /* of calls about one proxy */
    const char *reason;
    gint64 duration_s;
    const char *const *proxy_urls; /* of calls about some: NULL-terminated, empty for all */
    const char *actor;             /* who orders it, as the audit has it */
} ProxyOrder;

typedef gboolean (*ProxyOrderOne)(YtopsProxyManager *manager, const char *server_identity,
                                  const ProxyOrder *order, GError **error);
typedef gint64 (*ProxyOrderMany)(YtopsProxyManager *manager, const char *server_identity,
                                 const ProxyOrder *order, GError **error);

/*
 * The identities that the argument means, NULL-terminated; g_strfreev. OUT_OF_SCOPE where a worker
 * is asked for another's, and Redis' errors.
 */
char **proxy_scope_resolve(const RpcState *state, const char *server_identity, GError **error);

/* Carries out an order about one proxy in every identity meant that has it; NOT_FOUND where none. */
gboolean proxy_scope_run_one(const RpcState *state, const char *server_identity,
                             ProxyOrderOne order_one, const ProxyOrder *order, GError **error);

/* Carries out an order in every identity meant; the sum of what it changed, -1 on error. */
gint64 proxy_scope_run_many(const RpcState *state, const char *server_identity,
                            ProxyOrderMany order_many, const ProxyOrder *order, GError **error);
