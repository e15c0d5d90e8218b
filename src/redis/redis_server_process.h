/*
 * One run of redis-server in a data directory. Belongs to one thread, the one that lives as long as
 * the server shall: the server ends with it.
 */
#pragma once

#include "redis_directory.h"

typedef struct RedisServerProcess RedisServerProcess;

/*
 * `program` is an absolute path. The server waits up to lock_wait_s seconds for one that still has
 * the directory, and then does not start.
 */
RedisServerProcess *redis_server_process_start(const RedisDirectory *directory, const char *program,
                                               guint lock_wait_s, GError **error);

int redis_server_process_get_pid(const RedisServerProcess *server);

/*
 * Reads its output until it ends (TRUE), `wake_fd` becomes readable or `timeout_ms` is over
 * (FALSE). wake_fd -1: none.
 */
gboolean redis_server_process_watch(RedisServerProcess *server, int wake_fd, int timeout_ms);

/* SIGTERM: Redis writes its file and ends. */
void redis_server_process_terminate(RedisServerProcess *server);

/* Why it ended, with what it printed: INTERNAL, or INVALID_ARGUMENT where the directory was taken.
 */
void redis_server_process_explain_end(RedisServerProcess *server, GError **error);

/* Kills it where it still runs. */
void redis_server_process_free(RedisServerProcess *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RedisServerProcess, redis_server_process_free)
