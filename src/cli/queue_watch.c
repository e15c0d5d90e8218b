#include <stdio.h>

#include "queue_session.h"
#include "queue_view.h"

#define INTERVAL_US G_USEC_PER_SEC

G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsQueueStatus, g_object_unref)

/* A watch under way. */
typedef struct {
    CliSession *session;
    gint64 started_us;
    gint64 done_before;
    YtopsQueueStatus *shown; /* NULL: none yet */
} Watch;

static gboolean is_same(const YtopsQueueStatus *a, const YtopsQueueStatus *b)
{
    return a != NULL && a->inbox == b->inbox && a->inProgress == b->inProgress &&
           a->succeeded == b->succeeded && a->failed == b->failed;
}

static gboolean draws_bar(const Watch *watch)
{
    return watch->session->output.terminal && !watch->session->options->json;
}

/* One line that is written over and over. */
static void draw_bar(const Watch *watch, const CliQueueProgress *progress)
{
    /* The last column stays free: many terminals wrap when it is written. */
    gsize width = MAX(watch->session->output.look.width, 2) - 1;
    g_autofree char *bar = cli_queue_progress_bar(progress, width);
    g_autofree char *line = g_strdup_printf("\r%s\x1b[K", bar);

    cli_output_text(line);
}

static void print_line(const Watch *watch, const CliQueueProgress *progress)
{
    g_autofree char *text = cli_queue_progress_text(progress);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    g_autoptr(YtopsJson) document = NULL;

    if (!watch->session->options->json) {
        cli_output_text(line);
        return;
    }
    document = cli_queue_json(progress->status);
    cli_output_json(document);
}

/* A bar every time, for the time that is left; a line only where something has changed. */
static gboolean show(Watch *watch, const YtopsQueueStatus *status)
{
    CliQueueProgress progress = {
        .status = status,
        .done_before = watch->done_before,
        .elapsed_s = (g_get_monotonic_time() - watch->started_us) / G_USEC_PER_SEC,
    };

    if (draws_bar(watch))
        draw_bar(watch, &progress);
    else if (!is_same(watch->shown, status))
        print_line(watch, &progress);
    return fflush(stdout) == 0;
}

/* Shows the status, once a second, until there is nothing left to wait for. */
static gboolean follow(Watch *watch, GError **error)
{
    const char *queue = watch->session->options->argument;

    for (;;) {
        g_autoptr(YtopsQueueStatus) status = cli_queue_fetch(watch->session, queue, error);
        if (status == NULL)
            return FALSE;
        if (watch->shown == NULL)
            watch->done_before = status->succeeded + status->failed;
        /* A reader that has gone wants no more; main tells of the failed write. */
        if (!show(watch, status) || cli_queue_is_drained(status))
            return TRUE;
        g_set_object(&watch->shown, status);
        g_usleep(INTERVAL_US);
    }
}

gboolean cli_queue_watch(CliSession *session, GError **error)
{
    Watch watch = {.session = session, .started_us = g_get_monotonic_time()};
    gboolean done = follow(&watch, error);

    if (draws_bar(&watch) && (done || watch.shown != NULL))
        cli_output_text("\n");
    g_clear_object(&watch.shown);
    return done;
}
