/* Amounts of bytes as people read them. Pure. */
#pragma once

#include <glib.h>

/*
 * "512 B", "1.5 KiB", "12.0 MiB": in the largest binary unit of which there is at least one, cut
 * after one decimal, so that it never says more than there is. The same in every locale. A negative
 * number counts as 0. Free with g_free.
 */
char *cli_size_format(gint64 bytes);
