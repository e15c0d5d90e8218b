#include "message_scan.h"

#include <string.h>

/* Types as the binary encoding numbers them; compact ones are translated. */
enum {
    TYPE_STOP = 0,
    TYPE_BOOL = 2,
    TYPE_BYTE = 3,
    TYPE_DOUBLE = 4,
    TYPE_I16 = 6,
    TYPE_I32 = 8,
    TYPE_I64 = 10,
    TYPE_STRING = 11,
    TYPE_STRUCT = 12,
    TYPE_MAP = 13,
    TYPE_SET = 14,
    TYPE_LIST = 15,
    TYPE_UNKNOWN = 255
};

static const guint8 compact_types[16] = {
    [1] = TYPE_BOOL,     [2] = TYPE_BOOL,     [3] = TYPE_BYTE,     [4] = TYPE_I16,
    [5] = TYPE_I32,      [6] = TYPE_I64,      [7] = TYPE_DOUBLE,   [8] = TYPE_STRING,
    [9] = TYPE_LIST,     [10] = TYPE_SET,     [11] = TYPE_MAP,     [12] = TYPE_STRUCT,
    [13] = TYPE_UNKNOWN, [14] = TYPE_UNKNOWN, [15] = TYPE_UNKNOWN,
};

/* Bytes of a value that always has as many; 0: it varies. */
typedef struct {
    guint8 exists;
    guint8 binary_size, compact_size;
    guint8 binary_least; /* the least it takes where it varies; in compact that is 1 */
} TypeFacts;

static const TypeFacts type_facts[16] = {
    [TYPE_BOOL] = {1, 1, 1, 1},   [TYPE_BYTE] = {1, 1, 1, 1},   [TYPE_DOUBLE] = {1, 8, 8, 8},
    [TYPE_I16] = {1, 2, 0, 2},    [TYPE_I32] = {1, 4, 0, 4},    [TYPE_I64] = {1, 8, 0, 8},
    [TYPE_STRING] = {1, 0, 0, 4}, [TYPE_STRUCT] = {1, 0, 0, 1}, [TYPE_MAP] = {1, 0, 0, 6},
    [TYPE_SET] = {1, 0, 0, 5},    [TYPE_LIST] = {1, 0, 0, 5},
};

static gsize fixed_size(const MessageScan *scan, guint8 type)
{
    if (type >= G_N_ELEMENTS(type_facts))
        return 0;
    return scan->header.encoding == WIRE_BINARY ? type_facts[type].binary_size
                                                : type_facts[type].compact_size;
}

/* What makes a claimed count believable. */
static gsize least_size(const MessageScan *scan, guint8 type)
{
    if (type >= G_N_ELEMENTS(type_facts))
        return 1;
    return scan->header.encoding == WIRE_BINARY ? type_facts[type].binary_least
                                                : MAX(type_facts[type].compact_size, 1);
}

static gboolean type_exists(guint8 type)
{
    return type < G_N_ELEMENTS(type_facts) && type_facts[type].exists;
}

/* Writers disagree about the element type of what is empty. */
static WireStatus check_element_type(guint8 type, guint32 count, GError **error)
{
    if (type_exists(type) || (count == 0 && type == TYPE_STOP))
        return WIRE_DONE;
    return wire_refuse(error, "an element type of that number (%u) does not exist", type);
}

static WireInput input_at(const MessageScan *scan, const WireInput *message)
{
    return (WireInput){message->bytes + scan->position, message->length - scan->position};
}

/* Moves to where `ahead` stands, where `needed` more bytes can still come after it. */
static WireStatus advance(MessageScan *scan, const WireInput *message, const WireInput *ahead,
                          guint64 needed, GError **error)
{
    gsize position = message->length - ahead->length;
    gsize left = scan->limit > position ? scan->limit - position : 0;
    if (needed > left)
        return wire_refuse(error,
                           "a value that needs %" G_GUINT64_FORMAT
                           " bytes or more is announced where %" G_GSIZE_FORMAT " can follow",
                           needed, left);
    scan->position = position;
    scan->pending = 0;
    return WIRE_DONE;
}

static WireStatus push(MessageScan *scan, const MessageScanLevel *level, GError **error)
{
    if (scan->depth == MESSAGE_SCAN_MAX_DEPTH)
        return wire_refuse(error, "it is nested deeper than %d levels", MESSAGE_SCAN_MAX_DEPTH);
    scan->levels[scan->depth++] = *level;
    return WIRE_DONE;
}

