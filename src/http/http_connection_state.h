/*
 * The states of a client's connection.
 *
 *             first byte            whole request              reply ended
 *      IDLE ------------> READING ----------------> ANSWERING -------------> FLUSHING
 *      | ^                   |                                                | |  |
 *      | |                   | refused: a bad request, too large, too slow    | |  |
 *      | |                   +------------------------------------------------+ |  |
 *      | |   refused: too many connections                                    | |  |
 *      +-|--------------------------------------------------------------------+ |  |
 *        |                     written, and the client may go on                |  |
 *        +----------------------------------------------------------------------+  |
 *                                                                                  |
 *      CLOSING <--- the client closed, or 2 s ---- LINGERING <--- written, last ---+
 *        |
 *        v last close callback
 *      freed
 *
 * From every state a broken socket and http_connection_close lead to CLOSING.
 */
#pragma once

#include <glib.h>

typedef enum {
    HTTP_CONNECTION_IDLE,
    HTTP_CONNECTION_READING,
    HTTP_CONNECTION_ANSWERING,
    HTTP_CONNECTION_FLUSHING,
    HTTP_CONNECTION_LINGERING,
    HTTP_CONNECTION_CLOSING
} HttpConnectionState;

/* Static. */
const char *http_connection_state_to_string(HttpConnectionState state);

gboolean http_connection_state_may_move(HttpConnectionState from, HttpConnectionState to);

/* How long the state may last without anything moving, in ms; 0: for ever. */
guint http_connection_state_get_limit(HttpConnectionState state, guint request_timeout_ms,
                                      guint keep_alive_ms);
