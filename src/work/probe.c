#include "probe.h"

#include <string.h>

#include "ytops/error.h"
#include "ytops/json.h"

enum { MOST_OF_WORDS = 400 };

void probe_clear(Probe *probe)
{
    g_clear_pointer(&probe->container, g_free);
}

static gboolean bad(const char *why, GError **error)
{
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_PROBE_FAILED, "the downloaded file is no good: %s",
                why);
    return FALSE;
}

static gboolean is_media(const YtopsJson *stream)
{
    const char *type = ytops_json_get_string(stream, "codec_type");

    return g_strcmp0(type, "video") == 0 || g_strcmp0(type, "audio") == 0;
}

/* ffprobe writes numbers as text. */
static gint64 number_of(const YtopsJson *object, const char *name)
{
    const char *text = ytops_json_get_string(object, name);

    return text != NULL ? g_ascii_strtoll(text, NULL, 10) : 0;
}

static gboolean read_streams(const YtopsJson *streams, Probe *probe, GError **error)
{
    for (guint i = 0; streams != NULL && i < ytops_json_length(streams); i++) {
        const YtopsJson *stream = ytops_json_at(streams, i);

        if (!is_media(stream))
            continue;
        if (number_of(stream, "nb_read_frames") <= 0)
            return bad("one of its streams has nothing that can be decoded", error);
        probe->n_streams++;
    }
    return probe->n_streams > 0 || bad("it has neither sound nor picture", error);
}

gboolean probe_read(const char *json, Probe *probe, GError **error)
{
    g_autoptr(YtopsJson) document = ytops_json_parse(json, -1, NULL);
    const YtopsJson *format = document != NULL ? ytops_json_get(document, "format") : NULL;
    const char *duration = format != NULL ? ytops_json_get_string(format, "duration") : NULL;

    if (format == NULL)
        return bad("ffprobe tells nothing about it", error);
    probe->bytes = number_of(format, "size");
    probe->duration_s = duration != NULL ? g_ascii_strtod(duration, NULL) : 0;
    probe->container = g_strdup(ytops_json_get_string(format, "format_name"));
    return read_streams(ytops_json_get(document, "streams"), probe, error);
}

/* The words are about a file of ours, whose path would not help anybody. */
static gboolean bad_in_its_words(const ToolEnd *end, GError **error)
{
    g_autofree char *valid = g_utf8_make_valid(end->errors, -1);
    g_autofree char *words =
        g_utf8_substring(valid, 0, MIN(g_utf8_strlen(valid, -1), MOST_OF_WORDS));

    g_strdelimit(g_strstrip(words), "\n\r", ' ');
    if (*words == '\0') {
        g_free(words);
        words = g_strdup_printf("ffprobe ended with status %d", end->status);
    }
    return bad(words, error);
}

gboolean probe_run(const char *ffprobe, const char *path, Tool *tool, Probe *probe, GError **error)
{
    const char *const argv[] = {ffprobe,
                                "-v",
                                "error",
                                "-count_frames",
                                "-show_entries",
                                "format=size,duration,format_name:stream=codec_type,nb_read_frames",
                                "-of",
                                "json",
                                "-i",
                                path,
                                NULL};
    g_auto(ToolEnd) end = {0};

    tool->argv = argv;
    tool->input = NULL;
    tool->line = NULL;
    tool->purpose = "the probe";
    if (!tool_run(tool, &end, error))
        return FALSE;
    if (end.status != 0 || *end.errors != '\0')
        return bad_in_its_words(&end, error);
    return probe_read(end.output, probe, error);
}
