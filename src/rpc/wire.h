/*
 * How numbers stand in the two Thrift encodings. Pure.
 */
#pragma once

#include <glib.h>

typedef enum { WIRE_BINARY, WIRE_COMPACT } WireEncoding;

/* "binary", "compact". Static. */
const char *wire_encoding_to_string(WireEncoding encoding);

typedef enum {
    WIRE_DONE, /* read */
    WIRE_MORE, /* good so far, but it needs bytes that are not there yet */
    WIRE_BAD   /* no bytes can make it good; the error says why */
} WireStatus;

/* Bytes not read yet. A reader moves it on only with WIRE_DONE. */
typedef struct {
    const guint8 *bytes;
    gsize length;
} WireInput;

/* Passes over `length` bytes, which must be there. */
void wire_input_skip(WireInput *input, gsize length);

WireStatus wire_read_u8(WireInput *input, guint8 *value);

/* Four bytes, the highest first. */
WireStatus wire_read_u32(WireInput *input, guint32 *value);

/* Seven bits a byte, the lowest first, at most ten bytes. */
WireStatus wire_read_varint(WireInput *input, guint64 *value, GError **error);

/* A length or element count in the encoding's own form: BAD where it is negative. */
WireStatus wire_read_size(WireInput *input, WireEncoding encoding, guint32 *size, GError **error);

/* Sets *error (domain YTOPS_ERROR, INVALID_ARGUMENT) to the text and gives WIRE_BAD. */
WireStatus wire_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
