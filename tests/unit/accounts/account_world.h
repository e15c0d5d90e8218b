/*
 * What every test of the accounts starts from: a real Redis, a manager, and a clock that only the
 * test moves. Failures of the helpers abort the test.
 */
#pragma once

#include "redis_fixture.h"
#include "ytops/account_manager.h"
#include "ytops/error.h"

enum {
    WORLD_START = 1700000000,
    WORLD_ACTIVE_S = 1800,
    WORLD_COOLDOWN_S = 3600,
    WORLD_THRESHOLD = 5,
    WORLD_BAN_S = 7200
};

typedef struct {
    RedisFixture *redis;
    YtopsRedisPool *pool;
    YtopsAccountPolicy policy;
    YtopsAccountManager *manager;
    gint64 now;
} AccountWorld;

AccountWorld *account_world_start(void);
void account_world_stop(AccountWorld *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AccountWorld, account_world_stop)

/* Adds a test that finds Redis empty and the clock at WORLD_START. */
void account_world_add_test(AccountWorld *world, const char *path,
                            void (*test)(AccountWorld *world));

/* One more manager on the same Redis and clock, as another server would have it. */
YtopsAccountManager *account_world_other_manager(AccountWorld *world,
                                                 const YtopsAccountPolicy *policy);

/* A use through socks5://10.0.0.1:1080 by the identity "identity". */
void account_world_succeed(AccountWorld *world, const char *id);
/* The same that failed with "BOT_DETECTED: bot"; gives whether it banned. */
gboolean account_world_fail(AccountWorld *world, const char *id);
void account_world_fail_times(AccountWorld *world, const char *id, int times);

YtopsAccountInfo *account_world_get(AccountWorld *world, const char *id);
GPtrArray *account_world_list(AccountWorld *world, const char *prefix);

/* A plain Redis command, as an operator would give it; the reply must be no error. */
YtopsRedisReply *account_world_redis(AccountWorld *world, ...) G_GNUC_NULL_TERMINATED;

/* That the hash has exactly these fields: pairs of name and value, ended by NULL. */
void account_world_assert_hash(AccountWorld *world, const char *id, ...) G_GNUC_NULL_TERMINATED;
gboolean account_world_key_exists(AccountWorld *world, const char *key);

#define WORLD_PROXY "socks5://10.0.0.1:1080"
#define WORLD_IDENTITY "identity"
#define WORLD_INSTANCE "instance-1"

/* The two fields that each use leaves, for account_world_assert_hash(). */
#define WORLD_USE "last_proxy_url", WORLD_PROXY, "last_server_identity", WORLD_IDENTITY
