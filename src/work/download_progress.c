#include "download_progress.h"

#include <string.h>

#define MARK "ytops-progress "

/* FALSE for "NA", yt-dlp's word for what it does not know. Moves *text behind the number. */
static gboolean take_number(const char **text, double *number)
{
    char *end;

    *text += strspn(*text, " ");
    *number = g_ascii_strtod(*text, &end);
    if (end == *text) {
        *text += strcspn(*text, " ");
        return FALSE;
    }
    *text = end;
    return *number >= 0 && *number <= G_MAXINT64;
}

gboolean download_progress_parse(const char *line, double *percent)
{
    double done, total, estimate;
    gboolean has_done, has_total, has_estimate;

    if (!g_str_has_prefix(line, MARK))
        return FALSE;
    line += strlen(MARK);
    has_done = take_number(&line, &done);
    has_total = take_number(&line, &total);
    has_estimate = take_number(&line, &estimate);
    if (!has_total && has_estimate) {
        total = estimate;
        has_total = TRUE;
    }
    if (!has_done || !has_total || total <= 0)
        return FALSE;
    *percent = MIN(done / total, 1.0) * 100;
    return TRUE;
}
