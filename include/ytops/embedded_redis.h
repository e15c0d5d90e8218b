/*
 * A private redis-server: what the daemon uses where no --redis-url is given.
 *
 * It listens on a Unix socket in data_dir (mode 0700) and nowhere else, keeps an append-only file
 * there, is started again when it dies, and dies with this process even on kill -9. Lock files in
 * data_dir keep a second one out, and let a start wait for the end of a server whose process was
 * killed. What was acknowledged survives kill -9 of the server; a power cut costs a second at most.
 */
#pragma once

#include <glib.h>

typedef struct YtopsEmbeddedRedis YtopsEmbeddedRedis;

/*
 * Starts it and returns when it answers. `program` is redis-server's name or path. INVALID_ARGUMENT
 * where data_dir cannot be used or another process has it (named by its pid); INTERNAL, with what
 * redis-server printed, where it does not come up. A missing data_dir is created; an empty one is
 * made private; one that others can read and that holds other files is refused.
 */
YtopsEmbeddedRedis *ytops_embedded_redis_start(const char *data_dir, const char *program,
                                               GError **error);

/*
 * unix:// URL for ytops_redis_pool_new, the same for the object's whole life. Where data_dir's path is
 * too long for a socket, it leads through /proc/PID/fd. Owned by the object.
 */
const char *ytops_embedded_redis_get_url(const YtopsEmbeddedRedis *redis);

/* The running child's pid; 0 between its death and its restart. Thread-safe. */
int ytops_embedded_redis_get_pid(YtopsEmbeddedRedis *redis);

/* Ends redis-server in order (its file is written) and frees. NULL is fine. */
void ytops_embedded_redis_stop(YtopsEmbeddedRedis *redis);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsEmbeddedRedis, ytops_embedded_redis_stop)
