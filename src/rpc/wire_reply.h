/*
 * Replies that no generated processor writes: exceptions of every kind, and deferred results.
 */
#pragma once

#include <thrift/c_glib/thrift_application_exception.h>
#include <thrift/c_glib/thrift_struct.h>

#include "message_header.h"
#include "method_table.h"

/* How the caller asked, and so how it is answered. */
typedef struct {
    MessageHeader header; /* name "" and sequence id 0 where they could not be read */
    gboolean framed;
} ReplyForm;

/* Bytes that a frame's length takes in front of a reply. */
#define WIRE_REPLY_FRAME_BYTES 4

/* Writes the length of a framed reply into the bytes kept free for it. Gives `output` back. */
GByteArray *wire_reply_finish(const ReplyForm *form, GByteArray *output);

/* A TApplicationException, which every Thrift client raises. */
GByteArray *wire_reply_exception(const ReplyForm *form, ThriftApplicationExceptionError type,
                                 const char *message);

/* The error as one of the exceptions that the method declares. */
GByteArray *wire_reply_error(const ReplyForm *form, const RpcMethod *method, const GError *error);

/* A result struct of the contract; a TApplicationException INTERNAL_ERROR where it is too large. */
GByteArray *wire_reply_result(const ReplyForm *form, ThriftStruct *result);
