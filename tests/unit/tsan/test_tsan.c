/*
 * ThreadSanitizer with what tests/support/tsan tells it of GLib: what GLib orders is not reported, and
 * what nobody orders is. Each case runs in a process of its own, whose reports are looked at.
 *
 * The threads of a case take turns by an atomic that orders nothing, so that its course is always the
 * same and only the way between them that it is about can order what they do.
 */
#include "handovers.h"

typedef struct {
    const Handover *handover;
    World *world;
    gint number; /* what they fight for */
    gint turn;   /* atomic, relaxed */
} Pair;

static void set_turn(Pair *pair, gint turn)
{
    __atomic_store_n(&pair->turn, turn, __ATOMIC_RELAXED);
}

static void await_turn(Pair *pair, gint turn)
{
    while (__atomic_load_n(&pair->turn, __ATOMIC_RELAXED) != turn)
        g_thread_yield();
}

static gpointer give_in_order(gpointer data)
{
    Pair *pair = data;

    pair->number = 1;
    pair->handover->give(pair->world);
    set_turn(pair, 1);
    return NULL;
}

/* After it has given, it has no business with the number. */
static gpointer give_too_early(gpointer data)
{
    Pair *pair = data;

    pair->handover->give(pair->world);
    pair->number = 1;
    set_turn(pair, 1);
    return NULL;
}

static gpointer take(gpointer data)
{
    Pair *pair = data;

    await_turn(pair, 1);
    pair->handover->take(pair->world);
    g_assert_cmpint(pair->number, ==, 1);
    return NULL;
}

static void run_pair(const Handover *handover, GThreadFunc giver)
{
    Pair pair = {.handover = handover, .world = world_new()};
    GThread *first = g_thread_new("giver", giver, &pair);
    GThread *second = g_thread_new("taker", take, &pair);

    g_thread_join(first);
    g_thread_join(second);
    world_free(pair.world);
}

static void check(void (*run)(gconstpointer), gconstpointer data, const char *report)
{
    if (g_test_subprocess()) {
        run(data);
        return;
    }
    g_test_trap_subprocess(NULL, G_TIME_SPAN_MINUTE, G_TEST_SUBPROCESS_DEFAULT);
    if (report == NULL) {
        g_test_trap_assert_passed();
        g_test_trap_assert_stderr_unmatched("*ThreadSanitizer*");
        return;
    }
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr(report);
}

static void run_ordered(gconstpointer handover)
{
    run_pair(handover, give_in_order);
}

static void run_unordered(gconstpointer handover)
{
    run_pair(handover, give_too_early);
}

static void what_is_handed_over_is_ordered(gconstpointer handover)
{
    check(run_ordered, handover, NULL);
}

static void what_comes_after_it_is_a_race(gconstpointer handover)
{
    check(run_unordered, handover, "*WARNING: ThreadSanitizer: data race*");
}

/* ---- pools of threads -------------------------------------------------------------------- */

static void pool_work(gpointer data, gpointer user_data)
{
    Pair *pair = user_data;
    gint *own = data;

    *own += 1;
    set_turn(pair, 1);
    await_turn(pair, 2);
    g_assert_cmpint(pair->number, ==, 1);
}

/* What is pushed is the thread's, and what it did is the owner's when the pool is gone. */
static void run_pool(gconstpointer is_ordered)
{
    Pair pair = {0};
    gint own = 1;
    GThreadPool *pool;

    pool = g_thread_pool_new(pool_work, &pair, 1, TRUE, NULL);
    if (GPOINTER_TO_INT(is_ordered))
        pair.number = 1;
    g_thread_pool_push(pool, &own, NULL);
    await_turn(&pair, 1);
    if (!GPOINTER_TO_INT(is_ordered))
        pair.number = 1;
    set_turn(&pair, 2);
    g_thread_pool_free(pool, FALSE, TRUE);
    g_assert_cmpint(own, ==, 2);
}

static void what_is_pushed_is_the_pools(void)
{
    check(run_pool, GINT_TO_POINTER(TRUE), NULL);
}

static void what_comes_after_the_push_is_a_race(void)
{
    check(run_pool, GINT_TO_POINTER(FALSE), "*WARNING: ThreadSanitizer: data race*");
}

