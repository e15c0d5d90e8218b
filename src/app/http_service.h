/*
 * The HTTP port as one part of the daemon, on every role: a loop's thread with the server on it.
 * Other parts add what they serve before it starts.
 */
#pragma once

#include "ytops/config.h"
#include "ytops/http_server.h"
#include "ytops/relay_loop.h"

typedef struct HttpService HttpService;

/*
 * Starts the loop. `config` must outlive the service. INVALID_ARGUMENT where the port would be open
 * to strangers: an address that is not on loopback needs --api-token.
 */
HttpService *http_service_new(const YtopsConfig *config, GError **error);

/* Adds routes; on the loop's thread. */
typedef void (*HttpServiceBuild)(YtopsHttpServer *server, gpointer data);

/* To be called as the service starts, before the first request; before start. */
void http_service_add(HttpService *service, HttpServiceBuild build, gpointer data);

/* Listens. INVALID_ARGUMENT names the address that cannot be had. Once. */
gboolean http_service_start(HttpService *service, GError **error);

/* 0 before the start. */
guint16 http_service_get_port(const HttpService *service);

/* Where everything that serves a route lives. Owned by the service. */
YtopsRelayLoop *http_service_get_loop(const HttpService *service);

/* Closes the listener; exchanges in work go on. */
void http_service_drain(HttpService *service);

/* Ends every connection, so that what serves the routes may go. The loop still runs. NULL is fine. */
void http_service_close(HttpService *service);

/* Closes where that was not done, joins the loop's thread, frees. NULL is fine. */
void http_service_free(HttpService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpService, http_service_free)
