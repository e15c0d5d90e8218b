#include "http_connection_state.h"

#define LINGER_MS 2000

static const gboolean legal_moves[6][6] = {
    [HTTP_CONNECTION_IDLE] = {[HTTP_CONNECTION_READING] = TRUE,
                              [HTTP_CONNECTION_FLUSHING] = TRUE,
                              [HTTP_CONNECTION_CLOSING] = TRUE},
    [HTTP_CONNECTION_READING] = {[HTTP_CONNECTION_ANSWERING] = TRUE,
                                 [HTTP_CONNECTION_FLUSHING] = TRUE,
                                 [HTTP_CONNECTION_CLOSING] = TRUE},
    [HTTP_CONNECTION_ANSWERING] =
        {[HTTP_CONNECTION_FLUSHING] = TRUE, [HTTP_CONNECTION_CLOSING] = TRUE},
    [HTTP_CONNECTION_FLUSHING] = {[HTTP_CONNECTION_IDLE] = TRUE,
                                  [HTTP_CONNECTION_LINGERING] = TRUE,
                                  [HTTP_CONNECTION_CLOSING] = TRUE},
    [HTTP_CONNECTION_LINGERING] = {[HTTP_CONNECTION_CLOSING] = TRUE},
};

const char *http_connection_state_to_string(HttpConnectionState state)
{
    static const char *const names[] = {"IDLE",     "READING",   "ANSWERING",
                                        "FLUSHING", "LINGERING", "CLOSING"};
    return names[state];
}

gboolean http_connection_state_may_move(HttpConnectionState from, HttpConnectionState to)
{
    return legal_moves[from][to];
}

guint http_connection_state_get_limit(HttpConnectionState state, guint request_timeout_ms,
                                      guint keep_alive_ms)
{
    switch (state) {
    case HTTP_CONNECTION_IDLE:
    case HTTP_CONNECTION_FLUSHING:
        return keep_alive_ms;
    case HTTP_CONNECTION_READING:
        return request_timeout_ms;
    case HTTP_CONNECTION_LINGERING:
        return LINGER_MS;
    case HTTP_CONNECTION_ANSWERING:
    case HTTP_CONNECTION_CLOSING:
        break;
    }
    return 0;
}
