/*
 * The client side: a blocking connection to a server, with the contract's generated client on it.
 *
 *     g_autoptr(YtopsRpcClient) client = ytops_rpc_client_connect(host, port, 5000, &error);
 *     YtopsTokenServiceIf *service = ytops_rpc_client_get_service(client);
 *     YtopsServiceException *fault = NULL;
 *     YtopsUserException *refusal = NULL;
 *     GError *call_error = NULL;
 *     gboolean ok = ytops_management_service_if_ban_account(YTOPS_MANAGEMENT_SERVICE_IF(service),
 * id, reason, 0, &fault, &refusal, &call_error); if (!ytops_rpc_client_check(client, ok, fault,
 * refusal, call_error, error)) return FALSE;
 *
 * A `list<...>` result is filled into a GPtrArray that the caller makes with the element's free
 * function; a struct result into an object the caller makes with g_object_new. One thread at a
 * time.
 */
#pragma once

#include "ytops/error.h"
#include "ytops_relay_service.h"
#include "ytops_token_service.h"
#include "ytops_work_service.h"

typedef struct YtopsRpcClient YtopsRpcClient;

/*
 * Connects to host (a name or an address) and port, framed binary. timeout_ms bounds the connect;
 * it also bounds each read and write of a call until ytops_rpc_client_set_timeout says otherwise.
 * 0: 10 s. YTOPS_ERROR_CONNECT_TIMEOUT, DNS_FAILED or CONNECTION_RESET name host, port and reason:
 * the three codes that mean "not reachable" (exit code 69 of ytdlp-ops).
 */
YtopsRpcClient *ytops_rpc_client_connect(const char *host, guint16 port, gint64 timeout_ms,
                                         GError **error);

/* How long a call may wait for bytes from the server: getToken needs its own deadline and more. */
void ytops_rpc_client_set_timeout(YtopsRpcClient *client, gint64 timeout_ms);

/*
 * The generated client. It also is a YtopsManagementServiceIf and a YtopsBaseServiceIf (cast with
 * YTOPS_MANAGEMENT_SERVICE_IF and YTOPS_BASE_SERVICE_IF). Owned by the client.
 */
YtopsTokenServiceIf *ytops_rpc_client_get_service(YtopsRpcClient *client);

/*
 * The generated client of RelayService, on the same connection: calls of all may alternate, and
 * ytops_rpc_client_check serves both. Owned by the client.
 */
YtopsRelayServiceIf *ytops_rpc_client_get_relay(YtopsRpcClient *client);

/* That of WorkService, in the same way. Owned by the client. */
YtopsWorkServiceIf *ytops_rpc_client_get_work(YtopsRpcClient *client);

/* "host:port" as connected to, for messages. Owned by the client. */
const char *ytops_rpc_client_get_address(const YtopsRpcClient *client);

/*
 * Turns how a generated call ended into one error of the YTOPS_ERROR domain. Takes over fault,
 * refusal and call_error, each of which may be NULL. TRUE where `ok` and none of them is set.
 * Otherwise FALSE and:
 *   fault, refusal:   its errorCode (INTERNAL where this program does not know it), its message and
 *                     its context;
 *   the transport's:  READ_TIMEOUT or CONNECTION_RESET, naming host:port. The connection is then of
 *                     no more use: every later call fails in the same way;
 *   anything else:    INTERNAL with what the server said (a TApplicationException, say).
 */
gboolean ytops_rpc_client_check(YtopsRpcClient *client, gboolean ok, YtopsServiceException *fault,
                                YtopsUserException *refusal, GError *call_error, GError **error);

/* Closes and frees. NULL is fine. */
void ytops_rpc_client_free(YtopsRpcClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsRpcClient, ytops_rpc_client_free)
