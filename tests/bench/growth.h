/*
 * How long one use of a pool takes where the pool is small and where it is large. Uses both in turn, so
 * that whatever else the machine does falls on both alike.
 */
#pragma once

#include "ytops/redis.h"

typedef struct {
    /* A pool of that many. */
    gpointer (*make)(YtopsRedisPool *redis, guint count);
    /* What is measured. */
    void (*use)(gpointer pool);
    void (*free)(gpointer pool);
} Growth;

/*
 * The program: PROGRAM REDIS_URL SMALL LARGE ROUNDS prints "small_us=MEDIAN large_us=MEDIAN". Gives its
 * exit status.
 */
int growth_main(int argc, char **argv, const Growth *growth);

/* Ends the program: this could not be done. */
void growth_fail(const char *what, const GError *error) G_GNUC_NORETURN;
