/* What the writers of completion scripts have in common. */
#include "completion_scripts.h"

const YtopsCompletionCommand *completion_command(const GArray *commands, guint index)
{
    return &g_array_index(commands, YtopsCompletionCommand, index);
}

gboolean completion_begins_noun(const GArray *commands, guint index)
{
    return index == 0 || g_strcmp0(completion_command(commands, index)->noun,
                                   completion_command(commands, index - 1)->noun) != 0;
}

static gboolean has_name(const GPtrArray *options, const char *name)
{
    for (guint i = 0; i < options->len; i++) {
        const YtopsCompletionOption *option = options->pdata[i];
        if (strcmp(option->name, name) == 0)
            return TRUE;
    }
    return FALSE;
}

GPtrArray *completion_all_options(const GArray *commands)
{
    GPtrArray *all = g_ptr_array_new();

    for (guint i = 0; i < commands->len; i++) {
        GPtrArray *options = completion_command(commands, i)->options;
        for (guint k = 0; k < options->len; k++) {
            YtopsCompletionOption *option = options->pdata[k];
            if (!has_name(all, option->name))
                g_ptr_array_add(all, option);
        }
    }
    return all;
}

char *completion_valued_options(const GPtrArray *options, const char *between)
{
    GString *names = g_string_new(NULL);

    for (guint i = 0; i < options->len; i++) {
        const YtopsCompletionOption *option = options->pdata[i];
        if (option->takes_value)
            g_string_append_printf(names, "%s--%s", names->len > 0 ? between : "", option->name);
    }
    return g_string_free(names, FALSE);
}

char *completion_function_name(const char *program)
{
    char *name = g_strconcat("_", program, NULL);
    return g_strdelimit(name, "-", '_');
}
