/* What a redis-server prints: its last lines are kept for an error's text. Belongs to one thread.
 */
#pragma once

#include <glib.h>

typedef struct RedisOutput RedisOutput;

RedisOutput *redis_output_new(void);
void redis_output_free(RedisOutput *output);

/* Reads what is there from the non-blocking descriptor. FALSE at its end. */
gboolean redis_output_read(RedisOutput *output, int fd);

/* The last few lines as one, joined by " | ". Free with g_free. */
char *redis_output_get_tail(const RedisOutput *output);
