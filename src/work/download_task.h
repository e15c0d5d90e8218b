/*
 * An item of the download stage: one format of a URL whose info.json is kept. Pure.
 *
 *     {"url":"https://...","format":"18","auth_queue":"queue2_auth"}
 *
 * The text is the same each time the same work is asked for: it is the key of its result. A task
 * that went back to the authentication queue asks there for its one format.
 */
#pragma once

#include <glib.h>

typedef struct {
    char *url;
    char *format;     /* as yt-dlp's --format; "": its own choice */
    char *auth_queue; /* where a new info.json comes from */
} DownloadTask;

void download_task_free(DownloadTask *task);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DownloadTask, download_task_free)

/* Copies. */
DownloadTask *download_task_new(const char *url, const char *format, const char *auth_queue);

/* Free with g_free. */
char *download_task_to_string(const DownloadTask *task);

/* INVALID_ARGUMENT, naming what is missing, for what is no task. */
DownloadTask *download_task_parse(const char *text, GError **error);

/* Whether an item looks like one and is no URL. */
gboolean download_task_is(const char *text);

/* "18;bestaudio" as its parts, without blanks at their ends; never empty. g_strfreev. */
char **download_task_formats(const char *list);
