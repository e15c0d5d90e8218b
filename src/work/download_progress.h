/* How far yt-dlp is with a download, as it says on standard output. Pure. */
#pragma once

#include <glib.h>

/* The value of --progress-template that makes yt-dlp write the lines that are read here. */
#define DOWNLOAD_PROGRESS_TEMPLATE                                                                 \
    "download:ytops-progress %(progress.downloaded_bytes)s %(progress.total_bytes)s "              \
    "%(progress.total_bytes_estimate)s"

/*
 * What a line says, in percent from 0 to 100. FALSE for any other line, and where yt-dlp does not
 * know the size; *percent is then untouched.
 */
gboolean download_progress_parse(const char *line, double *percent);
