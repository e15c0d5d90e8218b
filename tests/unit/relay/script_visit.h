/* One connection to the scripted server: between script_server.c, which reads, and script_paths.c. */
#pragma once

#include "script_server.h"

typedef struct {
    ScriptServer *server;
    int fd;
    GString *request;
    guint64 number; /* of the path */
} ScriptVisit;

/* Answers the request. TRUE: the connection may be used again. */
gboolean script_visit_answer(ScriptVisit *visit);

/* FALSE where the server is to stop or the time is over. fd -1: waits for nothing else. */
gboolean script_server_wait(ScriptServer *server, int fd, short events, int timeout_ms);

/* NULL: not set. g_free. */
char *script_server_dup_location(ScriptServer *server);
char *script_server_dup_retry_after(ScriptServer *server);
