#include "rpc_call.h"

void rpc_call_free(RpcCall *call)
{
    if (call == NULL)
        return;
    g_byte_array_unref(call->bytes);
    g_free(call);
}
