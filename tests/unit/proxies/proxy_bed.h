/*
 * What the tests of the proxy manager stand on: a real Redis, a clock of their own, and a server
 * identity that no other test has. Any failure of the bed aborts the test.
 */
#pragma once

#include "redis_fixture.h"
#include "ytops/json.h"
#include "ytops/proxy_manager.h"

#define PROXY_BED_IDENTITY "pool-1"
#define PROXY_BED_INSTANCE "worker-1"

typedef struct {
    RedisFixture *redis; /* of the whole program */
    YtopsRedisPool *pool;
    YtopsProxyPolicy policy;
    gint64 now; /* Unix seconds that the managers of the bed take for now */
} ProxyBed;

/* Runs the test on an empty Redis; `redis` is the program's. */
void proxy_bed_add_test(const char *path, RedisFixture *redis,
                        void (*test)(ProxyBed *bed, gconstpointer redis));

/* A manager of PROXY_BED_IDENTITY on the bed's clock. */
YtopsProxyManager *proxy_bed_manager(ProxyBed *bed, const char *instance_id,
                                     const char *const *proxy_urls);

/* The same with n proxies socks5://10.0.x.y:1080; proxy_bed_url gives the one with that number. */
YtopsProxyManager *proxy_bed_large_manager(ProxyBed *bed, const char *instance_id, guint n);
char *proxy_bed_url(guint number);

/* A first use that leaves everything as it is: from then on the manager is in Redis. */
void proxy_bed_use(YtopsProxyManager *manager);

/* Selects and checks what comes. */
void proxy_bed_assert_select(YtopsProxyManager *manager, const char *expected);
/* NO_ACTIVE_PROXIES with that retryAfterS; NULL: without one. */
void proxy_bed_assert_none(YtopsProxyManager *manager, const char *retry_after_s);

/* A failure that counts in the window; gives whether it banned. */
gboolean proxy_bed_fail(YtopsProxyManager *manager, const char *proxy_url, const char *account_id);
void proxy_bed_succeed(YtopsProxyManager *manager, const char *proxy_url);

/* One proxy of the bed's identity, as a listing shows it; NULL where it does not. */
YtopsProxyInfo *proxy_bed_info(YtopsProxyManager *manager, const char *proxy_url);

/* The listing as text: "a:ACTIVE(worker-1) b:BANNED" with the hosts of the URLs. */
char *proxy_bed_overview(YtopsProxyManager *manager);
void proxy_bed_assert_overview(YtopsProxyManager *manager, const char *expected);

/* A plain command's reply as text; NULL for nil. */
char *proxy_bed_redis(ProxyBed *bed, ...) G_GNUC_NULL_TERMINATED;
YtopsRedisReply *proxy_bed_redis_reply(ProxyBed *bed, ...) G_GNUC_NULL_TERMINATED;
/* Where the turn of that instance is, read by a plain HGET. */
char *proxy_bed_turn(ProxyBed *bed, const char *instance_id);
