/*
 * Where replies go: the way from a worker, or from a token job's end, back to the loop's thread.
 *
 * Reference counted, because a token job can end after the server is gone: what is posted to a
 * closed port is dropped. The connection is named by its id, so one that has gone meanwhile is
 * simply not found.
 */
#pragma once

#include <glib.h>

typedef struct ReplyPort ReplyPort;

typedef struct {
    guint64 connection_id;
    GByteArray *bytes; /* NULL: the call is over and nothing is sent (oneway) */
} Reply;

void reply_free(Reply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reply, reply_free)

/* `wake` is called, from any thread, whenever a reply was posted to an open port; it is never
 * called after reply_port_close has returned. */
ReplyPort *reply_port_new(void (*wake)(gpointer data), gpointer data);
ReplyPort *reply_port_ref(ReplyPort *port);
void reply_port_unref(ReplyPort *port);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReplyPort, reply_port_unref)

/* Takes over `bytes`. Any thread. */
void reply_port_post(ReplyPort *port, guint64 connection_id, GByteArray *bytes);

/* The oldest reply, the caller's to free; NULL: none. */
Reply *reply_port_take(ReplyPort *port);

/* Drops what waits and whatever comes. */
void reply_port_close(ReplyPort *port);
