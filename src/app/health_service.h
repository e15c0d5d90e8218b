/*
 * Whether the daemon is alive and ready, told to whoever asks over HTTP and to a service manager.
 *
 *   every 500 ms: loops and workers are looked at --> /healthz, and WATCHDOG=1 only while they get on
 *   on demand:    draining, Redis, token workers  --> /readyz
 */
#pragma once

#include "http_service.h"
#include "instance_service.h"
#include "notify.h"

/* Borrowed; all must outlive the service. */
typedef struct {
    Notify *notify;
    YtopsRpcServer *rpc;
    YtopsTokenService *tokens; /* NULL: none */
    HttpService *http;         /* NULL: none */
} HealthServiceParts;

typedef struct HealthService HealthService;

/* Adds the routes, before http starts, and begins to look. */
HealthService *health_service_new(const HealthServiceParts *parts);

/*
 * Everything runs: tells the service manager, and is ready from now on, where nothing else speaks
 * against it. `instance` must live until health_service_free.
 */
void health_service_set_started(HealthService *service, InstanceService *instance);

/* The end has begun: not ready any more. */
void health_service_set_draining(HealthService *service);

/* After http was closed, and while its loop still runs. NULL is fine. */
void health_service_free(HealthService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HealthService, health_service_free)
