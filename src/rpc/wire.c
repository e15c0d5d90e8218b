#include "wire.h"

#include "ytops/error.h"

#define VARINT_MAX_BYTES 10

const char *wire_encoding_to_string(WireEncoding encoding)
{
    return encoding == WIRE_COMPACT ? "compact" : "binary";
}

WireStatus wire_refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, text);
    return WIRE_BAD;
}

void wire_input_skip(WireInput *input, gsize length)
{
    input->bytes += length;
    input->length -= length;
}

WireStatus wire_read_u8(WireInput *input, guint8 *value)
{
    if (input->length < 1)
        return WIRE_MORE;
    *value = input->bytes[0];
    wire_input_skip(input, 1);
    return WIRE_DONE;
}

WireStatus wire_read_u32(WireInput *input, guint32 *value)
{
    if (input->length < 4)
        return WIRE_MORE;
    const guint8 *bytes = input->bytes;
    *value = (guint32)bytes[0] << 24 | (guint32)bytes[1] << 16 | (guint32)bytes[2] << 8 | bytes[3];
    wire_input_skip(input, 4);
    return WIRE_DONE;
}

WireStatus wire_read_varint(WireInput *input, guint64 *value, GError **error)
{
    guint64 result = 0;
    for (gsize i = 0; i < VARINT_MAX_BYTES; i++) {
        if (i == input->length)
            return WIRE_MORE;
        result |= (guint64)(input->bytes[i] & 0x7f) << (7 * i);
        if ((input->bytes[i] & 0x80) == 0) {
            wire_input_skip(input, i + 1);
            *value = result;
            return WIRE_DONE;
        }
    }
    return wire_refuse(error, "a variable-length number has more than %d bytes", VARINT_MAX_BYTES);
}

WireStatus wire_read_size(WireInput *input, WireEncoding encoding, guint32 *size, GError **error)
{
    WireInput ahead = *input;
    guint64 value = 0;
    WireStatus status;
    if (encoding == WIRE_BINARY) {
        guint32 plain = 0;
        status = wire_read_u32(&ahead, &plain);
        value = plain;
    } else {
        status = wire_read_varint(&ahead, &value, error);
    }
    if (status != WIRE_DONE)
        return status;
    if (value > G_MAXUINT32)
        return wire_refuse(error, "the length %" G_GUINT64_FORMAT " is out of range", value);
    if (value > G_MAXINT32)
        return wire_refuse(error, "the length %d is negative", (gint32)(guint32)value);
    *size = (guint32)value;
    *input = ahead;
    return WIRE_DONE;
}