/* ---- containers -------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    gpointer (*make)(void);
    void (*look)(gpointer container);
    void (*change)(gpointer container);
    const char *report;
} Container;

typedef struct {
    Pair turns;
    const Container *container;
    gpointer it;
    void (*first)(gpointer container);
} Visit;

static gpointer make_table(void)
{
    return g_hash_table_new(NULL, NULL);
}

static void look_at_table(gpointer table)
{
    g_hash_table_lookup(table, table);
}

static void change_table(gpointer table)
{
    g_hash_table_insert(table, table, table);
}

static gpointer make_array(void)
{
    return g_ptr_array_new();
}

static void look_at_array(gpointer array)
{
    g_assert_cmpuint(((GPtrArray *)array)->len, <, 2);
}

static void change_array(gpointer array)
{
    g_ptr_array_add(array, NULL);
}

static gpointer make_queue(void)
{
    return g_queue_new();
}

static void look_at_queue(gpointer queue)
{
    g_queue_peek_head(queue);
}

static void change_queue(gpointer queue)
{
    g_queue_push_tail(queue, NULL);
}

static const Container containers[] = {
    {"hash-table", make_table, look_at_table, change_table,
     "*ThreadSanitizer: race on*GHashTable*"},
    {"ptr-array", make_array, look_at_array, change_array, "*ThreadSanitizer: race on*GPtrArray*"},
    {"queue", make_queue, look_at_queue, change_queue, "*ThreadSanitizer: race on*GQueue*"},
};

static gpointer visit_first(gpointer data)
{
    Visit *visit = data;

    visit->first(visit->it);
    set_turn(&visit->turns, 1);
    return NULL;
}

static gpointer visit_second(gpointer data)
{
    Visit *visit = data;

    await_turn(&visit->turns, 1);
    visit->container->look(visit->it);
    return NULL;
}

static void run_visits(const Container *container, void (*first)(gpointer))
{
    Visit visit = {.container = container, .it = container->make(), .first = first};
    GThread *one = g_thread_new("first", visit_first, &visit);
    GThread *other = g_thread_new("second", visit_second, &visit);

    g_thread_join(one);
    g_thread_join(other);
}

static void run_two_looks(gconstpointer container)
{
    run_visits(container, ((const Container *)container)->look);
}

static void run_change_and_look(gconstpointer container)
{
    run_visits(container, ((const Container *)container)->change);
}

static void two_may_look_into_a_container(gconstpointer container)
{
    check(run_two_looks, container, NULL);
}

static void changing_what_another_looks_at_is_a_race(gconstpointer container)
{
    check(run_change_and_look, container, ((const Container *)container)->report);
}

/* ---- what is known to be no race --------------------------------------------------------- */

static G_DEFINE_QUARK(tsan - test, test)

static void ask_for_quark(gpointer container G_GNUC_UNUSED)
{
    g_assert_cmpuint(test_quark(), !=, 0);
}

static void run_quarks(gconstpointer data G_GNUC_UNUSED)
{
    static const Container none = {"quark", make_queue, ask_for_quark, ask_for_quark, NULL};

    run_visits(&none, ask_for_quark);
}

static void a_quark_may_be_asked_for_by_anybody(void)
{
    check(run_quarks, NULL, NULL);
}

/* ---- order of locks ---------------------------------------------------------------------- */

static gpointer lock_both(gpointer data)
{
    GMutex *const *mutexes = data;

    g_mutex_lock(mutexes[0]);
    g_mutex_lock(mutexes[1]);
    g_mutex_unlock(mutexes[1]);
    g_mutex_unlock(mutexes[0]);
    return NULL;
}

/* One after the other, so that nothing happens; at the same time each would wait for the other. */
static void run_opposite_orders(gconstpointer data G_GNUC_UNUSED)
{
    GMutex a, b;
    GMutex *there[] = {&a, &b}, *back[] = {&b, &a};

    g_mutex_init(&a);
    g_mutex_init(&b);
    g_thread_join(g_thread_new("there", lock_both, there));
    g_thread_join(g_thread_new("back", lock_both, back));
    g_mutex_clear(&a);
    g_mutex_clear(&b);
}

static void opposite_orders_of_locks_are_reported(void)
{
    check(run_opposite_orders, NULL, "*WARNING: ThreadSanitizer: lock-order-inversion*");
}

static void add(const char *group, const char *name, gconstpointer data, GTestDataFunc test)
{
    g_autofree char *path = g_strdup_printf("/tsan/%s/%s", group, name);

    g_test_add_data_func(path, data, test);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < n_handovers; i++) {
        add("ordered", handovers[i].name, &handovers[i], what_is_handed_over_is_ordered);
        add("unordered", handovers[i].name, &handovers[i], what_comes_after_it_is_a_race);
    }
    g_test_add_func("/tsan/ordered/pool", what_is_pushed_is_the_pools);
    g_test_add_func("/tsan/unordered/pool", what_comes_after_the_push_is_a_race);
    for (guint i = 0; i < G_N_ELEMENTS(containers); i++) {
        add("looks", containers[i].name, &containers[i], two_may_look_into_a_container);
        add("changes", containers[i].name, &containers[i],
            changing_what_another_looks_at_is_a_race);
    }
    g_test_add_func("/tsan/quark", a_quark_may_be_asked_for_by_anybody);
    g_test_add_func("/tsan/locks", opposite_orders_of_locks_are_reported);
    return g_test_run();
}
