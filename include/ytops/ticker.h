/* A thread that does the same thing again and again, with a pause after each time. */
#pragma once

#include <glib.h>

typedef struct YtopsTicker YtopsTicker;

/* One turn, on the ticker's thread. Gives the pause that follows it, in microseconds. */
typedef gint64 (*YtopsTick)(gpointer data);

/* Begins with a turn at once. `name` is the thread's, of at most 15 bytes. */
YtopsTicker *ytops_ticker_new(const char *name, YtopsTick tick, gpointer data);

/* Ends the pause, or the one that follows the turn under way. Does not wait. Any thread. */
void ytops_ticker_hurry(YtopsTicker *ticker);

/* Waits for the turn under way; none follows it. Not from a turn. NULL is fine. */
void ytops_ticker_free(YtopsTicker *ticker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsTicker, ytops_ticker_free)
