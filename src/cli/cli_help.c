#include "cli_grammar.h"

#define HELP_COLUMN 26
#define HELP_WIDTH 92

/* Appends "  left   text", the text wrapped at blanks and indented under itself. */
static void append_entry(GString *help, const char *left, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    gsize column = HELP_COLUMN;

    g_string_append_printf(help, "  %-*s", HELP_COLUMN - 2, left);
    if (strlen(left) > HELP_COLUMN - 4)
        g_string_append_printf(help, "\n%*s", HELP_COLUMN, "");
    for (guint i = 0; words[i] != NULL; i++) {
        gsize length = strlen(words[i]);
        if (i > 0 && column + 1 + length > HELP_WIDTH) {
            g_string_append_printf(help, "\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        } else if (i > 0) {
            g_string_append_c(help, ' ');
            column++;
        }
        g_string_append(help, words[i]);
        column += length;
    }
    g_string_append_c(help, '\n');
}

static void append_option(GString *help, const CliOption *option)
{
    g_autofree char *left =
        g_strdup_printf("--%s%s%s", option->name, option->value != NULL ? " " : "",
                        option->value != NULL ? option->value : "");

    append_entry(help, left, option->help);
}

static void append_options(GString *help, guint64 options)
{
    for (guint id = CLI_OPT_N_GLOBAL; id < CLI_N_OPTS; id++) {
        if (options & CLI_BIT(id))
            append_option(help, cli_option_get(id));
    }
}

static void append_commands(GString *help, const char *noun)
{
    const CliCommand *command;

    for (guint i = 0; (command = cli_command_at(i)) != NULL; i++) {
        g_autofree char *left = NULL;
        if (noun != NULL && strcmp(command->noun, noun) != 0)
            continue;
        left = g_strjoin(" ", command->noun, command->verb, NULL);
        append_entry(help, left, command->help);
    }
}

/* What a command takes in the place of its argument, where it can be about many. */
static void append_alternatives(GString *help, guint64 options)
{
    static const CliOptionId OF_MANY[] = {CLI_OPT_ALL, CLI_OPT_PREFIX, CLI_OPT_QUEUE};

    for (guint i = 0; i < G_N_ELEMENTS(OF_MANY) && (options & CLI_BIT(CLI_OPT_ALL)); i++) {
        const CliOption *option = cli_option_get(OF_MANY[i]);
        if (options & CLI_BIT(OF_MANY[i]))
            g_string_append_printf(help, " | --%s%s%s", option->name,
                                   option->value != NULL ? " " : "",
                                   option->value != NULL ? option->value : "");
    }
}

static void append_command(GString *help, const CliCommand *command)
{
    g_string_append_printf(
        help, "Usage: ytdlp-ops %s%s%s [OPTIONS]%s%s", command->noun,
        command->verb != NULL ? " " : "", command->verb != NULL ? command->verb : "",
        command->argument != NULL ? " " : "", command->argument != NULL ? command->argument : "");
    append_alternatives(help, command->options);
    g_string_append_printf(help, "\n\n%s\n", command->help);
    if (command->options != 0)
        g_string_append(help, "\nOptions:\n");
    append_options(help, command->options);
}

static const char *const EXIT_CODES =
    "\nExit codes: 0 done, 1 failed, 64 wrong usage, 69 server not reachable.\n";

char *cli_help_text(const char *noun, const CliCommand *command)
{
    GString *help = g_string_new(NULL);

    if (command != NULL) {
        append_command(help, command);
    } else {
        g_string_append_printf(help, "Usage: ytdlp-ops %s [OPTIONS]\n\nCommands:\n",
                               noun != NULL ? noun : "COMMAND");
        append_commands(help, noun);
    }
    g_string_append(help, "\nOptions of every command:\n");
    for (guint id = 0; id < CLI_OPT_N_GLOBAL; id++)
        append_option(help, cli_option_get(id));
    g_string_append(help, EXIT_CODES);
    if (command == NULL)
        g_string_append(help, "`ytdlp-ops COMMAND --help` tells more about one command.\n");
    return g_string_free(help, FALSE);
}
