#include "relay_seconds.h"

#include <string.h>

gboolean relay_seconds_parse(const char *text, gint64 *ms)
{
    const char *p = text;
    gint64 value = 0;
    gint64 unit = 1000;

    if (!g_ascii_isdigit(*p))
        return FALSE;
    for (; g_ascii_isdigit(*p); p++)
        value = MIN(value * 10 + (*p - '0') * unit, G_MAXINT32 * G_GINT64_CONSTANT(1000));
    if (*p == '.' && g_ascii_isdigit(p[1])) {
        for (p++; g_ascii_isdigit(*p); p++) {
            unit /= 10;
            value += (*p - '0') * unit;
        }
    }
    *ms = value;
    return *p == '\0';
}

char *relay_seconds_format(gint64 ms)
{
    char *text = g_strdup_printf("%" G_GINT64_FORMAT ".%03d", ms / 1000, (int)(ms % 1000));
    char *end = text + strlen(text) - 1;

    while (*end == '0' && end[-1] != '.')
        *end-- = '\0';
    return text;
}
