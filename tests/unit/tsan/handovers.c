#include "handovers.h"

World *world_new(void)
{
    World *world = g_new0(World, 1);

    g_mutex_init(&world->mutex);
    g_rec_mutex_init(&world->recursive);
    g_rw_lock_init(&world->rw_lock);
    g_cond_init(&world->cond);
    world->queue = g_async_queue_new();
    g_atomic_ref_count_init(&world->references);
    g_atomic_ref_count_inc(&world->references);
    world->box = g_atomic_rc_box_acquire(g_atomic_rc_box_new0(int));
    world->bytes = g_bytes_ref(g_bytes_new("text", 4));
    world->array = g_ptr_array_ref(g_ptr_array_new());
    world->object = g_object_ref(g_object_new(G_TYPE_OBJECT, NULL));
    return world;
}

void world_free(World *world)
{
    g_mutex_clear(&world->mutex);
    g_rec_mutex_clear(&world->recursive);
    g_rw_lock_clear(&world->rw_lock);
    g_cond_clear(&world->cond);
    g_async_queue_unref(world->queue);
    g_free(world);
}

static void give_mutex(World *world)
{
    g_mutex_lock(&world->mutex);
    g_mutex_unlock(&world->mutex);
}

static void take_by_trying(World *world)
{
    g_assert_true(g_mutex_trylock(&world->mutex));
    g_mutex_unlock(&world->mutex);
}

static void give_recursive(World *world)
{
    g_rec_mutex_lock(&world->recursive);
    g_rec_mutex_unlock(&world->recursive);
}

static void give_rw_lock(World *world)
{
    g_rw_lock_writer_lock(&world->rw_lock);
    g_rw_lock_writer_unlock(&world->rw_lock);
}

static void take_rw_lock(World *world)
{
    g_rw_lock_reader_lock(&world->rw_lock);
    g_rw_lock_reader_unlock(&world->rw_lock);
}

static void give_cond(World *world)
{
    g_mutex_lock(&world->mutex);
    world->is_given = TRUE;
    g_cond_broadcast(&world->cond);
    g_mutex_unlock(&world->mutex);
}

static void take_cond(World *world)
{
    g_mutex_lock(&world->mutex);
    while (!world->is_given)
        g_cond_wait(&world->cond, &world->mutex);
    g_mutex_unlock(&world->mutex);
}

static void take_cond_until(World *world)
{
    gint64 until = g_get_monotonic_time() + G_TIME_SPAN_MINUTE;

    g_mutex_lock(&world->mutex);
    while (!world->is_given)
        g_assert_true(g_cond_wait_until(&world->cond, &world->mutex, until));
    g_mutex_unlock(&world->mutex);
}

static void give_queue(World *world)
{
    g_async_queue_push(world->queue, world);
}

static void take_queue(World *world)
{
    g_assert_true(g_async_queue_pop(world->queue) == world);
}

static void take_queue_by_trying(World *world)
{
    g_assert_true(g_async_queue_try_pop(world->queue) == world);
}

static void take_queue_in_time(World *world)
{
    g_assert_true(g_async_queue_timeout_pop(world->queue, G_TIME_SPAN_MINUTE) == world);
}

static void give_once(World *world)
{
    g_assert_true(g_once_init_enter(&world->once));
    g_once_init_leave(&world->once, 1);
}

static void take_once(World *world)
{
    g_assert_false(g_once_init_enter(&world->once));
}

static void give_atomic(World *world)
{
    g_atomic_int_set(&world->atomic, 1);
}

static void take_atomic(World *world)
{
    while (g_atomic_int_get(&world->atomic) != 1)
        g_thread_yield();
}

static void give_count(World *world)
{
    g_assert_false(g_atomic_ref_count_dec(&world->references));
}

static void take_count(World *world)
{
    g_assert_true(g_atomic_ref_count_dec(&world->references));
}

static void let_box_go(World *world)
{
    g_atomic_rc_box_release(world->box);
}

static void let_bytes_go(World *world)
{
    g_bytes_unref(world->bytes);
}

static void let_array_go(World *world)
{
    g_ptr_array_unref(world->array);
}

static void let_object_go(World *world)
{
    g_object_unref(world->object);
}

const Handover handovers[] = {
    {"mutex", give_mutex, give_mutex},
    {"trylock", give_mutex, take_by_trying},
    {"rec-mutex", give_recursive, give_recursive},
    {"rw-lock", give_rw_lock, take_rw_lock},
    {"cond", give_cond, take_cond},
    {"cond-until", give_cond, take_cond_until},
    {"queue", give_queue, take_queue},
    {"queue-try", give_queue, take_queue_by_trying},
    {"queue-timeout", give_queue, take_queue_in_time},
    {"once", give_once, take_once},
    {"atomic", give_atomic, take_atomic},
    {"ref-count", give_count, take_count},
    {"rc-box", let_box_go, let_box_go},
    {"bytes", let_bytes_go, let_bytes_go},
    {"ptr-array", let_array_go, let_array_go},
    {"object", let_object_go, let_object_go},
};
const guint n_handovers = G_N_ELEMENTS(handovers);
