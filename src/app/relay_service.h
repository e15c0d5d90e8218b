/*
 * The relay and its HTTP port as one part of the daemon: a loop's thread and everything that lives on
 * it, built and taken apart from the main thread.
 */
#pragma once

#include "ytops/config.h"
#include "ytops/relay.h"
#include "ytops/relay_loop.h"

typedef struct RelayService RelayService;

/*
 * Starts the loop, the relay and the HTTP server. INVALID_ARGUMENT names the flag of a setting that
 * cannot work, or the address that cannot be had.
 */
RelayService *relay_service_new(const YtopsConfig *config, GError **error);

guint16 relay_service_get_port(const RelayService *service);

/* For control from other threads: the relay is touched on the loop's only. Owned by the service. */
YtopsRelayLoop *relay_service_get_loop(const RelayService *service);
YtopsRelay *relay_service_get_relay(const RelayService *service);

/* Closes the listener; players go on. */
void relay_service_drain(RelayService *service);

/* Ends every stream and connection, joins the thread, frees. NULL is fine. */
void relay_service_free(RelayService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RelayService, relay_service_free)
