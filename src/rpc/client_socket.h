/*
 * A client's TCP connection, every wait of which has an end. Errors name host and port.
 */
#pragma once

#include <glib.h>

typedef struct ClientSocket ClientSocket;

/* DNS_FAILED, CONNECT_TIMEOUT, or CONNECTION_RESET for a refused or unreachable address. */
ClientSocket *client_socket_connect(const char *host, guint16 port, gint64 timeout_ms,
                                    GError **error);
void client_socket_free(ClientSocket *socket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ClientSocket, client_socket_free)

/* "host:port". Owned by the socket. */
const char *client_socket_get_address(const ClientSocket *socket);

/* How long each wait for the peer may take. */
void client_socket_set_timeout(ClientSocket *socket, gint64 timeout_ms);

/* All the bytes, or READ_TIMEOUT or CONNECTION_RESET. */
gboolean client_socket_send(ClientSocket *socket, const guint8 *bytes, gsize length,
                            GError **error);
gboolean client_socket_receive(ClientSocket *socket, guint8 *bytes, gsize length, GError **error);
