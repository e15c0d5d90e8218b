#include "token_cache.h"

#include <string.h>

enum {
    DEFAULT_ENTRIES = 1000,
    EXPIRY_MARGIN_S = 60,
};

#define DEFAULT_BYTES ((gsize)256 * 1024 * 1024)

struct TokenCache {
    TokenCacheLimits limits;
    const YtopsClock *clock;
    GHashTable *entries; /* key -> CacheEntry */
    GQueue by_use;       /* of CacheEntry, the one used last at the head */
    gsize bytes;
};

typedef struct {
    TokenCache *cache;
    GList link; /* in by_use; link.data is the entry */
    char *key;
    YtopsTokenResult *result;
    gsize bytes;
    gint64 until_us; /* monotonic */
} CacheEntry;

static void entry_free(gpointer data)
{
    CacheEntry *entry = data;

    g_queue_unlink(&entry->cache->by_use, &entry->link);
    entry->cache->bytes -= entry->bytes;
    ytops_token_result_unref(entry->result);
    g_free(entry->key);
    g_free(entry);
}

TokenCache *token_cache_new(const TokenCacheLimits *limits, const YtopsClock *clock)
{
    TokenCache *cache = g_new0(TokenCache, 1);

    cache->limits = *limits;
    if (cache->limits.max_entries == 0)
        cache->limits.max_entries = DEFAULT_ENTRIES;
    if (cache->limits.max_bytes == 0)
        cache->limits.max_bytes = DEFAULT_BYTES;
    cache->clock = clock;
    cache->entries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, entry_free);
    g_queue_init(&cache->by_use);
    return cache;
}

void token_cache_free(TokenCache *cache)
{
    if (cache == NULL)
        return;
    g_hash_table_unref(cache->entries);
    g_free(cache);
}

/* How long the result is good, in microseconds from now; 0 or less: not at all. */
static gint64 time_to_keep(const TokenCache *cache, const YtopsTokenResult *result)
{
    gint64 keep_us = cache->limits.ttl_s * G_USEC_PER_SEC;
    gint64 good_us;

    if (result->expires_at == 0)
        return keep_us;
    good_us =
        (result->expires_at - EXPIRY_MARGIN_S) * G_USEC_PER_SEC - ytops_clock_unix_us(cache->clock);
    return MIN(keep_us, good_us);
}

static gsize size_of(const YtopsTokenResult *result)
{
    gsize bytes = result->info_json != NULL ? strlen(result->info_json) : 0;

    return bytes + (result->cookies != NULL ? strlen(result->cookies) : 0);
}

static void evict(TokenCache *cache)
{
    while (cache->bytes > cache->limits.max_bytes ||
           g_hash_table_size(cache->entries) > cache->limits.max_entries) {
        const CacheEntry *oldest = g_queue_peek_tail(&cache->by_use);

        g_hash_table_remove(cache->entries, oldest->key);
    }
}

void token_cache_put(TokenCache *cache, const char *key, YtopsTokenResult *result)
{
    gint64 keep_us = time_to_keep(cache, result);
    CacheEntry *entry;

    if (keep_us <= 0)
        return;
    g_hash_table_remove(cache->entries, key);
    entry = g_new0(CacheEntry, 1);
    entry->cache = cache;
    entry->link.data = entry;
    entry->key = g_strdup(key);
    entry->result = ytops_token_result_ref(result);
    entry->bytes = size_of(result);
    entry->until_us = ytops_clock_monotonic_us(cache->clock) + keep_us;
    cache->bytes += entry->bytes;
    g_queue_push_head_link(&cache->by_use, &entry->link);
    g_hash_table_insert(cache->entries, entry->key, entry);
    evict(cache);
}

YtopsTokenResult *token_cache_get(TokenCache *cache, const char *key)
{
    CacheEntry *entry = g_hash_table_lookup(cache->entries, key);

    if (entry == NULL)
        return NULL;
    if (ytops_clock_monotonic_us(cache->clock) >= entry->until_us) {
        g_hash_table_remove(cache->entries, key);
        return NULL;
    }
    g_queue_unlink(&cache->by_use, &entry->link);
    g_queue_push_head_link(&cache->by_use, &entry->link);
    return ytops_token_result_ref(entry->result);
}

guint token_cache_count(const TokenCache *cache)
{
    return g_hash_table_size(cache->entries);
}

gsize token_cache_get_bytes(const TokenCache *cache)
{
    return cache->bytes;
}
