#include "size.h"

char *cli_size_format(gint64 bytes)
{
    static const char PREFIXES[] = "KMGTPE";
    guint64 whole = bytes > 0 ? (guint64)bytes : 0;
    guint power = 0, shift;
    guint64 rest;

    while (whole >> (10 * power) >= 1024)
        power++;
    if (power == 0)
        return g_strdup_printf("%" G_GUINT64_FORMAT " B", whole);
    shift = 10 * power;
    rest = whole & ((G_GUINT64_CONSTANT(1) << shift) - 1);
    /* Integers only: the decimal point of a double is the locale's. */
    return g_strdup_printf("%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT " %ciB", whole >> shift,
                           rest * 10 >> shift, PREFIXES[power - 1]);
}
