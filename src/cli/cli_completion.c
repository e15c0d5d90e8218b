/* The client's completion scripts, from the grammar. */
#include "cli_grammar.h"
#include "cli_value.h"

static GPtrArray *make_options(void)
{
    GPtrArray *options = g_ptr_array_new_with_free_func(g_free);

    for (guint id = 0; id < CLI_N_OPTS; id++) {
        const CliOption *row = cli_option_get(id);
        YtopsCompletionOption *option = g_new0(YtopsCompletionOption, 1);

        option->name = row->name;
        option->help = row->help;
        option->takes_value = row->value != NULL;
        option->choices = cli_value_choices(row->kind);
        g_ptr_array_add(options, option);
    }
    return options;
}

/* Those of the command, borrowed from all. */
static GPtrArray *options_of(const CliCommand *command, const GPtrArray *all)
{
    GPtrArray *options = g_ptr_array_new();

    for (guint id = 0; id < CLI_N_OPTS; id++) {
        if (id < CLI_OPT_N_GLOBAL || (command->options & CLI_BIT(id)))
            g_ptr_array_add(options, all->pdata[id]);
    }
    return options;
}

static void clear_command(gpointer data)
{
    YtopsCompletionCommand *command = data;
    g_ptr_array_unref(command->options);
}

char *cli_completion_script(YtopsShell shell)
{
    g_autoptr(GPtrArray) all = make_options();
    g_autoptr(GArray) commands = g_array_new(FALSE, FALSE, sizeof(YtopsCompletionCommand));
    const CliCommand *row;

    g_array_set_clear_func(commands, clear_command);
    for (guint i = 0; (row = cli_command_at(i)) != NULL; i++) {
        YtopsCompletionCommand command = {.noun = row->noun,
                                          .verb = row->verb,
                                          .help = row->help,
                                          .options = options_of(row, all)};
        g_array_append_val(commands, command);
    }
    return ytops_completion_script(shell, "ytdlp-ops", commands);
}
