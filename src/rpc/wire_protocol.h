/*
 * The library's binary and compact protocols over a SliceTransport, with what they lack:
 * text with a NUL byte in it is not cut off there but becomes WIRE_PROTOCOL_BAD_TEXT, which no
 * check for UTF-8 lets pass; a reply to a caller with old headers has an old header too; and state
 * of structs that were left early is freed.
 */
#pragma once

#include <thrift/c_glib/protocol/thrift_protocol.h>

#include "message_header.h"
#include "slice_transport.h"

/* What text becomes that cannot be a C string. Not valid UTF-8. */
#define WIRE_PROTOCOL_BAD_TEXT "\xff"

/* `strict`: headers as MessageHeader has them. Free with g_object_unref. */
ThriftProtocol *wire_protocol_new(SliceTransport *transport, WireEncoding encoding,
                                  gboolean strict);
