/*
 * A Thrift client made of bytes: it can say what no proper client would. Any failure of the socket
 * aborts the test.
 */
#pragma once

#include <thrift/c_glib/thrift_struct.h>

#include "rpc/message_header.h"

/* How a peer speaks. */
typedef struct {
    const char *name;
    WireEncoding encoding;
    gboolean strict;
    gboolean framed;
} PeerForm;

/* Every form that the server knows. */
#define N_PEER_FORMS 6
extern const PeerForm peer_forms[N_PEER_FORMS];

/* A message with the arguments, or with no field at all where they are NULL. */
GByteArray *peer_message(const PeerForm *form, const char *method, MessageType type,
                         gint32 sequence_id, ThriftStruct *arguments);

/* A message whose arguments are these bytes. */
GByteArray *peer_message_raw(const PeerForm *form, const char *method, MessageType type,
                             gint32 sequence_id, const guint8 *body, gsize length);

/* Any bytes: PEER_BYTES takes a string literal, NUL bytes and all. */
GByteArray *peer_bytes(const char *bytes, gsize length);
#define PEER_BYTES(text) peer_bytes((text), sizeof(text) - 1)

/* A connection to 127.0.0.1. */
int peer_connect(guint16 port);
void peer_send(int fd, const guint8 *bytes, gsize length);

/* Sends as far as the server takes it: it may hang up in the middle. */
void peer_try_send(int fd, const guint8 *bytes, gsize length);

typedef struct {
    MessageHeader header;
    gint32 exception_type; /* of a TApplicationException, -1 otherwise */
    char *exception_message;
    char *error_code;    /* of a ServiceException or UserException, NULL otherwise */
    char *error_message; /* the same */
    gsize length;        /* of the whole message */
} PeerReply;

void peer_reply_free(PeerReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerReply, peer_reply_free)

/* The next reply; NULL where the server closes the connection instead. Waits at most 20 s. */
PeerReply *peer_receive(int fd, const PeerForm *form);

/* Whether nothing at all comes for so long. */
gboolean peer_hears_nothing(int fd, gint64 ms);

/* Asserts that the server closes the connection, within 20 s. */
void peer_expect_end(int fd);

/* thrift's TApplicationException types. */
enum { PEER_UNKNOWN_METHOD = 1, PEER_INVALID_MESSAGE_TYPE = 2, PEER_PROTOCOL_ERROR = 7 };

/* Asserts that the next reply is a TApplicationException of that type. */
void peer_expect_exception(int fd, const PeerForm *form, gint32 type);

/* Asserts that it is a result (`code` NULL), or a ServiceException or UserException of that code. */
void peer_expect_error(int fd, const PeerForm *form, const char *code);
