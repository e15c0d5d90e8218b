#include "output.h"

#include "hint.h"
#include "text.h"
#include "ytops/error.h"
#include "ytops/log.h"

#include <errno.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

gboolean cli_colour_decide(CliColor color, gboolean terminal, const char *no_color,
                           const char *term)
{
    if (color != CLI_COLOR_AUTO)
        return color == CLI_COLOR_ALWAYS;
    if (no_color != NULL && *no_color != '\0')
        return FALSE;
    return terminal && g_strcmp0(term, "dumb") != 0;
}

gsize cli_width_decide(guint says, const char *columns)
{
    guint64 width;

    if (says > 0)
        return says;
    if (columns != NULL && g_ascii_string_to_unsigned(columns, 10, 1, 10000, &width, NULL))
        return width;
    return 80;
}

static gsize terminal_width(void)
{
    struct winsize size = {0};

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        size.ws_col = 0;
    return cli_width_decide(size.ws_col, g_getenv("COLUMNS"));
}

CliOutput cli_output_detect(CliColor color)
{
    gboolean terminal = isatty(STDOUT_FILENO) == 1;
    CliOutput output = {.terminal = terminal};

    output.look.colour = cli_colour_decide(color, terminal, g_getenv("NO_COLOR"), g_getenv("TERM"));
    output.look.hide_empty = terminal;
    output.look.width = terminal ? terminal_width() : 0;
    output.look.mark = g_get_charset(NULL) ? "…" : "..";
    return output;
}

void cli_output_text(const char *text)
{
    fputs(text, stdout);
}

void cli_output_json(const YtopsJson *json)
{
    g_autofree char *text = ytops_json_to_string(json);

    fputs(text, stdout);
    fputc('\n', stdout);
}

void cli_output_table(const CliOutput *output, const CliTable *table)
{
    g_autofree char *text = cli_table_render(table, &output->look);

    cli_output_text(text);
}

void cli_output_details(const CliOutput *output, const CliTable *table)
{
    g_autofree char *text = cli_table_render(table, &output->look);

    cli_output_text(strchr(text, '\n') + 1);
}

void cli_output_outcome(gboolean json, const YtopsJson *document, const char *sentence)
{
    g_autofree char *clean = cli_text_clean(sentence);
    g_autofree char *line = g_strconcat(clean, "\n", NULL);

    if (json)
        cli_output_json(document);
    else
        cli_output_text(line);
}

void cli_output_note(const char *format, ...)
{
    va_list arguments;
    g_autofree char *text = NULL;
    g_autofree char *clean = NULL;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    clean = cli_text_clean(text);
    fflush(stdout);
    fprintf(stderr, "%s\n", clean);
}

static GList *sorted_keys(GHashTable *context)
{
    GList *keys = context != NULL ? g_hash_table_get_keys(context) : NULL;

    return g_list_sort(keys, (GCompareFunc)strcmp);
}

YtopsJson *cli_error_json(const GError *error)
{
    GHashTable *context = ytops_error_peek_context(error);
    g_autoptr(GList) keys = sorted_keys(context);
    YtopsJson *json = ytops_json_object_new(), *entries = ytops_json_object_new();
    g_autofree char *message = ytops_redact(error->message);

    for (GList *key = keys; key != NULL; key = key->next)
        ytops_json_set_string(entries, key->data, g_hash_table_lookup(context, key->data));
    ytops_json_set_string(json, "errorCode",
                          ytops_error_code_to_string(ytops_error_get_code(error)));
    ytops_json_set_string(json, "message", message);
    ytops_json_set_take(json, "context", entries);
    return json;
}

static void print_json_error(const GError *error)
{
    g_autoptr(YtopsJson) document = ytops_json_object_new();

    ytops_json_set_take(document, "error", cli_error_json(error));
    cli_output_json(document);
}

void cli_output_error(const GError *error, gboolean json)
{
    GHashTable *context = ytops_error_peek_context(error);
    g_autoptr(GList) keys = sorted_keys(context);
    YtopsErrorCode code = ytops_error_get_code(error);
    const char *hint = cli_hint(code);

    cli_output_note("ytdlp-ops: %s: %s", ytops_error_code_to_string(code), error->message);
    for (GList *key = keys; key != NULL; key = key->next)
        cli_output_note("  %s: %s", (char *)key->data,
                        (char *)g_hash_table_lookup(context, key->data));
    if (hint != NULL)
        cli_output_note("  %s", hint);
    if (json)
        print_json_error(error);
}

gboolean cli_output_finish(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return TRUE;
    /* Whoever read us and went away (`| head`) knows that. */
    if (errno != EPIPE)
        cli_output_note("ytdlp-ops: standard output cannot be written: %s; what was printed is "
                        "not complete",
                        g_strerror(errno));
    return FALSE;
}
