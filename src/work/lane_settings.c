#include "lane_settings.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "download_task.h"
#include "incoming.h"
#include "queue_name.h"
#include "ytops/error.h"
#include "ytops/wake_fd.h"

/* The members of the options that are text. */
static const gsize texts[] = {
    G_STRUCT_OFFSET(YtopsLaneOptions, instance_id),
    G_STRUCT_OFFSET(YtopsLaneOptions, queue),
    G_STRUCT_OFFSET(YtopsLaneOptions, next_queue),
    G_STRUCT_OFFSET(YtopsLaneOptions, account_pool),
    G_STRUCT_OFFSET(YtopsLaneOptions, download_dir),
    G_STRUCT_OFFSET(YtopsLaneOptions, format),
    G_STRUCT_OFFSET(YtopsLaneOptions, ytdlp),
    G_STRUCT_OFFSET(YtopsLaneOptions, ffmpeg),
    G_STRUCT_OFFSET(YtopsLaneOptions, ffprobe),
};

LaneSettings *lane_settings_new(const YtopsLaneOptions *options, const YtopsLaneParts *parts,
                                GError **error)
{
    g_autoptr(LaneSettings) settings = g_new0(LaneSettings, 1);

    settings->options = *options;
    settings->parts = *parts;
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        char **text = G_STRUCT_MEMBER_P(&settings->options, texts[i]);

        *text = g_strdup(*text);
    }
    settings->pool = ytops_work_pool_parse(options->account_pool, options->auto_create, NULL);
    settings->formats = download_task_formats(options->format);
    settings->shelf = info_shelf_new(parts->redis);
    settings->cancel_fd = ytops_wake_fd_new(error);
    return settings->cancel_fd >= 0 ? g_steal_pointer(&settings) : NULL;
}

void lane_settings_free(LaneSettings *settings)
{
    if (settings == NULL)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(G_STRUCT_MEMBER(char *, &settings->options, texts[i]));
    ytops_work_pool_free(settings->pool);
    g_strfreev(settings->formats);
    info_shelf_free(settings->shelf);
    if (settings->cancel_fd >= 0)
        close(settings->cancel_fd);
    g_free(settings);
}

/* The same again, for its error. */
static gboolean check_pool(const LaneSettings *settings, GError **error)
{
    const YtopsLaneOptions *options = &settings->options;
    g_autoptr(YtopsWorkPool) pool =
        ytops_work_pool_parse(options->account_pool, options->auto_create, error);

    if (pool == NULL)
        g_prefix_error(error, "--account-pool: ");
    return pool != NULL;
}

static gboolean check_next_queue(const LaneSettings *settings, const char *queue, GError **error)
{
    const char *next = settings->options.next_queue;

    if (!queue_name_check(next, error)) {
        g_prefix_error(error, "--lane-next-queue: ");
        return FALSE;
    }
    if (strcmp(next, queue) != 0)
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "--lane-next-queue: '%s' is the queue that the lane itself takes from; give "
                "another one for the download tasks",
                next);
    return FALSE;
}

static gboolean check_format(const LaneSettings *settings, GError **error)
{
    if (strchr(settings->options.format, ';') == NULL)
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "--format: '%s' holds several formats, which only lanes of the kind auth take; "
                "give one, or --lane-kind auth",
                settings->options.format);
    return FALSE;
}

static gboolean check_folder(const LaneSettings *settings, GError **error)
{
    const char *folder = settings->options.download_dir;

    if (g_mkdir_with_parents(folder, 0777) != 0 || g_access(folder, W_OK | X_OK) != 0) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "--download-dir: '%s' cannot be made or written to: %s; give a folder that can",
                    folder, g_strerror(errno));
        return FALSE;
    }
    incoming_sweep(folder);
    return TRUE;
}

gboolean lane_settings_check(const LaneSettings *settings, const char *queue, GError **error)
{
    YtopsLaneWork kind = settings->options.kind;

    if (!queue_name_check(queue, error)) {
        g_prefix_error(error, "--queue: ");
        return FALSE;
    }
    if (kind != YTOPS_LANE_DOWNLOAD && !check_pool(settings, error))
        return FALSE;
    if (kind == YTOPS_LANE_AUTH)
        return check_next_queue(settings, queue, error);
    return (kind != YTOPS_LANE_FULL || check_format(settings, error)) &&
           check_folder(settings, error);
}
