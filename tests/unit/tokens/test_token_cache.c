#include <string.h>

#include "tokens/token_cache.h"

typedef struct {
    gint64 now_us;
} VirtualClock;

static gint64 virtual_now(gpointer data)
{
    return ((VirtualClock *)data)->now_us;
}

typedef struct {
    VirtualClock time;
    YtopsClock clock;
    TokenCache *cache;
} Fixture;

static void fixture_open(Fixture *fixture, gint64 ttl_s, guint entries, gsize bytes)
{
    TokenCacheLimits limits = {ttl_s, entries, bytes};

    fixture->time.now_us = 1000 * G_USEC_PER_SEC;
    fixture->clock = (YtopsClock){virtual_now, virtual_now, &fixture->time};
    fixture->cache = token_cache_new(&limits, &fixture->clock);
}

static void advance(Fixture *fixture, gint64 seconds)
{
    fixture->time.now_us += seconds * G_USEC_PER_SEC;
}

static void put(Fixture *fixture, const char *key, gsize size, gint64 expires_at)
{
    g_autoptr(YtopsTokenResult) result = ytops_token_result_new();

    result->job_id = g_strdup(key);
    result->info_json = g_strnfill(size, 'x');
    result->expires_at = expires_at;
    token_cache_put(fixture->cache, key, result);
}

static gboolean has(Fixture *fixture, const char *key)
{
    g_autoptr(YtopsTokenResult) result = token_cache_get(fixture->cache, key);

    if (result != NULL)
        g_assert_cmpstr(result->job_id, ==, key);
    return result != NULL;
}

static void test_a_result_is_given_out_until_its_time_is_over(void)
{
    Fixture fixture;

    fixture_open(&fixture, 30, 0, 0);
    put(&fixture, "a", 10, 0);
    advance(&fixture, 29);
    g_assert_true(has(&fixture, "a"));
    g_assert_false(has(&fixture, "b"));
    advance(&fixture, 1);
    g_assert_false(has(&fixture, "a"));
    g_assert_cmpuint(token_cache_count(fixture.cache), ==, 0);
    g_assert_cmpuint(token_cache_get_bytes(fixture.cache), ==, 0);
    token_cache_free(fixture.cache);
}

static void test_it_is_not_given_out_in_the_last_minute_of_its_urls(void)
{
    Fixture fixture;

    fixture_open(&fixture, 3600, 0, 0);
    put(&fixture, "a", 10, 1000 + 100);
    advance(&fixture, 39);
    g_assert_true(has(&fixture, "a"));
    advance(&fixture, 1);
    g_assert_false(has(&fixture, "a"));
    put(&fixture, "late", 10, 1000 + 90);
    g_assert_false(has(&fixture, "late"));
    token_cache_free(fixture.cache);
}

static void test_without_a_time_nothing_is_kept(void)
{
    Fixture fixture;

    fixture_open(&fixture, 0, 0, 0);
    put(&fixture, "a", 10, 0);
    g_assert_false(has(&fixture, "a"));
    token_cache_free(fixture.cache);
}

static void test_the_longest_unused_leaves_first(void)
{
    Fixture fixture;

    fixture_open(&fixture, 30, 2, 0);
    put(&fixture, "a", 10, 0);
    put(&fixture, "b", 10, 0);
    g_assert_true(has(&fixture, "a"));
    put(&fixture, "c", 10, 0);
    g_assert_true(has(&fixture, "a"));
    g_assert_false(has(&fixture, "b"));
    g_assert_true(has(&fixture, "c"));
    token_cache_free(fixture.cache);
}

static void test_it_holds_no_more_bytes_than_its_limit(void)
{
    Fixture fixture;

    fixture_open(&fixture, 30, 0, 100);
    put(&fixture, "a", 60, 0);
    put(&fixture, "b", 60, 0);
    g_assert_false(has(&fixture, "a"));
    g_assert_true(has(&fixture, "b"));
    put(&fixture, "too big", 101, 0);
    g_assert_cmpuint(token_cache_count(fixture.cache), ==, 0);
    g_assert_cmpuint(token_cache_get_bytes(fixture.cache), ==, 0);
    token_cache_free(fixture.cache);
}

static void test_a_newer_result_replaces_the_older(void)
{
    Fixture fixture;

    fixture_open(&fixture, 30, 0, 0);
    put(&fixture, "a", 10, 0);
    advance(&fixture, 20);
    put(&fixture, "a", 20, 0);
    advance(&fixture, 20);
    g_assert_true(has(&fixture, "a"));
    g_assert_cmpuint(token_cache_get_bytes(fixture.cache), ==, 20);
    token_cache_free(fixture.cache);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/token-cache/a-result-is-given-out-until-its-time-is-over",
                    test_a_result_is_given_out_until_its_time_is_over);
    g_test_add_func("/token-cache/it-is-not-given-out-in-the-last-minute-of-its-urls",
                    test_it_is_not_given_out_in_the_last_minute_of_its_urls);
    g_test_add_func("/token-cache/without-a-time-nothing-is-kept",
                    test_without_a_time_nothing_is_kept);
    g_test_add_func("/token-cache/the-longest-unused-leaves-first",
                    test_the_longest_unused_leaves_first);
    g_test_add_func("/token-cache/it-holds-no-more-bytes-than-its-limit",
                    test_it_holds_no_more_bytes_than_its_limit);
    g_test_add_func("/token-cache/a-newer-result-replaces-the-older",
                    test_a_newer_result_replaces_the_older);
    return g_test_run();
}
