/* The daemon's completion scripts, from the option table. */
#include "option_table.h"

static void add(GPtrArray *options, const char *name, const char *help, gboolean takes_value,
                const char *const *choices)
{
    YtopsCompletionOption *option = g_new0(YtopsCompletionOption, 1);

    option->name = name;
    option->help = help;
    option->takes_value = takes_value;
    option->choices = choices;
    g_ptr_array_add(options, option);
}

char *ytops_config_completion(YtopsShell shell)
{
    g_autoptr(GPtrArray) options = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) commands = g_array_new(FALSE, FALSE, sizeof(YtopsCompletionCommand));
    YtopsCompletionCommand program = {.help = "the daemon", .options = options};

    for (const Option *option = option_table(); option->flag != NULL; option++)
        add(options, option->flag, option->help, TRUE, option->choices);
    add(options, "help", "A summary of the options.", FALSE, NULL);
    add(options, "version", "The version.", FALSE, NULL);
    add(options, "print-config", "The settings in force.", FALSE, NULL);
    g_array_append_val(commands, program);
    return ytops_completion_script(shell, "ytdlp-ops-server", commands);
}
