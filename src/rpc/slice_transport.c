#include "slice_transport.h"

#include <string.h>
#include <thrift/c_glib/protocol/thrift_protocol.h>

G_DEFINE_TYPE(SliceTransport, slice_transport, THRIFT_TYPE_TRANSPORT)

static SliceTransport *slice(gpointer transport)
{
    return transport;
}

static gboolean always(ThriftTransport *transport G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    return TRUE;
}

static gboolean is_open(ThriftTransport *transport G_GNUC_UNUSED)
{
    return TRUE;
}

static gboolean peek(ThriftTransport *transport, GError **error G_GNUC_UNUSED)
{
    return slice(transport)->left > 0;
}

static gboolean check_available(ThriftTransport *transport, glong length, GError **error)
{
    gsize left = slice(transport)->left;
    if (length >= 0 && (gsize)length <= left)
        return TRUE;
    g_set_error(error, THRIFT_TRANSPORT_ERROR, THRIFT_TRANSPORT_ERROR_RECEIVE,
                "the message ends where %ld bytes should follow: %" G_GSIZE_FORMAT " are left",
                length, left);
    return FALSE;
}

static gint32 read_all(ThriftTransport *transport, gpointer buffer, guint32 length, GError **error)
{
    SliceTransport *self = slice(transport);
    if (!check_available(transport, length, error))
        return -1;
    memcpy(buffer, self->input, length);
    self->input += length;
    self->left -= length;
    return (gint32)length;
}

static gboolean read_end(ThriftTransport *transport, GError **error)
{
    gsize left = slice(transport)->left;
    if (left == 0)
        return TRUE;
    g_set_error(error, THRIFT_PROTOCOL_ERROR, THRIFT_PROTOCOL_ERROR_INVALID_DATA,
                "%" G_GSIZE_FORMAT " bytes are left over: the types of the fields sent are not "
                "those of the contract",
                left);
    return FALSE;
}

static gboolean write_bytes(ThriftTransport *transport, const gpointer buffer, const guint32 length,
                            GError **error)
{
    GByteArray *output = slice(transport)->output;
    if (length > SLICE_TRANSPORT_OUTPUT_LIMIT - output->len) {
        g_set_error(error, THRIFT_TRANSPORT_ERROR, THRIFT_TRANSPORT_ERROR_SEND,
                    "the message would have more than %" G_GSIZE_FORMAT " bytes",
                    SLICE_TRANSPORT_OUTPUT_LIMIT);
        return FALSE;
    }
    if (length > 0)
        g_byte_array_append(output, buffer, length);
    return TRUE;
}

static gboolean ignore_size(ThriftTransport *transport G_GNUC_UNUSED, glong size G_GNUC_UNUSED,
                            GError **error G_GNUC_UNUSED)
{
    return TRUE;
}

static void slice_transport_finalize(GObject *object)
{
    g_byte_array_unref(slice(object)->output);
    G_OBJECT_CLASS(slice_transport_parent_class)->finalize(object);
}

static void slice_transport_class_init(SliceTransportClass *cls)
{
    ThriftTransportClass *transport = THRIFT_TRANSPORT_CLASS(cls);
    G_OBJECT_CLASS(cls)->finalize = slice_transport_finalize;
    transport->is_open = is_open;
    transport->peek = peek;
    transport->open = always;
    transport->close = always;
    transport->read = read_all;
    transport->read_all = read_all;
    transport->read_end = read_end;
    transport->write = write_bytes;
    transport->write_end = always;
    transport->flush = always;
    transport->checkReadBytesAvailable = check_available;
    transport->updateKnownMessageSize = ignore_size;
    transport->resetConsumedMessageSize = ignore_size;
    transport->countConsumedMessageBytes = ignore_size;
}

static void slice_transport_init(SliceTransport *transport)
{
    transport->output = g_byte_array_new();
}

void slice_transport_reserve(SliceTransport *transport, gsize reserve)
{
    g_byte_array_set_size(transport->output, (guint)reserve);
    if (reserve > 0)
        memset(transport->output->data, 0, reserve);
}

SliceTransport *slice_transport_new(gsize reserve)
{
    SliceTransport *transport = g_object_new(slice_transport_get_type(), NULL);
    slice_transport_reserve(transport, reserve);
    return transport;
}

void slice_transport_set_input(SliceTransport *transport, const guint8 *bytes, gsize length)
{
    transport->input = bytes;
    transport->left = length;
}

GByteArray *slice_transport_steal_output(SliceTransport *transport)
{
    GByteArray *output = transport->output;
    transport->output = g_byte_array_new();
    return output;
}
