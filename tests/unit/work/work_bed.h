/*
 * What every test of the work starts from: a real Redis, queues, accounts and proxies on it, and a
 * clock that only the test moves. Failures of the helpers abort the test.
 */
#pragma once

#include "redis_fixture.h"
#include "ytops/error.h"
#include "ytops/recovery.h"
#include "ytops/work_queue.h"

enum { BED_START = 1700000000, BED_LEASE_S = 300, BED_MAX_DELIVERIES = 3, BED_BAN_S = 3600 };

#define BED_INSTANCE "instance-1"
#define BED_PROXY "socks5://user:secret@10.0.0.1:1080"
#define BED_OTHER_PROXY "socks5://10.0.0.2:1080"

typedef struct {
    RedisFixture *redis;
    YtopsRedisPool *pool;
    YtopsWorkQueues *queues;
    YtopsAccountManager *accounts;
    YtopsProxyManager *proxies;
    YtopsErrorPolicy *errors;
    gint64 now;
} WorkBed;

WorkBed *work_bed_start(void);
void work_bed_stop(WorkBed *bed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WorkBed, work_bed_stop)

/* Adds a test that finds Redis empty and the clock at BED_START. */
void work_bed_add_test(WorkBed *bed, const char *path, void (*test)(WorkBed *bed));

/* A plain Redis command, as an operator would give it; the reply must be no error. */
YtopsRedisReply *work_bed_redis(WorkBed *bed, ...) G_GNUC_NULL_TERMINATED;

/* The same, for its effect only. */
void work_bed_do(WorkBed *bed, ...) G_GNUC_NULL_TERMINATED;

/* The number that it answers. */
gint64 work_bed_count(WorkBed *bed, const char *command, const char *key);

/* ---- the queue "q" ------------------------------------------------------------------------ */

void work_bed_push(WorkBed *bed, const char *url);
YtopsQueueItem *work_bed_pull(WorkBed *bed);

/* That a pull finds nothing. */
void work_bed_assert_empty(WorkBed *bed, const char *in_progress);

/* That these are the counts, taking back what is due. */
void work_bed_assert_counts(WorkBed *bed, gint64 inbox, gint64 in_progress, gint64 succeeded,
                            gint64 failed);

/* What the hash holds for the URL; NULL: nothing. Free with g_free. */
char *work_bed_entry(WorkBed *bed, const char *hash, const char *url);

/* The pool that --account-pool means by the text. */
YtopsWorkPool *work_bed_pool(const char *text, gboolean auto_create);

/* That the error has this code, and the message these words; clears it. */
void work_bed_assert_error(GError **error, YtopsErrorCode code, ...) G_GNUC_NULL_TERMINATED;
