#include "duration.h"

#include "ytops/error.h"

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define LONGEST (G_GINT64_CONSTANT(3650) * DAY)

static gint64 unit_seconds(char unit)
{
    switch (unit) {
    case 'd':
        return DAY;
    case 'h':
        return HOUR;
    case 'm':
        return MINUTE;
    case 's':
        return 1;
    default:
        return 0;
    }
}

/* Reads one "NUMBER UNIT" whose unit is smaller than `above`; 0 where there is none. */
static gint64 read_part(const char **text, gint64 above, gint64 *unit)
{
    const char *at = *text;
    gint64 number = 0;

    for (; g_ascii_isdigit(*at); at++) {
        number = number * 10 + g_ascii_digit_value(*at);
        if (number > LONGEST)
            return 0;
    }
    *unit = unit_seconds(*at);
    if (at == *text || *unit == 0 || *unit >= above)
        return 0;
    *text = at + 1;
    return number * *unit;
}

/* 0 where the text is not a duration, or one that is too long. */
static gint64 duration_read(const char *text)
{
    gint64 total = 0, unit = G_MAXINT64;

    if (strlen(text) > 32)
        return 0;
    while (*text != '\0') {
        gint64 part = read_part(&text, unit, &unit);
        if (part == 0 || part > LONGEST - total)
            return 0;
        total += part;
    }
    return total;
}

gboolean cli_duration_parse(const char *text, gint64 *seconds, GError **error)
{
    gboolean is_number = *text != '\0' && strspn(text, "0123456789") == strlen(text);
    g_autofree char *with_unit = is_number ? g_strconcat(text, "s", NULL) : g_strdup(text);
    gint64 total = duration_read(with_unit);

    if (total == 0) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "'%s' is not a duration: write it as 90s, 55m, 1h, 1h30m or 2d, "
                    "between 1 second and 10 years",
                    text);
        return FALSE;
    }
    *seconds = total;
    return TRUE;
}

static char *two_units(gint64 large, const char *large_unit, gint64 small, const char *small_unit)
{
    if (small == 0)
        return g_strdup_printf("%" G_GINT64_FORMAT "%s", large, large_unit);
    return g_strdup_printf("%" G_GINT64_FORMAT "%s %" G_GINT64_FORMAT "%s", large, large_unit,
                           small, small_unit);
}

char *cli_duration_format(gint64 seconds)
{
    if (seconds < MINUTE)
        return g_strdup_printf("%" G_GINT64_FORMAT "s", MAX(seconds, 0));
    if (seconds < HOUR)
        return g_strdup_printf("%" G_GINT64_FORMAT "m", seconds / MINUTE);
    if (seconds < DAY)
        return two_units(seconds / HOUR, "h", seconds % HOUR / MINUTE, "m");
    return two_units(seconds / DAY, "d", seconds % DAY / HOUR, "h");
}

char *cli_age_format(gint64 then, gint64 now)
{
    g_autofree char *duration = NULL;

    if (then <= 0)
        return g_strdup("never");
    if (then >= now)
        return g_strdup("now");
    duration = cli_duration_format(now - then);
    return g_strconcat(duration, " ago", NULL);
}
