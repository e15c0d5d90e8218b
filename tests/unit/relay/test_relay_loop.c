#include "ytops/relay_loop.h"

enum { N_THREADS = 8, N_EACH = 2000 };

typedef struct {
    YtopsRelayLoop *loop;
    GThread *seen;
    guint next[N_THREADS];
    guint count;
} Log;

typedef struct {
    Log *log;
    guint thread;
    guint number;
} Entry;

static void note(gpointer data)
{
    Entry *entry = data;

    g_assert_true(entry->log->seen == NULL || entry->log->seen == g_thread_self());
    entry->log->seen = g_thread_self();
    g_assert_cmpuint(entry->log->next[entry->thread]++, ==, entry->number);
    entry->log->count++;
    g_free(entry);
}

static void invoke_note(Log *log, guint thread, guint number)
{
    Entry *entry = g_new0(Entry, 1);

    *entry = (Entry){log, thread, number};
    ytops_relay_loop_invoke(log->loop, note, entry);
}

static gpointer invoke_many(gpointer data)
{
    Entry *begin = data;

    for (guint i = 0; i < N_EACH; i++)
        invoke_note(begin->log, begin->thread, i);
    return NULL;
}

static void functions_of_a_thread_run_in_order_on_the_loop(void)
{
    Log log = {.loop = ytops_relay_loop_new()};
    Entry begins[N_THREADS];
    GThread *threads[N_THREADS];

    for (guint i = 0; i < N_THREADS; i++) {
        begins[i] = (Entry){&log, i, 0};
        threads[i] = g_thread_new("invoker", invoke_many, &begins[i]);
    }
    for (guint i = 0; i < N_THREADS; i++)
        g_thread_join(threads[i]);
    ytops_relay_loop_stop(log.loop);
    g_assert_cmpuint(log.count, ==, N_THREADS * N_EACH);
    g_assert_true(log.seen != g_thread_self());
}

static void add_one(gpointer data)
{
    ++*(guint *)data;
}

static void a_call_has_returned_when_it_returns(void)
{
    YtopsRelayLoop *loop = ytops_relay_loop_new();
    guint count = 0;

    for (guint i = 1; i <= 1000; i++) {
        ytops_relay_loop_call(loop, add_one, &count);
        g_assert_cmpuint(count, ==, i);
    }
    ytops_relay_loop_stop(loop);
}

static void invoke_next(gpointer data)
{
    Log *log = data;

    if (++log->count < 100)
        ytops_relay_loop_invoke(log->loop, invoke_next, log);
}

static void a_function_may_invoke_another_one(void)
{
    Log log = {.loop = ytops_relay_loop_new()};

    ytops_relay_loop_invoke(log.loop, invoke_next, &log);
    ytops_relay_loop_stop(log.loop);
    g_assert_cmpuint(log.count, ==, 100);
}

typedef struct {
    YtopsRelayLoop *loop;
    uv_timer_t timer;
    gboolean closed;
} Clocked;

static void on_closed(uv_handle_t *handle)
{
    ((Clocked *)handle->data)->closed = TRUE;
}

static void on_timer(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, on_closed);
}

static void start_timer(gpointer data)
{
    Clocked *clocked = data;

    uv_timer_init(ytops_relay_loop_get_uv(clocked->loop), &clocked->timer);
    clocked->timer.data = clocked;
    uv_timer_start(&clocked->timer, on_timer, 100, 0);
}

static void stop_waits_for_the_handles(void)
{
    Clocked clocked = {.loop = ytops_relay_loop_new()};

    ytops_relay_loop_call(clocked.loop, start_timer, &clocked);
    g_assert_false(clocked.closed);
    ytops_relay_loop_stop(clocked.loop);
    g_assert_true(clocked.closed);
}

static void nothing_is_fine_to_stop(void)
{
    ytops_relay_loop_stop(NULL);
    ytops_relay_loop_stop(ytops_relay_loop_new());
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/relay-loop/" #name, name)
    ADD(functions_of_a_thread_run_in_order_on_the_loop);
    ADD(a_call_has_returned_when_it_returns);
    ADD(a_function_may_invoke_another_one);
    ADD(stop_waits_for_the_handles);
    ADD(nothing_is_fine_to_stop);
    return g_test_run();
}
