/*
 * The listening socket, and what addresses look like.
 */
#pragma once

#include <uv.h>

#include "ytops/error.h"

/*
 * Binds `tcp`, which is initialised, and listens. INVALID_ARGUMENT names address and port that cannot
 * be had; `tcp` is still to be closed then. *bound_port is the port it got.
 */
gboolean http_listener_open(uv_tcp_t *tcp, const char *address, guint16 port,
                            uv_connection_cb on_connection, guint16 *bound_port, GError **error);

/* "address:port", or "[address]:port" for IPv6. Free with g_free. */
char *http_listener_name_peer(const uv_tcp_t *tcp);
