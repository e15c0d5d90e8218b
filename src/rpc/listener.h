/*
 * The listening socket: from the text of an address to a bound uv handle.
 */
#pragma once

#include <glib.h>
#include <uv.h>

/*
 * Binds `tcp`, already made on its loop, and listens; *bound_port is the port it got.
 * INVALID_ARGUMENT names the address, the port and the reason; `tcp` is then still to be closed.
 */
gboolean listener_open(uv_tcp_t *tcp, const char *address, guint16 port,
                       uv_connection_cb on_connection, guint16 *bound_port, GError **error);
