/*
 * The data directory of the embedded redis-server: private (mode 0700), and held by one process.
 *
 *   lock        held by the process that runs the server; its pid
 *   redis.lock  held by the redis-server itself, which can live on for a moment when that process
 * dies redis.conf, redis.sock, redis.pid, appendonlydir/
 *
 * Paths of the files are relative to the directory, in which the server runs, so neither the length
 * nor the characters of its path matter.
 */
#pragma once

#include <glib.h>

#define REDIS_DIRECTORY_LOCK "redis.lock"
#define REDIS_DIRECTORY_CONFIG "redis.conf"

typedef struct RedisDirectory RedisDirectory;

/* Creates it where it is missing, takes the lock and writes redis.conf. Errors: INVALID_ARGUMENT.
 */
RedisDirectory *redis_directory_open(const char *path, GError **error);
void redis_directory_close(RedisDirectory *directory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RedisDirectory, redis_directory_close)

/* The absolute path. Owned by the directory. */
const char *redis_directory_get_path(const RedisDirectory *directory);

/* A unix:// URL of the socket, good as long as the directory is open. Free with g_free. */
char *redis_directory_make_url(const RedisDirectory *directory);

/* The pid that the last redis-server wrote; 0 where there is none. */
int redis_directory_read_server_pid(const RedisDirectory *directory);

/* Brings the append-only file to the disk. A failure is logged: the data are written at any rate.
 */
void redis_directory_sync(const RedisDirectory *directory);
