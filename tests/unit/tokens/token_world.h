/*
 * A token service with everything real around it: redis, a SOCKS5 proxy, a web server, yt-dlp.
 * Any failure aborts the test.
 */
#pragma once

#include "redis_fixture.h"
#include "token_fixture.h"
#include "ytops/error.h"
#include "ytops/token_service.h"

typedef struct {
    RedisFixture *redis;
    YtopsRedisPool *pool;
    YtopsAccountManager *accounts;
    YtopsProxyManager *proxies;
    YtopsErrorPolicy *policy;
    char *folder; /* the web server's files; holds clip.mp4 */
    YtopsProcess *web;
    guint16 web_port;
    YtopsProcess *socks;
    char *proxy_url;           /* the SOCKS5 proxy */
    YtopsTokenOptions options; /* to be changed before world_start */
    YtopsTokenService *service;
} World;

/* Everything but the service. One warm worker with Debian's yt-dlp, no cache, no cookies. */
void world_open(World *world);

/* The service. */
void world_start(World *world);

/* Frees the service, where it is not yet, and ends the rest. */
void world_close(World *world);

/* In place of the living proxy; before world_start. */
void world_use_proxy(World *world, const char *proxy_url);

/* A file of the web server; g_free. */
char *world_url(const World *world, const char *name);

/* How a request ended. */
typedef struct {
    gint n_done; /* atomic */
    YtopsTokenResult *result;
    GError *error;
} Reply;

gboolean reply_is_done(Reply *reply);

/* Asserts that it was answered exactly once. */
void reply_clear(Reply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reply, reply_clear)

void world_submit_fields(World *world, const YtopsTokenFields *fields, Reply *reply);

/* timeout_s 0: a minute. */
void world_submit(World *world, const char *url, const char *account_id, const char *job_id,
                  gint64 timeout_s, Reply *reply);

/* Submits as job "the-job" and waits for the answer. */
void world_ask(World *world, const char *url, const char *account_id, Reply *reply);

#define assert_ok(reply) g_assert_no_error((reply)->error)
#define assert_failed(reply, code) g_assert_error((reply)->error, YTOPS_ERROR, code)
void assert_context(const Reply *reply, const char *key, const char *value);

/* What Redis holds of the account, and of all proxies together. */
void assert_account(World *world, const char *account_id, gint64 successes, gint64 failures);
void assert_proxy(World *world, gint64 successes, gint64 failures);
