/* The versions of yt-dlp that are installed here: Debian's and, where bootstrap got it, the newest. */
#pragma once

#include <glib.h>

typedef struct {
    char *program;
    char *python; /* one that can import this version's yt_dlp */
    char *version;
} YtdlpVersion;

/* YtdlpVersion, at least Debian's. YTOPS_TEST_YTDLP_VENV names another virtual environment. */
GPtrArray *ytdlp_versions(void);
