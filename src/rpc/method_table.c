#include "method_table.h"

#include <string.h>

#define EVERY_ROLE                                                                                 \
    (1U << YTOPS_ROLE_ALL_IN_ONE | 1U << YTOPS_ROLE_MANAGEMENT | 1U << YTOPS_ROLE_WORKER)
#define WORKING_ROLES (1U << YTOPS_ROLE_ALL_IN_ONE | 1U << YTOPS_ROLE_WORKER)

#define BASE "BaseService"
#define MANAGEMENT "ManagementService"
#define TOKEN "TokenService"
#define RELAY METHOD_TABLE_RELAY
#define WORK METHOD_TABLE_WORK

typedef struct {
    const char *name;
    const char *parent; /* NULL: none */
} RpcService;

static const RpcService services[] = {
    {BASE, NULL}, {MANAGEMENT, BASE}, {TOKEN, MANAGEMENT}, {RELAY, BASE}, {WORK, BASE}};

static const RpcMethod methods[] = {
    {"ping", BASE, EVERY_ROLE, FALSE, 1, 0},
    {"getServerInfo", BASE, EVERY_ROLE, FALSE, 1, 0},
    {"getProxyStatus", MANAGEMENT, EVERY_ROLE, FALSE, 1, 2},
    {"banProxy", MANAGEMENT, EVERY_ROLE, FALSE, 1, 2},
    {"unbanProxy", MANAGEMENT, EVERY_ROLE, FALSE, 1, 2},
    {"resetProxy", MANAGEMENT, EVERY_ROLE, FALSE, 1, 2},
    {"banAllProxies", MANAGEMENT, EVERY_ROLE, FALSE, 1, 2},
    {"unbanAllProxies", MANAGEMENT, EVERY_ROLE, FALSE, 1, 2},
    {"resetAllProxies", MANAGEMENT, EVERY_ROLE, FALSE, 1, 2},
    {"deleteProxiesFromRedis", MANAGEMENT, EVERY_ROLE, FALSE, 1, 2},
    {"getAccountStatus", MANAGEMENT, EVERY_ROLE, FALSE, 1, 2},
    {"banAccount", MANAGEMENT, EVERY_ROLE, FALSE, 1, 2},
    {"unbanAccount", MANAGEMENT, EVERY_ROLE, FALSE, 1, 2},
    {"resetAccount", MANAGEMENT, EVERY_ROLE, FALSE, 1, 2},
    {"banAllAccounts", MANAGEMENT, EVERY_ROLE, FALSE, 1, 2},
    {"unbanAllAccounts", MANAGEMENT, EVERY_ROLE, FALSE, 1, 2},
    {"resetAllAccounts", MANAGEMENT, EVERY_ROLE, FALSE, 1, 2},
    {"deleteAccountsFromRedis", MANAGEMENT, EVERY_ROLE, FALSE, 1, 2},
    {"getAuditEvents", MANAGEMENT, EVERY_ROLE, FALSE, 1, 2},
    {"getToken", TOKEN, WORKING_ROLES, TRUE, 1, 2},
    {"reportOutcome", TOKEN, WORKING_ROLES, FALSE, 1, 2},
    {"createStream", RELAY, WORKING_ROLES, FALSE, 1, 2},
    {"getStream", RELAY, WORKING_ROLES, FALSE, 1, 2},
    {"listStreams", RELAY, WORKING_ROLES, FALSE, 1, 2},
    {"failoverStream", RELAY, WORKING_ROLES, FALSE, 1, 2},
    {"deleteStream", RELAY, WORKING_ROLES, FALSE, 1, 2},
    {"pushUrls", WORK, WORKING_ROLES, FALSE, 1, 2},
    {"pullUrl", WORK, WORKING_ROLES, FALSE, 1, 2},
    {"getLaneItem", WORK, WORKING_ROLES, FALSE, 1, 2},
    {"renewLease", WORK, WORKING_ROLES, FALSE, 1, 2},
    {"releaseUrl", WORK, WORKING_ROLES, FALSE, 1, 2},
    {"assignAccount", WORK, WORKING_ROLES, FALSE, 1, 2},
    {"recover", WORK, WORKING_ROLES, FALSE, 1, 2},
    {"markSuccess", WORK, WORKING_ROLES, FALSE, 1, 2},
    {"markSuccessAndPush", WORK, WORKING_ROLES, FALSE, 1, 2},
    {"markFailure", WORK, WORKING_ROLES, FALSE, 1, 2},
    {"getQueueStatus", WORK, EVERY_ROLE, FALSE, 1, 2},
    {"listQueues", WORK, EVERY_ROLE, FALSE, 1, 2},
    {"getFailedUrls", WORK, EVERY_ROLE, FALSE, 1, 2},
    {"requeueFailed", WORK, WORKING_ROLES, FALSE, 1, 2},
    {"clearQueue", WORK, WORKING_ROLES, FALSE, 1, 2},
    {"getLaneStatus", WORK, EVERY_ROLE, FALSE, 1, 2},
    {"startLanes", WORK, WORKING_ROLES, FALSE, 1, 2},
    {"stopLanes", WORK, EVERY_ROLE, FALSE, 1, 2},
};

static const RpcService *find_service(const char *name, gsize length)
{
    for (gsize i = 0; i < G_N_ELEMENTS(services); i++) {
        if (strlen(services[i].name) == length && memcmp(services[i].name, name, length) == 0)
            return &services[i];
    }
    return NULL;
}

static gboolean service_has(const RpcService *service, const RpcMethod *method)
{
    while (service != NULL && strcmp(service->name, method->service) != 0)
        service =
            service->parent != NULL ? find_service(service->parent, strlen(service->parent)) : NULL;
    return service != NULL;
}

const char *method_table_plain_name(const char *wire_name)
{
    const char *colon = strchr(wire_name, ':');
    return colon != NULL ? colon + 1 : wire_name;
}

const RpcMethod *method_table_find(const char *wire_name)
{
    const char *plain = method_table_plain_name(wire_name);
    gboolean multiplexed = plain != wire_name;
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (strcmp(methods[i].name, plain) != 0)
            continue;
        if (!multiplexed ||
            service_has(find_service(wire_name, (gsize)(plain - wire_name) - 1), &methods[i]))
            return &methods[i];
        return NULL;
    }
    return NULL;
}

gboolean method_table_serves(const RpcMethod *method, YtopsRole role)
{
    return (method->roles & 1U << role) != 0;
}

const RpcMethod *method_table_get(gsize *n_methods)
{
    *n_methods = G_N_ELEMENTS(methods);
    return methods;
}
