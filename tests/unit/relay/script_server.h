/*
 * An HTTP server whose paths are its script: what an upstream can do, well or ill. It listens on a
 * port of the kernel's choice on 127.0.0.1 and serves each connection on a thread of its own.
 *
 *   /bytes/N            N bytes of the pattern; a Range "bytes=A-" gives 206
 *   /chunked/N          the same in chunks, without a length
 *   /close/N            the same without a length: the end of the connection is the end
 *   /silent             accepts, reads, and stays silent
 *   /head-silent        the head of /bytes/10, then silence
 *   /stall/N /reset/N   N bytes of 1,000,000, then silence or a reset; /reset/0 after the head
 *   /short/N            N bytes where N + 100 are announced
 *   /abort              a reset without an answer
 *   /nothing            closes without an answer
 *   /garbage            no HTTP
 *   /drip/N             N bytes, one each 30 ms
 *   /headdrip           a header line each 30 ms without end
 *   /status/S           that status, with a body and what `retry_after` says
 *   /redirect           302 to `location`
 *   /echo               the request as it came, as the body
 *   /interim            100 and 103 before /bytes/5
 */
#pragma once

#include <glib.h>

typedef struct ScriptServer ScriptServer;

ScriptServer *script_server_new(void);
void script_server_free(ScriptServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScriptServer, script_server_free)

guint16 script_server_port(const ScriptServer *server);

/* "http://127.0.0.1:port" and the path. g_free. */
char *script_server_url(const ScriptServer *server, const char *path);

/* Before the first request that needs them. */
void script_server_set_location(ScriptServer *server, const char *location);
void script_server_set_retry_after(ScriptServer *server, const char *retry_after);

guint script_server_count_requests(ScriptServer *server);
guint script_server_count_connections(ScriptServer *server);

/* The last request, head and body. g_free. */
char *script_server_last_request(ScriptServer *server);

/* The byte of the pattern at that place. */
guint8 script_server_byte(guint64 offset);
