/* This instance's document in Redis, with what each part of the daemon is doing. */
#pragma once

#include "http_service.h"
#include "relay_service.h"
#include "ytops/instances.h"
#include "ytops/rpc_server.h"

/* Borrowed; all must outlive the service. */
typedef struct {
    const YtopsConfig *config;
    const char *instance_id;
    gint64 started_at; /* Unix seconds */
    YtopsRedisPool *redis;
    YtopsRpcServer *rpc;
    YtopsTokenService *tokens; /* NULL: none */
    HttpService *http;         /* NULL: none */
    RelayService *relay;       /* NULL: none */
} InstanceServiceParts;

typedef struct InstanceService InstanceService;

/* Publishes from now on; every part has been started. */
InstanceService *instance_service_new(const InstanceServiceParts *parts);

/* The document says so from now on. */
void instance_service_set_draining(InstanceService *service);

/* Whether Redis took what this instance told of itself last, a few seconds ago at most. Any thread. */
gboolean instance_service_is_heard(InstanceService *service);

/* Removes the document; while all parts still run. NULL is fine. */
void instance_service_free(InstanceService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(InstanceService, instance_service_free)
