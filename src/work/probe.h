/*
 * Whether a file is good media: ffprobe decodes all of it. A file that is cut off or damaged is found
 * by what the decoders say, whatever its header promises.
 */
#pragma once

#include "tool.h"

typedef struct {
    gint64 bytes;
    double duration_s; /* 0: not known */
    char *container;   /* ffprobe's format_name; NULL: not known */
    gint64 n_streams;  /* of sound and picture */
} Probe;

void probe_clear(Probe *probe);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Probe, probe_clear)

/* What ffprobe wrote about a good file. PROBE_FAILED for a file without media. Pure. */
gboolean probe_read(const char *json, Probe *probe, GError **error);

/*
 * `tool` as for download_run. PROBE_FAILED, in ffprobe's words, for a bad file; an error of tool_run.
 */
gboolean probe_run(const char *ffprobe, const char *path, Tool *tool, Probe *probe, GError **error);
