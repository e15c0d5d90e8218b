/* Seconds as people write them: "15", "15.0", "0.25". */
#pragma once

#include <glib.h>

/* Digits, perhaps with a point between them; what is finer than a millisecond is cut off. */
gboolean relay_seconds_parse(const char *text, gint64 *ms);

/* With one to three digits after the point: "15.0", "0.25". Not negative. Free with g_free. */
char *relay_seconds_format(gint64 ms);
