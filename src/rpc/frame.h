/*
 * Cuts a connection's bytes into Thrift messages, in whatever form the client speaks.
 *
 * The form is recognised once a connection, by its first bytes:
 *
 *     byte 0 is 0x80            unframed, binary
 *     byte 0 is 0x82            unframed, compact
 *     byte 4 is 0x80, 0x82      framed, binary or compact: bytes 0 to 3 are the frame's length
 *     byte 4 is 0x00            framed, binary in its old form (a name's length begins with a zero),
 *                               where the frame's length can be one
 *     byte 4 begins a name      unframed, binary in its old form: bytes 0 to 3 are the name's length
 *     anything else             not Thrift (HTTP, TLS, ...): refused
 *
 * The end of an unframed message is found by scanning it; a frame is only measured here. Pure.
 */
#pragma once

#include "message_scan.h"

typedef struct {
    gsize limit;         /* bytes of one message */
    gboolean recognised; /* the next two are known */
    gboolean framed;
    WireEncoding encoding;
    MessageScan scan; /* of the unframed message that is arriving */
} FrameReader;

/* A message among the bytes, and how many of them it took with its frame. */
typedef struct {
    gsize offset;
    gsize length;
    gsize consumed;
} Frame;

void frame_reader_init(FrameReader *reader, gsize limit);

/*
 * Looks for a message at the start of `bytes`, which are those after the message before, and with
 * MORE must be given again with what has come since. BAD, whose error (domain YTOPS_ERROR,
 * INVALID_ARGUMENT) says what arrived: no message can be found on this connection any more; where
 * `recognised` is set an exception can still be sent in that form.
 */
WireStatus frame_reader_next(FrameReader *reader, const guint8 *bytes, gsize length, Frame *frame,
                             GError **error);
