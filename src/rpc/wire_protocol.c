#include "wire_protocol.h"

#include <string.h>
#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>

typedef struct {
    ThriftBinaryProtocol parent;
    gboolean strict;
} WireBinary;

typedef struct {
    ThriftBinaryProtocolClass parent;
} WireBinaryClass;

typedef struct {
    ThriftCompactProtocol parent;
} WireCompact;

typedef struct {
    ThriftCompactProtocolClass parent;
} WireCompactClass;

static GType wire_binary_get_type(void);
static GType wire_compact_get_type(void);
G_DEFINE_TYPE(WireBinary, wire_binary, THRIFT_TYPE_BINARY_PROTOCOL)
G_DEFINE_TYPE(WireCompact, wire_compact, THRIFT_TYPE_COMPACT_PROTOCOL)

static gint32 read_text(ThriftProtocol *protocol, char **text, GError **error)
{
    gpointer bytes = NULL;
    guint32 length = 0;
    *text = NULL;
    gint32 used = thrift_protocol_read_binary(protocol, &bytes, &length, error);
    if (used < 0)
        return -1;
    if (length > 0 && memchr(bytes, '\0', length) != NULL) {
        g_free(bytes);
        *text = g_strdup(WIRE_PROTOCOL_BAD_TEXT);
        return used;
    }
    *text = g_realloc(bytes, (gsize)length + 1);
    (*text)[length] = '\0';
    return used;
}

static gint32 write_message_begin(ThriftProtocol *protocol, const gchar *name,
                                  const ThriftMessageType type, const gint32 sequence_id,
                                  GError **error)
{
    ThriftProtocolClass *parent = THRIFT_PROTOCOL_CLASS(wire_binary_parent_class);
    if (((WireBinary *)protocol)->strict)
        return parent->write_message_begin(protocol, name, type, sequence_id, error);
    gint32 used = thrift_protocol_write_string(protocol, name, error);
    if (used < 0 || thrift_protocol_write_byte(protocol, (gint8)type, error) < 0 ||
        thrift_protocol_write_i32(protocol, sequence_id, error) < 0)
        return -1;
    return used + 5;
}

static void wire_binary_class_init(WireBinaryClass *cls)
{
    ThriftProtocolClass *protocol = THRIFT_PROTOCOL_CLASS(cls);
    protocol->read_string = read_text;
    protocol->write_message_begin = write_message_begin;
}

static void wire_binary_init(WireBinary *self)
{
    self->strict = TRUE;
}

static void wire_compact_finalize(GObject *object)
{
    g_queue_clear(&THRIFT_COMPACT_PROTOCOL(object)->_last_field);
    G_OBJECT_CLASS(wire_compact_parent_class)->finalize(object);
}

static void wire_compact_class_init(WireCompactClass *cls)
{
    G_OBJECT_CLASS(cls)->finalize = wire_compact_finalize;
    THRIFT_PROTOCOL_CLASS(cls)->read_string = read_text;
}

static void wire_compact_init(WireCompact *self G_GNUC_UNUSED)
{
}

ThriftProtocol *wire_protocol_new(SliceTransport *transport, WireEncoding encoding, gboolean strict)
{
    if (encoding == WIRE_COMPACT)
        return g_object_new(wire_compact_get_type(), "transport", transport, NULL);
    WireBinary *binary = g_object_new(wire_binary_get_type(), "transport", transport, NULL);
    binary->strict = strict;
    return THRIFT_PROTOCOL(binary);
}
