/*
 * The thrift transport of one call: reads from a slice of memory with a cursor, writes to a growing
 * buffer.
 *
 * In place of the library's memory buffer and framed transport, which move the rest of the buffer at
 * every read (quadratic) and wait for ever for what a truncated message lacks. Here a read past the
 * end is an error at once, and the end of the arguments must be the end of the message, else types
 * were not what the contract says. One thread at a time.
 */
#pragma once

#include <thrift/c_glib/transport/thrift_transport.h>

/* The fields are this module's and its subclasses' own. */
typedef struct {
    ThriftTransport parent;
    const guint8 *input;
    gsize left;
    GByteArray *output;
} SliceTransport;

typedef struct {
    ThriftTransportClass parent;
} SliceTransportClass;

GType slice_transport_get_type(void);

/* Most bytes that one reply may have: a frame's length is a signed number of 32 bits. */
#define SLICE_TRANSPORT_OUTPUT_LIMIT ((gsize)1 << 30)

/* Begins an empty output with as many zero bytes. */
void slice_transport_reserve(SliceTransport *transport, gsize reserve);

/* A transport without input whose output begins with `reserve` zero bytes (a frame's length). */
SliceTransport *slice_transport_new(gsize reserve);

/* Reads go on in `bytes`, which must live until they are done. */
void slice_transport_set_input(SliceTransport *transport, const guint8 *bytes, gsize length);

/* What was written, the reserved bytes included; the transport then has an empty output. */
GByteArray *slice_transport_steal_output(SliceTransport *transport);
