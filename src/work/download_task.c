#include "download_task.h"

#include "ytops/error.h"
#include "ytops/json.h"

void download_task_free(DownloadTask *task)
{
    if (task == NULL)
        return;
    g_free(task->url);
    g_free(task->format);
    g_free(task->auth_queue);
    g_free(task);
}

DownloadTask *download_task_new(const char *url, const char *format, const char *auth_queue)
{
    DownloadTask *task = g_new0(DownloadTask, 1);

    task->url = g_strdup(url);
    task->format = g_strdup(format);
    task->auth_queue = g_strdup(auth_queue);
    return task;
}

char *download_task_to_string(const DownloadTask *task)
{
    g_autoptr(YtopsJson) json = ytops_json_object_new();

    ytops_json_set_string(json, "url", task->url);
    ytops_json_set_string(json, "format", task->format);
    ytops_json_set_string(json, "auth_queue", task->auth_queue);
    return ytops_json_to_string(json);
}

/* NULL and the error where the member is no text. */
static const char *member(const YtopsJson *json, const char *name, GError **error)
{
    const char *text = ytops_json_get_string(json, name);

    if (text == NULL)
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "the download task has no text '%s'; it needs url, format and auth_queue, as "
                    "an auth lane makes them",
                    name);
    return text;
}

DownloadTask *download_task_parse(const char *text, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(YtopsJson) json = ytops_json_parse(text, -1, &cause);
    const char *url, *format, *auth_queue;

    if (json == NULL || ytops_json_get_type(json) != YTOPS_JSON_OBJECT) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "the item is no download task (%s); URLs go into the queue of an auth lane or "
                    "a full lane",
                    cause != NULL ? cause->message : "it is no JSON object");
        return NULL;
    }
    url = member(json, "url", error);
    format = url != NULL ? member(json, "format", error) : NULL;
    auth_queue = format != NULL ? member(json, "auth_queue", error) : NULL;
    return auth_queue != NULL ? download_task_new(url, format, auth_queue) : NULL;
}

gboolean download_task_is(const char *text)
{
    return *text == '{';
}

char **download_task_formats(const char *list)
{
    g_auto(GStrv) parts = g_strsplit(list, ";", -1);
    GPtrArray *formats = g_ptr_array_new();

    for (char **part = parts; *part != NULL; part++) {
        const char *format = g_strstrip(*part);

        if (*format != '\0')
            g_ptr_array_add(formats, g_strdup(format));
    }
    if (formats->len == 0)
        g_ptr_array_add(formats, g_strdup(""));
    g_ptr_array_add(formats, NULL);
    return (char **)g_ptr_array_free(formats, FALSE);
}
