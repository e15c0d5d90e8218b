#pragma once

#include <glib-object.h>

/* What a pair of threads shares: the fixture of every way to hand something over. */
typedef struct {
    GMutex mutex;
    GRecMutex recursive;
    GRWLock rw_lock;
    GCond cond;
    gboolean is_given; /* guarded by `mutex` */
    GAsyncQueue *queue;
    gsize once;
    gint atomic;
    gatomicrefcount references;
    gpointer box;
    GBytes *bytes;
    GPtrArray *array;
    GObject *object;
} World;

/* A way from one thread to another. What is before `give` is ordered before what is after `take`. */
typedef struct {
    const char *name;
    void (*give)(World *world);
    void (*take)(World *world);
} Handover;

extern const Handover handovers[];
extern const guint n_handovers;

World *world_new(void);
void world_free(World *world);
