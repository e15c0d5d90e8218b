/*
 * What can name a queue: 1 to 128 letters, digits and _ - . : that do not end like a key of a queue
 * (_inbox, ...), so that no two queues share one. Pure.
 */
#pragma once

#include <glib.h>

/* INVALID_ARGUMENT that shows the name and says what is wrong. */
gboolean queue_name_check(const char *queue, GError **error);
