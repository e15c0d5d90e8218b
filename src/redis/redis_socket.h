/*
 * A socket to Redis and what blocks on it, with deadlines on the monotonic clock (microseconds).
 * Not hiredis' own: that one leaves its sockets open in child processes, raises SIGPIPE and bounds
 * each read instead of the whole command.
 *
 * Errors are REDIS_UNAVAILABLE; their message is only the reason ("Connection refused").
 */
#pragma once

#include "redis_url.h"

/* A connected, non-blocking, close-on-exec socket; -1 and an error otherwise. */
int redis_socket_open(const RedisUrl *url, gint64 deadline_us, GError **error);

/* Sends all. A peer that has closed is no error here: what it said before is still to be read. */
gboolean redis_socket_send(int fd, const char *data, gsize length, gint64 deadline_us,
                           GError **error);

/* Receives at least one byte; 0 and an error at the end of the stream too. */
gsize redis_socket_receive(int fd, char *buffer, gsize size, gint64 deadline_us, GError **error);

/* TRUE where nothing is to be read and the peer has not closed: fit for the next command. */
gboolean redis_socket_is_quiet(int fd);
