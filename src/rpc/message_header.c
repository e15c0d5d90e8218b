#include "message_header.h"

#include <string.h>

#define BINARY_VERSION 0x80010000U
#define BINARY_VERSION_MASK 0xffff0000U
#define COMPACT_PROTOCOL_ID 0x82
#define COMPACT_VERSION 1

static WireStatus read_name(MessageHeader *header, WireInput *input, GError **error)
{
    guint32 size;
    WireStatus status = wire_read_size(input, header->encoding, &size, error);
    if (status != WIRE_DONE)
        return status;
    if (size > MESSAGE_HEADER_MAX_NAME)
        return wire_refuse(error, "the method's name has %u bytes, allowed are %d", size,
                           MESSAGE_HEADER_MAX_NAME);
    if (input->length < size)
        return WIRE_MORE;
    for (guint32 i = 0; i < size; i++) {
        if (!g_ascii_isgraph((char)input->bytes[i]))
            return wire_refuse(error, "the method's name has the byte 0x%02x", input->bytes[i]);
    }
    memcpy(header->name, input->bytes, size);
    header->name[size] = '\0';
    wire_input_skip(input, size);
    return WIRE_DONE;
}

static WireStatus read_sequence_id(MessageHeader *header, WireInput *input)
{
    guint32 value;
    WireStatus status = wire_read_u32(input, &value);
    if (status == WIRE_DONE)
        header->sequence_id = (gint32)value;
    return status;
}

static WireStatus set_type(MessageHeader *header, guint type, GError **error)
{
    if (type < MESSAGE_CALL || type > MESSAGE_ONEWAY)
        return wire_refuse(error, "the message type %u does not exist", type);
    header->type = (MessageType)type;
    return WIRE_DONE;
}

static WireStatus read_strict(MessageHeader *header, WireInput *input, GError **error)
{
    guint32 version;
    WireStatus status = wire_read_u32(input, &version);
    if (status != WIRE_DONE)
        return status;
    if ((version & BINARY_VERSION_MASK) != BINARY_VERSION)
        return wire_refuse(error, "the version 0x%08x is not known", version);
    header->strict = TRUE;
    status = set_type(header, version & 0xff, error);
    if (status == WIRE_DONE)
        status = read_name(header, input, error);
    return status == WIRE_DONE ? read_sequence_id(header, input) : status;
}

static WireStatus read_old(MessageHeader *header, WireInput *input, GError **error)
{
    guint8 type = 0;
    header->strict = FALSE;
    WireStatus status = read_name(header, input, error);
    if (status == WIRE_DONE)
        status = wire_read_u8(input, &type);
    if (status == WIRE_DONE)
        status = set_type(header, type, error);
    return status == WIRE_DONE ? read_sequence_id(header, input) : status;
}

static WireStatus read_compact(MessageHeader *header, WireInput *input, GError **error)
{
    guint8 id;
    guint8 version_and_type = 0;
    WireStatus status = wire_read_u8(input, &id);
    if (status == WIRE_DONE && id != COMPACT_PROTOCOL_ID)
        return wire_refuse(error, "the protocol id 0x%02x is not 0x82", id);
    if (status == WIRE_DONE)
        status = wire_read_u8(input, &version_and_type);
    if (status != WIRE_DONE)
        return status;
    if ((version_and_type & 0x1f) != COMPACT_VERSION)
        return wire_refuse(error, "the version %u is not known", version_and_type & 0x1f);
    header->strict = TRUE;
    guint64 sequence_id;
    status = set_type(header, version_and_type >> 5, error);
    if (status == WIRE_DONE)
        status = wire_read_varint(input, &sequence_id, error);
    if (status != WIRE_DONE)
        return status;
    header->sequence_id = (gint32)(guint32)sequence_id;
    return read_name(header, input, error);
}

WireStatus message_header_read(MessageHeader *header, WireInput *input, GError **error)
{
    WireInput ahead = *input;
    WireStatus status;
    if (header->encoding == WIRE_COMPACT)
        status = read_compact(header, &ahead, error);
    else if (ahead.length > 0 && (ahead.bytes[0] & 0x80) != 0)
        status = read_strict(header, &ahead, error);
    else
        status = read_old(header, &ahead, error);
    if (status == WIRE_DONE)
        *input = ahead;
    return status;
}
