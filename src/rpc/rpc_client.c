#include "ytops/rpc_client.h"

#include "client_transport.h"
#include "wire_protocol.h"

#define DEFAULT_TIMEOUT_MS 10000

struct YtopsRpcClient {
    ClientSocket *socket;
    SliceTransport *transport;
    ThriftProtocol *protocol;
    YtopsTokenServiceIf *service;
    YtopsRelayServiceIf *relay;
    YtopsWorkServiceIf *work;
};

YtopsRpcClient *ytops_rpc_client_connect(const char *host, guint16 port, gint64 timeout_ms,
                                         GError **error)
{
    ClientSocket *socket =
        client_socket_connect(host, port, timeout_ms > 0 ? timeout_ms : DEFAULT_TIMEOUT_MS, error);
    if (socket == NULL)
        return NULL;
    YtopsRpcClient *client = g_new0(YtopsRpcClient, 1);
    client->socket = socket;
    client->transport = client_transport_new(socket);
    client->protocol = wire_protocol_new(client->transport, WIRE_BINARY, TRUE);
    client->service = g_object_new(YTOPS_TYPE_TOKEN_SERVICE_CLIENT, "input_protocol",
                                   client->protocol, "output_protocol", client->protocol, NULL);
    client->relay = g_object_new(YTOPS_TYPE_RELAY_SERVICE_CLIENT, "input_protocol",
                                 client->protocol, "output_protocol", client->protocol, NULL);
    client->work = g_object_new(YTOPS_TYPE_WORK_SERVICE_CLIENT, "input_protocol", client->protocol,
                                "output_protocol", client->protocol, NULL);
    return client;
}

void ytops_rpc_client_set_timeout(YtopsRpcClient *client, gint64 timeout_ms)
{
    client_socket_set_timeout(client->socket, timeout_ms > 0 ? timeout_ms : DEFAULT_TIMEOUT_MS);
}

YtopsTokenServiceIf *ytops_rpc_client_get_service(YtopsRpcClient *client)
{
    return client->service;
}

YtopsRelayServiceIf *ytops_rpc_client_get_relay(YtopsRpcClient *client)
{
    return client->relay;
}

YtopsWorkServiceIf *ytops_rpc_client_get_work(YtopsRpcClient *client)
{
    return client->work;
}

const char *ytops_rpc_client_get_address(const YtopsRpcClient *client)
{
    return client_socket_get_address(client->socket);
}

/* ---- how a call ended -------------------------------------------------------------------- */

static void copy_context(GHashTable *context, GError *error)
{
    GHashTableIter iterator;
    gpointer key, value;
    if (context == NULL)
        return;
    g_hash_table_iter_init(&iterator, context);
    while (g_hash_table_iter_next(&iterator, &key, &value))
        ytops_error_set_context(error, key, value);
}

static GError *error_from_exception(const char *name, const char *message, GHashTable *context)
{
    YtopsErrorCode code = YTOPS_ERROR_INTERNAL;
    const char *text = message != NULL ? message : "";
    gboolean known = name != NULL && ytops_error_code_from_string(name, &code);
    GError *error = known ? g_error_new_literal(YTOPS_ERROR, (gint)code, text)
                          : g_error_new(YTOPS_ERROR, YTOPS_ERROR_INTERNAL, "%s: %s",
                                        name != NULL ? name : "an error without a code", text);
    copy_context(context, error);
    return error;
}

static GError *error_from_call(YtopsRpcClient *client, const GError *call_error)
{
    const char *address = ytops_rpc_client_get_address(client);
    if (call_error == NULL)
        return g_error_new(YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                           "%s answered with neither a result nor an error", address);
    if (call_error->domain == YTOPS_ERROR)
        return g_error_copy(call_error);
    return g_error_new(YTOPS_ERROR, YTOPS_ERROR_INTERNAL, "%s refused the call: %s", address,
                       call_error->message);
}

gboolean ytops_rpc_client_check(YtopsRpcClient *client, gboolean ok, YtopsServiceException *fault,
                                YtopsUserException *refusal, GError *call_error, GError **error)
{
    GError *problem = NULL;
    if (fault != NULL)
        problem = error_from_exception(fault->errorCode, fault->message, fault->context);
    else if (refusal != NULL)
        problem = error_from_exception(refusal->errorCode, refusal->message, refusal->context);
    else if (!ok || call_error != NULL)
        problem = error_from_call(client, call_error);
    g_clear_object(&fault);
    g_clear_object(&refusal);
    g_clear_error(&call_error);
    if (problem == NULL)
        return TRUE;
    g_propagate_error(error, problem);
    return FALSE;
}

void ytops_rpc_client_free(YtopsRpcClient *client)
{
    if (client == NULL)
        return;
    g_object_unref(client->work);
    g_object_unref(client->relay);
    g_object_unref(client->service);
    g_object_unref(client->protocol);
    g_object_unref(client->transport);
    client_socket_free(client->socket);
    g_free(client);
}
