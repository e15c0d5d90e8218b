/*
 * The relay as one part of the daemon, on the roles that work: it lives on the thread of the HTTP
 * port's loop and is built and taken apart from the main thread.
 */
#pragma once

#include "http_service.h"
#include "ytops/relay.h"

typedef struct RelayService RelayService;

/*
 * Makes the relay on the loop of `http`, whose routes it adds; before http starts. INVALID_ARGUMENT
 * names the flag of a setting that cannot work.
 */
RelayService *relay_service_new(const YtopsConfig *config, HttpService *http, GError **error);

/* Touched on the loop's thread only. Owned by the service. */
YtopsRelay *relay_service_get_relay(const RelayService *service);

/* Ends every stream; after http was closed, and before it is freed. NULL is fine. */
void relay_service_free(RelayService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RelayService, relay_service_free)
