/*
 * A server on a Unix socket that is no Redis: what it does with each connection is what a test says.
 * For the failures that a real redis-server cannot be made to have.
 */
#pragma once

#include <glib.h>

typedef struct BadServer BadServer;

typedef enum {
    BAD_SERVER_NEVER_ACCEPTS, /* its backlog takes the connections, nobody reads them */
    BAD_SERVER_CLOSES,        /* reads and closes */
    BAD_SERVER_TALKS_HTTP,    /* answers anything with an HTTP error */
    BAD_SERVER_DRIBBLES       /* begins a long reply, and sends one byte every 5 ms for ever */
} BadServerHabit;

BadServer *bad_server_start(BadServerHabit habit, int backlog);

/* unix:// URL. Owned by the server. */
const char *bad_server_url(const BadServer *server);

/* How many connections a server that never accepts has got. Takes them off. */
guint bad_server_count_waiting(BadServer *server);

void bad_server_stop(BadServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BadServer, bad_server_stop)
