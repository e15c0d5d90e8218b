/*
 * A client of raw sockets that sends what it is told and reads replies. What fails, or takes 20 s,
 * fails the test.
 */
#pragma once

#include <glib.h>

int peer_connect(guint16 port);

/* A small receive buffer, so that the server soon meets a full socket. */
int peer_connect_narrow(guint16 port);

void peer_send(int fd, const char *text);
void peer_send_bytes(int fd, const char *bytes, gsize length);

typedef struct {
    guint status;
    char *head; /* with the empty line */
    GString *body;
    gboolean complete; /* FALSE: the connection ended inside the reply */
} PeerReply;

void peer_reply_free(PeerReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerReply, peer_reply_free)

/* Reads one reply, byte-exact; NULL at the end of the connection. `is_head`: it has no body. */
PeerReply *peer_receive(int fd, gboolean is_head);

/* The server has closed, and sent nothing more. */
void peer_expect_end(int fd);

/* Sends the request with Host, reads one reply and checks its status. */
PeerReply *peer_ask(int fd, const char *request_line, guint status);