static WireStatus begin_text(MessageScan *scan, const WireInput *message, GError **error)
{
    WireInput ahead = input_at(scan, message);
    guint32 size = 0;
    WireStatus status = wire_read_size(&ahead, scan->header.encoding, &size, error);
    if (status == WIRE_DONE)
        status = advance(scan, message, &ahead, size, error);
    if (status == WIRE_DONE)
        scan->skip = size;
    return status;
}

static WireStatus begin_elements(MessageScan *scan, const WireInput *message,
                                 const WireInput *ahead, MessageScanLevel level, GError **error)
{
    gboolean map = level.kind == TYPE_MAP;
    if (check_element_type(level.first_type, level.left, error) == WIRE_BAD ||
        check_element_type(level.second_type, level.left, error) == WIRE_BAD)
        return WIRE_BAD;
    guint64 each = least_size(scan, level.first_type);
    if (map)
        each += least_size(scan, level.second_type);
    WireStatus status = advance(scan, message, ahead, each * level.left, error);
    if (status != WIRE_DONE || level.left == 0)
        return status;
    gsize fixed = fixed_size(scan, level.first_type);
    if (!map && fixed > 0) {
        scan->skip = fixed * level.left;
        return WIRE_DONE;
    }
    level.left *= map ? 2 : 1;
    return push(scan, &level, error);
}

static WireStatus begin_list(MessageScan *scan, const WireInput *message, GError **error)
{
    WireInput ahead = input_at(scan, message);
    gboolean compact = scan->header.encoding == WIRE_COMPACT;
    guint8 first = 0;
    MessageScanLevel level = {.kind = TYPE_LIST};
    WireStatus status = wire_read_u8(&ahead, &first);
    level.first_type = level.second_type = compact ? compact_types[first & 0x0f] : first;
    level.left = first >> 4;
    if (status == WIRE_DONE && (!compact || level.left == 15))
        status = wire_read_size(&ahead, scan->header.encoding, &level.left, error);
    return status == WIRE_DONE ? begin_elements(scan, message, &ahead, level, error) : status;
}

static WireStatus begin_binary_map(MessageScan *scan, const WireInput *message, GError **error)
{
    WireInput ahead = input_at(scan, message);
    MessageScanLevel level = {.kind = TYPE_MAP};
    WireStatus status = wire_read_u8(&ahead, &level.first_type);
    if (status == WIRE_DONE)
        status = wire_read_u8(&ahead, &level.second_type);
    if (status == WIRE_DONE)
        status = wire_read_size(&ahead, WIRE_BINARY, &level.left, error);
    return status == WIRE_DONE ? begin_elements(scan, message, &ahead, level, error) : status;
}

static WireStatus begin_compact_map(MessageScan *scan, const WireInput *message, GError **error)
{
    WireInput ahead = input_at(scan, message);
    MessageScanLevel level = {.kind = TYPE_MAP};
    guint8 types = 0;
    WireStatus status = wire_read_size(&ahead, WIRE_COMPACT, &level.left, error);
    if (status == WIRE_DONE && level.left > 0)
        status = wire_read_u8(&ahead, &types);
    level.first_type = compact_types[types >> 4];
    level.second_type = compact_types[types & 0x0f];
    return status == WIRE_DONE ? begin_elements(scan, message, &ahead, level, error) : status;
}

static WireStatus begin_number(MessageScan *scan, const WireInput *message, GError **error)
{
    WireInput ahead = input_at(scan, message);
    gsize fixed = fixed_size(scan, scan->pending);
    guint64 value;
    if (fixed == 0) {
        WireStatus status = wire_read_varint(&ahead, &value, error);
        return status == WIRE_DONE ? advance(scan, message, &ahead, 0, error) : status;
    }
    WireStatus status = advance(scan, message, &ahead, fixed, error);
    if (status == WIRE_DONE)
        scan->skip = fixed;
    return status;
}

static WireStatus begin_value(MessageScan *scan, const WireInput *message, GError **error)
{
    switch (scan->pending) {
    case TYPE_STRING:
        return begin_text(scan, message, error);
    case TYPE_STRUCT:
        scan->pending = 0;
        return push(scan, &(MessageScanLevel){.kind = TYPE_STRUCT}, error);
    case TYPE_SET:
    case TYPE_LIST:
        return begin_list(scan, message, error);
    case TYPE_MAP:
        return scan->header.encoding == WIRE_BINARY ? begin_binary_map(scan, message, error)
                                                    : begin_compact_map(scan, message, error);
    default:
        return begin_number(scan, message, error);
    }
}

