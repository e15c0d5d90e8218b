/* Pushes URLs from the command line, a file or standard input, in batches that any server takes. */
#include "commands.h"

#include <errno.h>
#include <stdio.h>

#include "queue_session.h"
#include "ytops/error.h"

/* Well below the smallest frame limit that a server can have (1 MiB). */
#define BATCH_BYTES (512 * 1024)
#define BATCH_ITEMS 5000

/* Editors of Windows begin a text in UTF-8 with it. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* A push under way. */
typedef struct {
    CliSession *session;
    GPtrArray *batch; /* char *, not sent yet */
    gsize batch_bytes;
    gint64 n_pushed;
    gint64 n_waiting; /* in the inbox, as the server said last */
} Push;

static gboolean send_batch(Push *push, GError **error)
{
    CliCall call = {0};
    gboolean ok;

    if (push->batch->len == 0)
        return TRUE;
    ok = ytops_work_service_if_push_urls(cli_queue_service(push->session), &push->n_waiting,
                                         push->session->options->argument, push->batch, &call.fault,
                                         &call.refusal, &call.error);
    if (!cli_session_end_call(push->session, ok, &call, error))
        return FALSE;
    push->n_pushed += push->batch->len;
    g_ptr_array_set_size(push->batch, 0);
    push->batch_bytes = 0;
    return TRUE;
}

static gboolean add(Push *push, const char *url, GError **error)
{
    gsize bytes = strlen(url);

    if (push->batch->len == BATCH_ITEMS ||
        (push->batch->len > 0 && push->batch_bytes + bytes > BATCH_BYTES)) {
        if (!send_batch(push, error))
            return FALSE;
    }
    g_ptr_array_add(push->batch, g_strdup(url));
    push->batch_bytes += bytes;
    return TRUE;
}

/* ---- where the URLs come from ------------------------------------------------------------------ */

static gboolean add_words(Push *push, GError **error)
{
    const GPtrArray *words = push->session->options->more;

    for (guint i = 0; i < words->len; i++) {
        if (!add(push, g_ptr_array_index(words, i), error))
            return FALSE;
    }
    return TRUE;
}

static gboolean refuse_file(const char *name, const char *reason, GError **error)
{
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "--file %s cannot be read: %s; give a file with one URL a line, or - for standard "
                "input",
                name, reason);
    return FALSE;
}

/* Blank lines and those that begin with # are none. */
static gboolean add_line(Push *push, char *line, gsize length, gint64 number, GError **error)
{
    if (strlen(line) != length || !g_utf8_validate(line, -1, NULL)) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "line %" G_GINT64_FORMAT " of --file is not text in UTF-8", number);
        return FALSE;
    }
    if (number == 1 && g_str_has_prefix(line, BYTE_ORDER_MARK))
        line += strlen(BYTE_ORDER_MARK);
    g_strstrip(line);
    return *line == '\0' || *line == '#' || add(push, line, error);
}

static gboolean add_lines(Push *push, FILE *file, const char *name, GError **error)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    gint64 number = 0;
    gboolean ok = TRUE;

    while (ok && (length = getline(&line, &size, file)) >= 0)
        ok = add_line(push, line, (gsize)length, ++number, error);
    free(line);
    if (ok && ferror(file))
        ok = refuse_file(name, g_strerror(errno), error);
    return ok;
}

static gboolean add_file(Push *push, const char *name, GError **error)
{
    gboolean is_input = strcmp(name, "-") == 0;
    FILE *file = is_input ? stdin : fopen(name, "re");
    gboolean ok;

    if (file == NULL)
        return refuse_file(name, g_strerror(errno), error);
    ok = add_lines(push, file, name, error);
    if (!is_input)
        fclose(file);
    return ok;
}

/* ---- the command ------------------------------------------------------------------------------- */

static void tell(const Push *push)
{
    const CliOptions *options = push->session->options;
    g_autoptr(YtopsJson) document = ytops_json_object_new();
    g_autofree char *sentence = g_strdup_printf(
        "%" G_GINT64_FORMAT " URL%s pushed to %s; %" G_GINT64_FORMAT " wait there", push->n_pushed,
        push->n_pushed == 1 ? "" : "s", options->argument, push->n_waiting);

    ytops_json_set_string(document, "action", "push");
    ytops_json_set_string(document, "queue", options->argument);
    ytops_json_set_int(document, "changed", push->n_pushed);
    ytops_json_set_int(document, "inbox", push->n_waiting);
    cli_output_outcome(options->json, document, sentence);
}

gboolean cli_queue_push(CliSession *session, GError **error)
{
    const CliOptions *options = session->options;
    g_autoptr(GPtrArray) batch = g_ptr_array_new_with_free_func(g_free);
    Push push = {.session = session, .batch = batch};
    gboolean ok =
        options->file != NULL ? add_file(&push, options->file, error) : add_words(&push, error);

    if (!ok || !send_batch(&push, error)) {
        if (push.n_pushed > 0)
            g_prefix_error(error, "after %" G_GINT64_FORMAT " URLs were pushed, in what follows: ",
                           push.n_pushed);
        return FALSE;
    }
    if (push.n_pushed == 0) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "--file %s holds no URL: one a line, blank lines and those with # are left out",
                    options->file);
        return FALSE;
    }
    tell(&push);
    return TRUE;
}
