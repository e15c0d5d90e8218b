/* Durations as people write and read them. Pure. */
#pragma once

#include <glib.h>

/* What the contract's durationS holds for a ban that only unban ends. */
#define CLI_UNTIL_UNBANNED (-1)

/*
 * Whole seconds from "55m", "1h", "1h30m", "2d", "90s" or "90" (seconds). Units are d, h, m and s,
 * from large to small, each at most once; the sum lies between 1 s and 10 years. INVALID_ARGUMENT
 * shows the text and what is allowed.
 */
gboolean cli_duration_parse(const char *text, gint64 *seconds, GError **error);

/* "42s", "55m", "1h 5m", "3d 4h"; "0s" for what is below 1. Free with g_free. */
char *cli_duration_format(gint64 seconds);

/*
 * How long ago a Unix time was, as seen from `now`: "5m ago"; "now" for this very second and for a
 * later one (clocks differ), "never" for 0. Free with g_free.
 */
char *cli_age_format(gint64 then, gint64 now);
