/*
 * The client's side of a SliceTransport: flush sends what was written as one frame and reads the
 * whole reply, which is checked as a message and then lies ready to be read.
 *
 * In place of the library's framed transport, which moves the rest of the buffer at every read: a
 * reply of many megabytes would take minutes.
 */
#pragma once

#include "client_socket.h"
#include "slice_transport.h"

/* `socket` is borrowed and must outlive the transport. Free with g_object_unref. */
SliceTransport *client_transport_new(ClientSocket *socket);
