#include "fault.h"
#include "handler.h"

static gboolean check_ready(RpcState *state, GError **error)
{
    if (!g_atomic_int_get(&state->draining))
        return ytops_redis_ping(state->services.redis, error);
    g_set_error_literal(error, YTOPS_ERROR, YTOPS_ERROR_DRAINING,
                        "this server is shutting down: use another one");
    return FALSE;
}

static gboolean ping(YtopsBaseServiceIf *iface, YtopsServiceException **fault,
                     GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    gboolean ok = check_ready(handler_get_state(iface), &problem);
    return handler_finish(ok, problem, fault, NULL);
}

static YtopsServiceRole role_on_wire(YtopsRole role)
{
    switch (role) {
    case YTOPS_ROLE_MANAGEMENT:
        return YTOPS_SERVICE_ROLE_MANAGEMENT;
    case YTOPS_ROLE_WORKER:
        return YTOPS_SERVICE_ROLE_WORKER;
    case YTOPS_ROLE_ALL_IN_ONE:
        break;
    }
    return YTOPS_SERVICE_ROLE_ALL_IN_ONE;
}

static gboolean get_server_info(YtopsBaseServiceIf *iface, YtopsServerInfo **info,
                                YtopsServiceException **fault G_GNUC_UNUSED,
                                GError **error G_GNUC_UNUSED)
{
    RpcState *state = handler_get_state(iface);
    const YtopsRpcServices *services = &state->services;
    YtopsServerInfo *result = g_object_new(YTOPS_TYPE_SERVER_INFO, NULL);
    result->version = g_strdup(YTOPS_VERSION);
    result->serviceRole = role_on_wire(services->role);
    result->serverIdentity = fault_take_text(g_strdup(services->server_identity));
    result->instanceId = fault_take_text(g_strdup(services->instance_id));
    result->startedAt = services->started_at;
    result->redisReachable = ytops_redis_ping(services->redis, NULL);
    result->draining = g_atomic_int_get(&state->draining) != 0;
    if (services->tokens != NULL) {
        result->tokenJobsRunning = (gint32)ytops_token_service_count_running(services->tokens);
        result->tokenJobsWaiting = (gint32)ytops_token_service_count_waiting(services->tokens);
    }
    g_set_object(info, result);
    g_object_unref(result);
    return TRUE;
}

void handler_fill_base(YtopsBaseServiceHandlerClass *cls)
{
    cls->ping = ping;
    cls->get_server_info = get_server_info;
}
