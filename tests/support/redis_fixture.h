/*
 * A real redis-server for a test: on a Unix socket in a fresh directory of its own, nothing shared
 * with other tests. What was acknowledged survives redis_fixture_kill() and restart.
 *
 * Start it from a thread that lives as long as the fixture (the main one): the server ends with the
 * thread that spawned it. Any failure aborts the test.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

typedef struct RedisFixture RedisFixture;

/* Starts it; it answers PING when this returns. */
RedisFixture *redis_fixture_start(void);

/*
 * The same with more redis-server arguments ("--requirepass", "secret", NULL). It returns when the
 * server accepts commands, so also when it asks for a password or has closed itself as a replica.
 */
RedisFixture *redis_fixture_start_with(const char *const *arguments);

/* "unix:///tmp/.../redis.sock", without password. Owned by the fixture; the same after a restart.
 */
const char *redis_fixture_url(const RedisFixture *fixture);

/* The path in that URL. */
const char *redis_fixture_socket(const RedisFixture *fixture);

/* SIGKILL; the server is gone when this returns. */
void redis_fixture_kill(RedisFixture *fixture);

/* SIGSTOP and SIGCONT: a server that accepts and never answers. */
void redis_fixture_freeze(RedisFixture *fixture);
void redis_fixture_thaw(RedisFixture *fixture);

/* Starts it again, killing it first where it runs; its data are there again. */
void redis_fixture_restart(RedisFixture *fixture);

/* The same with more arguments, and returning already while the server is loading its data. */
void redis_fixture_restart_loading(RedisFixture *fixture, const char *const *arguments);

/* Ends the server and removes its directory. NULL is fine. */
void redis_fixture_stop(RedisFixture *fixture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RedisFixture, redis_fixture_stop)
