#include "download.h"

#include <string.h>

#include "download_progress.h"
#include "ytops/error_policy.h"
#include "ytops/log.h"

enum { STATUS_OPTIONS_REFUSED = 2 }; /* of yt-dlp, as of every program that uses optparse */

static void add(GString *config, const char *argument)
{
    g_autofree char *quoted = g_shell_quote(argument);

    g_string_append_printf(config, "%s\n", quoted);
}

static void add_value(GString *config, const char *option, const char *value)
{
    g_autofree char *argument = g_strconcat(option, "=", value, NULL);

    add(config, argument);
}

/* Ours come last and win; the one that the token's command names info.json by is replaced. */
char *download_config(const Download *download)
{
    GString *config = g_string_new(NULL);
    const char *const *options = download->token_command;
    g_autofree char *home = g_strconcat("home:", download->media_dir, NULL);

    for (gsize i = 1; options != NULL && options[0] != NULL && options[i] != NULL; i++) {
        if (!g_str_has_prefix(options[i], "--load-info-json"))
            add(config, options[i]);
    }
    add_value(config, "--load-info-json", download->info_path);
    add_value(config, "--paths", home);
    add_value(config, "--output", "%(id).80B.%(ext)s");
    add(config, "--restrict-filenames");
    add(config, "--no-colors");
    add(config, "--quiet");
    add(config, "--progress");
    add(config, "--newline");
    add_value(config, "--progress-template", DOWNLOAD_PROGRESS_TEMPLATE);
    if (*download->format != '\0')
        add_value(config, "--format", download->format);
    if (*download->ffmpeg != '\0')
        add_value(config, "--ffmpeg-location", download->ffmpeg);
    return g_string_free(config, FALSE);
}

static gboolean refuse_options(const Download *download, const char *errors, GError **error)
{
    g_autofree char *shown = ytops_redact(errors);

    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                "'%s' does not take its options: %s; check --ytdlp-args, --format and the version "
                "of yt-dlp",
                download->ytdlp, g_strstrip(shown));
    return FALSE;
}

/* What every further download would meet too: it costs no URL, and somebody has to look. */
static const char *const disk_faults[] = {
    "No space left on device",
    "Disk quota exceeded",
    "Read-only file system",
    "File too large",
    NULL,
};

static const char *find_disk_fault(const GArray *lines)
{
    for (guint i = 0; i < lines->len; i++) {
        const YtopsLine *line = &g_array_index(lines, YtopsLine, i);

        for (const char *const *fault = disk_faults; *fault != NULL; fault++) {
            if (line->level == YTOPS_LINE_ERROR && strstr(line->text, *fault) != NULL)
                return *fault;
        }
    }
    return NULL;
}

static gboolean judge(const Download *download, const ToolEnd *end, GError **error)
{
    const char *disk_fault;
    g_autoptr(GArray) lines = NULL;
    g_autoptr(GError) cause = NULL;
    int code;

    if (end->status == 0)
        return TRUE;
    if (end->status == STATUS_OPTIONS_REFUSED)
        return refuse_options(download, end->errors, error);
    lines = ytops_error_lines_new(end->errors);
    disk_fault = find_disk_fault(lines);
    if (disk_fault != NULL) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                    "the download cannot be written to '%s': %s; mend that, then start lanes again",
                    download->media_dir, disk_fault);
        return FALSE;
    }
    cause = ytops_error_classify((const YtopsLine *)lines->data, lines->len);
    /* What nobody knows would be charged to the account, which has done its part. */
    code = cause->code == YTOPS_ERROR_GENERIC ? YTOPS_ERROR_DOWNLOAD_FAILED : cause->code;
    g_set_error(error, YTOPS_ERROR, code, "the download failed: %s", cause->message);
    return FALSE;
}

gboolean download_run(const Download *download, Tool *tool, GError **error)
{
    const char *const argv[] = {download->ytdlp, "--ignore-config", "--config-locations=-", NULL};
    g_autofree char *config = download_config(download);
    g_auto(ToolEnd) end = {0};

    tool->argv = argv;
    tool->input = config;
    tool->purpose = "the download";
    return tool_run(tool, &end, error) && judge(download, &end, error);
}
