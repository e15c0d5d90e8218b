/*
 * Finds where one Thrift message ends, and whether it is one, without decoding it.
 *
 *     header (name, type, sequence id) + one struct
 *
 * Fed with the bytes from the message's start, as many as there are; it looks at each byte of the
 * body once, keeps its place between calls, uses no recursion, and allocates nothing that a length
 * claims. What it has passed is safe to give to the thrift library: nesting is bounded, and every
 * length and element count fits into the bytes that the limit leaves. Pure.
 */
#pragma once

#include "message_header.h"

/* Nesting of structs and containers, the argument struct included. */
#define MESSAGE_SCAN_MAX_DEPTH 64

/* A struct or container that the scan is inside of. */
typedef struct {
    guint8 kind;
    guint8 first_type, second_type; /* of elements; of a map's keys and values */
    guint32 left;                   /* elements; of a map, keys and values together */
} MessageScanLevel;

typedef struct {
    MessageHeader header;
    gsize header_length; /* 0: the header is not complete yet */
    gsize position;      /* bytes passed; with WIRE_DONE the message's length */
    gsize limit;         /* bytes that the message may have */
    gsize skip;          /* bytes of a value still to pass over */
    guint8 pending;      /* type of a value that begins at `position`; 0: none */
    guint depth;
    MessageScanLevel levels[MESSAGE_SCAN_MAX_DEPTH];
} MessageScan;

/* limit: the frame's length where it is known, else the longest message that is allowed. */
void message_scan_init(MessageScan *scan, WireEncoding encoding, gsize limit);

/*
 * Goes on through `length` bytes, counted from the message's start, of which the first `position`
 * are not looked at again. BAD, whose error (domain YTOPS_ERROR, INVALID_ARGUMENT) says what is
 * wrong and where, leaves header_length 0 where the header itself is bad.
 */
WireStatus message_scan_run(MessageScan *scan, const guint8 *bytes, gsize length, GError **error);
