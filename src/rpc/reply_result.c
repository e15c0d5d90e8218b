#include "reply_result.h"

#include <string.h>

#include "ytops/error.h"

#define TYPE_STRING_BINARY 11
#define TYPE_STRUCT_BINARY 12
#define TYPE_STRING_COMPACT 8
#define TYPE_STRUCT_COMPACT 12

#define LONGEST_CODE 64

/* The beginning of a field with a small id, as both encodings have it. FALSE at the end of a struct. */
static gboolean read_field(WireInput *input, WireEncoding encoding, guint *type, guint *id)
{
    guint8 first, high, low;

    if (wire_read_u8(input, &first) != WIRE_DONE || first == 0)
        return FALSE;
    if (encoding == WIRE_COMPACT) {
        *type = first & 0x0f;
        /* Ids of one behind the other differ little; the id 0 has a form of its own. */
        *id = first >> 4;
        return TRUE;
    }
    if (wire_read_u8(input, &high) != WIRE_DONE || wire_read_u8(input, &low) != WIRE_DONE)
        return FALSE;
    *type = first;
    *id = (guint)high << 8 | low;
    return TRUE;
}

/* The text of a field that must be there; NULL where it is not. Not terminated. */
static const guint8 *read_text(WireInput *input, WireEncoding encoding, guint32 *size)
{
    guint type, id;
    const guint8 *text;

    if (!read_field(input, encoding, &type, &id) ||
        type != (encoding == WIRE_COMPACT ? TYPE_STRING_COMPACT : TYPE_STRING_BINARY) ||
        wire_read_size(input, encoding, size, NULL) != WIRE_DONE || input->length < *size)
        return NULL;
    text = input->bytes;
    wire_input_skip(input, *size);
    return text;
}

/* Its fields are message, errorCode, context. */
static const char *read_exception(WireInput *input, WireEncoding encoding)
{
    char name[LONGEST_CODE + 1] = {0};
    const guint8 *text;
    guint32 size;
    YtopsErrorCode code;

    if (read_text(input, encoding, &size) == NULL)
        return REPLY_RESULT_PROTOCOL;
    text = read_text(input, encoding, &size);
    if (text == NULL || size > LONGEST_CODE)
        return REPLY_RESULT_PROTOCOL;
    memcpy(name, text, size);
    if (!ytops_error_code_from_string(name, &code))
        return REPLY_RESULT_PROTOCOL;
    return ytops_error_code_to_string(code);
}

const char *reply_result_read(const guint8 *bytes, gsize length, WireEncoding encoding)
{
    WireInput input = {bytes, length};
    MessageHeader header = {.encoding = encoding};
    guint type, id;

    if (message_header_read(&header, &input, NULL) != WIRE_DONE || header.type != MESSAGE_REPLY ||
        input.length == 0)
        return REPLY_RESULT_PROTOCOL;
    /* Without a field it is the reply of a method that gives nothing. */
    if (*input.bytes == 0)
        return REPLY_RESULT_OK;
    if (!read_field(&input, encoding, &type, &id))
        return REPLY_RESULT_PROTOCOL;
    if (id == 0)
        return REPLY_RESULT_OK;
    if (type != (encoding == WIRE_COMPACT ? TYPE_STRUCT_COMPACT : TYPE_STRUCT_BINARY))
        return REPLY_RESULT_PROTOCOL;
    return read_exception(&input, encoding);
}
