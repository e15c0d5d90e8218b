/*
 * Results that can be given out again: each for a time of its own, the longest unused ones leaving
 * first where there are too many or they are too big. Not thread-safe: its owner locks.
 */
#pragma once

#include "ytops/clock.h"
#include "ytops/token_request.h"

typedef struct TokenCache TokenCache;

typedef struct {
    gint64 ttl_s;      /* 0: nothing is kept */
    guint max_entries; /* 0: 1000 */
    gsize max_bytes;   /* of info.json and cookies together; 0: 256 MiB */
} TokenCacheLimits;

/* `clock` is borrowed and must outlive the cache. */
TokenCache *token_cache_new(const TokenCacheLimits *limits, const YtopsClock *clock);
void token_cache_free(TokenCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TokenCache, token_cache_free)

/*
 * Keeps a reference under the key, in place of an older one, for ttl_s but at most until a minute
 * before its media URLs expire.
 */
void token_cache_put(TokenCache *cache, const char *key, YtopsTokenResult *result);

/* A reference of the caller's own; NULL where there is none, or none that is still good. */
YtopsTokenResult *token_cache_get(TokenCache *cache, const char *key);

guint token_cache_count(const TokenCache *cache);
gsize token_cache_get_bytes(const TokenCache *cache);
