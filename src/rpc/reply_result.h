/*
 * What a reply says of its call, read from its bytes: so every call is judged in one place, whoever
 * encoded its reply. Pure.
 */
#pragma once

#include "message_header.h"

#define REPLY_RESULT_OK "ok"
/* A TApplicationException, or bytes that are no reply of ours. */
#define REPLY_RESULT_PROTOCOL "PROTOCOL_ERROR"

/*
 * REPLY_RESULT_OK, the errorCode of a declared exception, or REPLY_RESULT_PROTOCOL. `bytes` begins
 * with the message's header. Static.
 */
const char *reply_result_read(const guint8 *bytes, gsize length, WireEncoding encoding);