static WireStatus next_field(MessageScan *scan, const WireInput *message, GError **error)
{
    WireInput ahead = input_at(scan, message);
    gboolean compact = scan->header.encoding == WIRE_COMPACT;
    guint8 first = 0;
    guint64 id;
    WireStatus status = wire_read_u8(&ahead, &first);
    guint8 type = compact ? compact_types[first & 0x0f] : first;
    if (status == WIRE_DONE && type == TYPE_STOP) {
        scan->depth -= 1;
        return advance(scan, message, &ahead, 0, error);
    }
    if (status == WIRE_DONE && !type_exists(type))
        return wire_refuse(error, "a field type of that number (%u) does not exist",
                           compact ? first & 0x0f : first);
    if (status == WIRE_DONE && compact && first >> 4 == 0)
        status = wire_read_varint(&ahead, &id, error);
    if (status == WIRE_DONE && !compact && ahead.length < 2)
        status = WIRE_MORE;
    if (status != WIRE_DONE)
        return status;
    if (!compact)
        wire_input_skip(&ahead, 2);
    status = advance(scan, message, &ahead, 0, error);
    /* The value of a compact boolean field is in its type. */
    scan->pending = compact && type == TYPE_BOOL ? 0 : type;
    return status;
}

static WireStatus next_element(MessageScan *scan)
{
    MessageScanLevel *level = &scan->levels[scan->depth - 1];
    if (level->left == 0) {
        scan->depth -= 1;
        return WIRE_DONE;
    }
    gboolean second = level->kind == TYPE_MAP && level->left % 2 == 1;
    scan->pending = second ? level->second_type : level->first_type;
    level->left -= 1;
    return WIRE_DONE;
}

static WireStatus skip_value(MessageScan *scan, const WireInput *message)
{
    gsize passed = MIN(scan->skip, message->length - scan->position);
    scan->position += passed;
    scan->skip -= passed;
    return scan->skip > 0 ? WIRE_MORE : WIRE_DONE;
}

static WireStatus read_header(MessageScan *scan, const WireInput *message, GError **error)
{
    WireInput ahead = *message;
    WireStatus status = message_header_read(&scan->header, &ahead, error);
    if (status != WIRE_DONE)
        return status;
    scan->header_length = scan->position = message->length - ahead.length;
    return push(scan, &(MessageScanLevel){.kind = TYPE_STRUCT}, error);
}

static WireStatus step(MessageScan *scan, const WireInput *message, GError **error)
{
    if (scan->header_length == 0)
        return read_header(scan, message, error);
    if (scan->skip > 0)
        return skip_value(scan, message);
    if (scan->pending != 0)
        return begin_value(scan, message, error);
    if (scan->levels[scan->depth - 1].kind == TYPE_STRUCT)
        return next_field(scan, message, error);
    return next_element(scan);
}

static gboolean at_end(const MessageScan *scan)
{
    return scan->header_length > 0 && scan->depth == 0 && scan->skip == 0 && scan->pending == 0;
}

void message_scan_init(MessageScan *scan, WireEncoding encoding, gsize limit)
{
    memset(scan, 0, sizeof *scan);
    scan->header.encoding = encoding;
    scan->header.strict = TRUE;
    scan->limit = limit;
}

WireStatus message_scan_run(MessageScan *scan, const guint8 *bytes, gsize length, GError **error)
{
    const WireInput message = {bytes, length};
    g_autoptr(GError) problem = NULL;
    WireStatus status = WIRE_DONE;
    while (status == WIRE_DONE && !at_end(scan))
        status = step(scan, &message, &problem);
    if ((status == WIRE_DONE && scan->position > scan->limit) ||
        (status == WIRE_MORE && length >= scan->limit))
        status =
            wire_refuse(&problem, "it does not end within %" G_GSIZE_FORMAT " bytes", scan->limit);
    if (status == WIRE_BAD)
        wire_refuse(error, "not a valid %s message: %s (at byte %" G_GSIZE_FORMAT ")",
                    wire_encoding_to_string(scan->header.encoding), problem->message,
                    scan->position);
    return status;
}
