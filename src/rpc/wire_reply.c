#include "wire_reply.h"

#include "fault.h"
#include "wire_protocol.h"

typedef struct {
    const ReplyForm *form;
    SliceTransport *transport;
    ThriftProtocol *protocol;
    gboolean good; /* no write has failed */
} Writer;

static void check(Writer *writer, gint32 written)
{
    writer->good = writer->good && written >= 0;
}

static Writer writer_begin(const ReplyForm *form, ThriftMessageType type)
{
    Writer writer = {.form = form, .good = TRUE};
    writer.transport = slice_transport_new(form->framed ? WIRE_REPLY_FRAME_BYTES : 0);
    writer.protocol =
        wire_protocol_new(writer.transport, form->header.encoding, form->header.strict);
    check(&writer, thrift_protocol_write_message_begin(writer.protocol,
                                                       method_table_plain_name(form->header.name),
                                                       type, form->header.sequence_id, NULL));
    return writer;
}

/* NULL where a write failed. */
static GByteArray *writer_end(Writer *writer)
{
    check(writer, thrift_protocol_write_message_end(writer->protocol, NULL));
    GByteArray *output = slice_transport_steal_output(writer->transport);
    g_object_unref(writer->protocol);
    g_object_unref(writer->transport);
    if (writer->good)
        return wire_reply_finish(writer->form, output);
    g_byte_array_unref(output);
    return NULL;
}

GByteArray *wire_reply_finish(const ReplyForm *form, GByteArray *output)
{
    if (!form->framed)
        return output;
    guint32 length = output->len - WIRE_REPLY_FRAME_BYTES;
    for (guint i = 0; i < WIRE_REPLY_FRAME_BYTES; i++)
        output->data[i] = (guint8)(length >> (24 - 8 * i));
    return output;
}

GByteArray *wire_reply_exception(const ReplyForm *form, ThriftApplicationExceptionError type,
                                 const char *message)
{
    Writer writer = writer_begin(form, T_EXCEPTION);
    ThriftProtocol *out = writer.protocol;
    g_autofree char *text = fault_take_text(g_strdup(message));
    check(&writer, thrift_protocol_write_struct_begin(out, "TApplicationException", NULL));
    check(&writer, thrift_protocol_write_field_begin(out, "message", T_STRING, 1, NULL));
    check(&writer, thrift_protocol_write_string(out, text, NULL));
    check(&writer, thrift_protocol_write_field_end(out, NULL));
    check(&writer, thrift_protocol_write_field_begin(out, "type", T_I32, 2, NULL));
    check(&writer, thrift_protocol_write_i32(out, (gint32)type, NULL));
    check(&writer, thrift_protocol_write_field_end(out, NULL));
    check(&writer, thrift_protocol_write_field_stop(out, NULL));
    check(&writer, thrift_protocol_write_struct_end(out, NULL));
    return writer_end(&writer);
}

GByteArray *wire_reply_error(const ReplyForm *form, const RpcMethod *method, const GError *error)
{
    g_autoptr(YtopsServiceException) fault = NULL;
    g_autoptr(YtopsUserException) refusal = NULL;
    fault_from_error(error, &fault, method->refusal_field != 0 ? &refusal : NULL);
    gint16 field = refusal != NULL ? method->refusal_field : method->fault_field;
    ThriftStruct *exception = refusal != NULL ? THRIFT_STRUCT(refusal) : THRIFT_STRUCT(fault);

    Writer writer = writer_begin(form, T_REPLY);
    ThriftProtocol *out = writer.protocol;
    check(&writer, thrift_protocol_write_struct_begin(out, "result", NULL));
    check(&writer, thrift_protocol_write_field_begin(out, "exception", T_STRUCT, field, NULL));
    check(&writer, thrift_struct_write(exception, out, NULL));
    check(&writer, thrift_protocol_write_field_end(out, NULL));
    check(&writer, thrift_protocol_write_field_stop(out, NULL));
    check(&writer, thrift_protocol_write_struct_end(out, NULL));
    return writer_end(&writer);
}

GByteArray *wire_reply_result(const ReplyForm *form, ThriftStruct *result)
{
    Writer writer = writer_begin(form, T_REPLY);
    check(&writer, thrift_struct_write(result, writer.protocol, NULL));
    GByteArray *output = writer_end(&writer);
    if (output != NULL)
        return output;
    return wire_reply_exception(form, THRIFT_APPLICATION_EXCEPTION_ERROR_INTERNAL_ERROR,
                                "the result is too large to be sent");
}
