/*
 * The header of a Thrift message: what is called, how, and with which sequence id. Pure.
 *
 *     binary, strict:  0x80 0x01 0x00 type | name length, name | sequence id
 *     binary, old:     name length, name | type | sequence id
 *     compact:         0x82 | type and version | sequence id | name length, name
 */
#pragma once

#include "wire.h"

/* Bytes of a method's name. */
#define MESSAGE_HEADER_MAX_NAME 256

/* As thrift's ThriftMessageType. */
typedef enum { MESSAGE_CALL = 1, MESSAGE_REPLY, MESSAGE_EXCEPTION, MESSAGE_ONEWAY } MessageType;

typedef struct {
    WireEncoding encoding;
    gboolean strict; /* FALSE: binary in its old form, without a version */
    MessageType type;
    gint32 sequence_id;
    char name[MESSAGE_HEADER_MAX_NAME + 1]; /* printable ASCII without blanks */
} MessageHeader;

/*
 * Reads the header of the encoding that header->encoding tells into the other fields, and moves the
 * input past it. BAD for another version, an unknown message type and a name that is none.
 */
WireStatus message_header_read(MessageHeader *header, WireInput *input, GError **error);
