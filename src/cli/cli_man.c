/* The client's man page, ytdlp-ops(1), from the grammar. */
#include "cli_grammar.h"
#include "ytops/roff.h"

static void append_option(GString *page, const CliOption *option)
{
    g_autofree char *flag = g_strconcat("--", option->name, NULL);

    g_string_append(page, ".TP\n");
    ytops_roff_append_font(page, 'B', flag);
    if (option->value != NULL) {
        g_string_append_c(page, ' ');
        ytops_roff_append_font(page, 'I', option->value);
    }
    g_string_append_c(page, '\n');
    ytops_roff_append_text(page, option->help);
    g_string_append_c(page, '\n');
}

static void append_option_names(GString *page, guint64 options)
{
    const char *before = "\n.br\nOptions: ";

    for (guint id = CLI_OPT_N_GLOBAL; id < CLI_N_OPTS; id++) {
        g_autofree char *flag = g_strconcat("--", cli_option_get(id)->name, NULL);
        if (!(options & CLI_BIT(id)))
            continue;
        g_string_append(page, before);
        ytops_roff_append_font(page, 'B', flag);
        before = ", ";
    }
    g_string_append_c(page, '\n');
}

static void append_command(GString *page, const CliCommand *command)
{
    g_autofree char *name = g_strjoin(" ", command->noun, command->verb, NULL);

    g_string_append(page, ".TP\n");
    ytops_roff_append_font(page, 'B', name);
    if (command->argument != NULL) {
        g_string_append_c(page, ' ');
        ytops_roff_append_font(page, 'I', command->argument);
    }
    g_string_append_c(page, '\n');
    ytops_roff_append_text(page, command->help);
    append_option_names(page, command->options);
}

static void append_options(GString *page, guint first, guint end)
{
    for (guint id = first; id < end; id++)
        append_option(page, cli_option_get(id));
}

static const char *const BEFORE_COMMANDS = ".SH SYNOPSIS\n"
                                           ".B ytdlp\\-ops\n"
                                           "\\fICOMMAND\\fR [\\fIOPTION\\fR]...\n"
                                           ".SH DESCRIPTION\n"
                                           "Asks a running\n"
                                           ".BR ytdlp\\-ops\\-server (8)\n"
                                           "and steers it. On a terminal it prints tables, with\n"
                                           ".B \\-\\-json\n"
                                           "one document for programs.\n"
                                           ".SH COMMANDS\n";

static const char *const AFTER_OPTIONS =
    ".SH ENVIRONMENT\n"
    ".TP\n.B YTDLP_OPS_SERVER\nThe server to ask where \\fB\\-\\-server\\fR does not name one.\n"
    ".TP\n.B NO_COLOR\nWhere it is set and not empty, tables have no colours.\n"
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nDone.\n"
    ".TP\n.B 1\nThe server refused or failed; standard error says why.\n"
    ".TP\n.B 64\nThe command line is wrong.\n"
    ".TP\n.B 69\nThe server cannot be reached.\n"
    ".SH SEE ALSO\n"
    ".BR ytdlp\\-ops\\-server (8)\n";

char *cli_man_page(void)
{
    GString *page = g_string_new(NULL);
    const CliCommand *command;

    ytops_roff_append_title(page, "ytdlp-ops", 1, "ask and steer ytdlp-ops-server");
    g_string_append(page, BEFORE_COMMANDS);
    for (guint i = 0; (command = cli_command_at(i)) != NULL; i++)
        append_command(page, command);
    g_string_append(page, ".SH OPTIONS\n.SS Of every command\n");
    append_options(page, 0, CLI_OPT_N_GLOBAL);
    g_string_append(page, ".SS Of some commands\n");
    append_options(page, CLI_OPT_N_GLOBAL, CLI_N_OPTS);
    g_string_append(page, AFTER_OPTIONS);
    return g_string_free(page, FALSE);
}
