#include "ytops/ticker.h"

#define PATIENCE_US ((gint64)30 * G_USEC_PER_SEC)
#define FOR_EVER_US ((gint64)3600 * G_USEC_PER_SEC)

typedef struct {
    GMutex lock;
    GCond turned;
    guint turns;
    gint64 pause_us; /* after each turn */
} Counter;

static void counter_init(Counter *counter, gint64 pause_us)
{
    *counter = (Counter){.pause_us = pause_us};
    g_mutex_init(&counter->lock);
    g_cond_init(&counter->turned);
}

static void counter_clear(Counter *counter)
{
    g_mutex_clear(&counter->lock);
    g_cond_clear(&counter->turned);
}

static gint64 count(gpointer data)
{
    Counter *counter = data;
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&counter->lock);

    counter->turns++;
    g_cond_signal(&counter->turned);
    return counter->pause_us;
}

/* Waits until there were that many turns. */
static void wait_for_turns(Counter *counter, guint turns)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_US;
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&counter->lock);

    while (counter->turns < turns)
        g_assert_true(g_cond_wait_until(&counter->turned, &counter->lock, end));
}

static void the_first_turn_comes_at_once(void)
{
    Counter counter;
    YtopsTicker *ticker;

    counter_init(&counter, FOR_EVER_US);
    ticker = ytops_ticker_new("test", count, &counter);
    wait_for_turns(&counter, 1);
    ytops_ticker_free(ticker);
    g_assert_cmpuint(counter.turns, ==, 1);
    counter_clear(&counter);
}

static void turns_follow_after_pauses(void)
{
    Counter counter;
    gint64 begin = g_get_monotonic_time();
    YtopsTicker *ticker;

    counter_init(&counter, 10000);
    ticker = ytops_ticker_new("test", count, &counter);
    wait_for_turns(&counter, 4);
    g_assert_cmpint(g_get_monotonic_time() - begin, >=, 3 * counter.pause_us);
    ytops_ticker_free(ticker);
    counter_clear(&counter);
}

static void hurry_ends_the_pause(void)
{
    Counter counter;
    YtopsTicker *ticker;

    counter_init(&counter, FOR_EVER_US);
    ticker = ytops_ticker_new("test", count, &counter);
    for (guint turns = 1; turns <= 5; turns++) {
        wait_for_turns(&counter, turns);
        ytops_ticker_hurry(ticker);
    }
    wait_for_turns(&counter, 6);
    ytops_ticker_free(ticker);
    counter_clear(&counter);
}

/* Told before its first turn is over, a ticker must have no second one, and end. */
static void the_end_does_not_wait_for_a_pause(void)
{
    gint64 begin = g_get_monotonic_time();

    for (guint i = 0; i < 200; i++) {
        Counter counter;

        counter_init(&counter, FOR_EVER_US);
        ytops_ticker_free(ytops_ticker_new("test", count, &counter));
        g_assert_cmpuint(counter.turns, ==, 1);
        counter_clear(&counter);
    }
    g_assert_cmpint(g_get_monotonic_time() - begin, <, PATIENCE_US);
    ytops_ticker_free(NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ticker/first-turn", the_first_turn_comes_at_once);
    g_test_add_func("/ticker/pauses", turns_follow_after_pauses);
    g_test_add_func("/ticker/hurry", hurry_ends_the_pause);
    g_test_add_func("/ticker/end", the_end_does_not_wait_for_a_pause);
    return g_test_run();
}
