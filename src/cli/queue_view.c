#include "queue_view.h"

#include "duration.h"

#define WIDEST_BAR 40
#define NARROWEST_BAR 10

/* clang-format off */
static const CliColumn QUEUE_COLUMNS[] = {
    {"QUEUE", FALSE, CLI_SHORTEN_END, 12, 0},
    {"INBOX", TRUE, CLI_SHORTEN_END, 0, 0},
    {"IN PROGRESS", TRUE, CLI_SHORTEN_END, 0, 0},
    {"SUCCEEDED", TRUE, CLI_SHORTEN_END, 0, 0},
    {"FAILED", TRUE, CLI_SHORTEN_END, 0, 0},
};
static const CliColumn FAILED_COLUMNS[] = {
    {"URL", FALSE, CLI_SHORTEN_MIDDLE, 24, 0},
    {"CODE", FALSE, CLI_SHORTEN_END, 0, 0},
    {"MESSAGE", FALSE, CLI_SHORTEN_END, 12, 1},
};
/* clang-format on */

/* ---- counts --------------------------------------------------------------------------------- */

CliTable *cli_queue_table(const GPtrArray *statuses)
{
    CliTable *table = cli_table_new(QUEUE_COLUMNS, G_N_ELEMENTS(QUEUE_COLUMNS));

    for (guint i = 0; i < statuses->len; i++) {
        const YtopsQueueStatus *status = g_ptr_array_index(statuses, i);
        cli_table_add(table, status->queue, CLI_STYLE_PLAIN);
        cli_table_add_int(table, status->inbox);
        cli_table_add_int(table, status->inProgress);
        cli_table_add_int(table, status->succeeded);
        cli_table_add_int(table, status->failed);
    }
    return table;
}

YtopsJson *cli_queue_json(const YtopsQueueStatus *status)
{
    YtopsJson *json = ytops_json_object_new();

    ytops_json_set_string(json, "queue", status->queue);
    ytops_json_set_int(json, "inbox", status->inbox);
    ytops_json_set_int(json, "inProgress", status->inProgress);
    ytops_json_set_int(json, "succeeded", status->succeeded);
    ytops_json_set_int(json, "failed", status->failed);
    return json;
}

YtopsJson *cli_queue_list_json(const GPtrArray *statuses)
{
    YtopsJson *document = ytops_json_object_new(), *queues = ytops_json_array_new();

    for (guint i = 0; i < statuses->len; i++)
        ytops_json_append_take(queues, cli_queue_json(g_ptr_array_index(statuses, i)));
    ytops_json_set_take(document, "queues", queues);
    return document;
}

/* ---- failures --------------------------------------------------------------------------------- */

/* The object in errorJson; NULL where other hands have written something else. */
static YtopsJson *parse_error(const YtopsFailedUrl *failure)
{
    g_autoptr(YtopsJson) json = ytops_json_parse(failure->errorJson, -1, NULL);

    if (json == NULL || ytops_json_get_type(json) != YTOPS_JSON_OBJECT)
        return NULL;
    return g_steal_pointer(&json);
}

CliTable *cli_failed_table(const GPtrArray *failures)
{
    CliTable *table = cli_table_new(FAILED_COLUMNS, G_N_ELEMENTS(FAILED_COLUMNS));

    for (guint i = 0; i < failures->len; i++) {
        const YtopsFailedUrl *failure = g_ptr_array_index(failures, i);
        g_autoptr(YtopsJson) error = parse_error(failure);
        const char *code = error != NULL ? ytops_json_get_string(error, "errorCode") : NULL;
        const char *message = error != NULL ? ytops_json_get_string(error, "message") : NULL;

        cli_table_add(table, failure->url, CLI_STYLE_PLAIN);
        cli_table_add(table, code, CLI_STYLE_RED);
        cli_table_add(table, error != NULL ? message : failure->errorJson, CLI_STYLE_PLAIN);
    }
    return table;
}

YtopsJson *cli_failed_json(const GPtrArray *failures)
{
    YtopsJson *document = ytops_json_object_new(), *list = ytops_json_array_new();

    for (guint i = 0; i < failures->len; i++) {
        const YtopsFailedUrl *failure = g_ptr_array_index(failures, i);
        YtopsJson *error = parse_error(failure);
        YtopsJson *entry = ytops_json_object_new();

        ytops_json_set_string(entry, "url", failure->url);
        if (error != NULL)
            ytops_json_set_take(entry, "error", error);
        else
            ytops_json_set_string(entry, "error", failure->errorJson);
        ytops_json_append_take(list, entry);
    }
    ytops_json_set_take(document, "failures", list);
    return document;
}

/* ---- progress --------------------------------------------------------------------------------- */

gboolean cli_queue_is_drained(const YtopsQueueStatus *status)
{
    return status->inbox == 0 && status->inProgress == 0;
}

static gint64 open_items(const CliQueueProgress *progress)
{
    return progress->status->inbox + progress->status->inProgress;
}

/* What ended since the watch began; an entry that gave way to a newer one may have made it less. */
static gint64 done_items(const CliQueueProgress *progress)
{
    const YtopsQueueStatus *status = progress->status;

    return MAX(status->succeeded + status->failed - progress->done_before, 0);
}

static double fraction(const CliQueueProgress *progress)
{
    gint64 done = done_items(progress), all = done + open_items(progress);

    return all > 0 ? (double)done / (double)all : 1;
}

/* ", 1m 20s left", or "" before anything has ended. */
static char *time_left(const CliQueueProgress *progress)
{
    gint64 done = done_items(progress), open = open_items(progress);
    g_autofree char *left = NULL;

    if (done == 0 || open == 0)
        return g_strdup("");
    left = cli_duration_format((gint64)((double)progress->elapsed_s * (double)open / (double)done));
    return g_strdup_printf(", %s left", left);
}

char *cli_queue_progress_text(const CliQueueProgress *progress)
{
    const YtopsQueueStatus *status = progress->status;
    g_autofree char *name = cli_text_clean(status->queue);
    g_autofree char *left = time_left(progress);

    return g_strdup_printf("%s  %d%%, %" G_GINT64_FORMAT " waiting, %" G_GINT64_FORMAT
                           " at work, %" G_GINT64_FORMAT " ok, %" G_GINT64_FORMAT " failed%s",
                           name, (int)(fraction(progress) * 100), status->inbox, status->inProgress,
                           status->succeeded, status->failed, left);
}

char *cli_queue_progress_bar(const CliQueueProgress *progress, gsize width)
{
    g_autofree char *text = cli_queue_progress_text(progress);
    gsize text_width = cli_text_width(text);
    gsize spare = width > text_width + 3 ? width - text_width - 3 : 0;
    gsize length = MIN(spare, WIDEST_BAR);
    gsize full = (gsize)(fraction(progress) * (double)length);
    GString *bar;

    if (length < NARROWEST_BAR)
        return cli_text_shorten(text, width, "", CLI_SHORTEN_END);
    bar = g_string_new("[");
    for (gsize i = 0; i < length; i++)
        g_string_append_c(bar, i < full ? '#' : '.');
    g_string_append_printf(bar, "] %s", text);
    return g_string_free(bar, FALSE);
}
