#include "completion_scripts.h"

/* In single quotes fish knows two escapes: of the backslash and of the quote. */
static void append_quoted(GString *script, const char *text)
{
    g_string_append_c(script, '\'');
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\\' || *p == '\'')
            g_string_append_c(script, '\\');
        g_string_append_c(script, *p);
    }
    g_string_append_c(script, '\'');
}

/* When an option belongs to the command line so far. */
static char *condition_of(const YtopsCompletionCommand *command)
{
    if (command->noun == NULL)
        return NULL;
    if (command->verb == NULL)
        return g_strdup_printf("__fish_seen_subcommand_from %s", command->noun);
    return g_strdup_printf("__fish_seen_subcommand_from %s; and __fish_seen_subcommand_from %s",
                           command->noun, command->verb);
}

static void append_line(GString *script, const char *program, const char *condition)
{
    g_string_append_printf(script, "complete -c %s", program);
    if (condition != NULL) {
        g_string_append(script, " -n ");
        append_quoted(script, condition);
    }
}

static void append_option(GString *script, const char *program, const char *condition,
                          const YtopsCompletionOption *option)
{
    append_line(script, program, condition);
    g_string_append_printf(script, " -l %s", option->name);
    if (option->choices != NULL) {
        g_autofree char *words = g_strjoinv(" ", (char **)option->choices);
        g_string_append(script, " -x -a ");
        append_quoted(script, words);
    } else if (option->takes_value) {
        g_string_append(script, " -r");
    }
    g_string_append(script, " -d ");
    append_quoted(script, option->help);
    g_string_append_c(script, '\n');
}

static void append_word(GString *script, const char *program, const char *condition,
                        const char *word, const char *help)
{
    append_line(script, program, condition);
    g_string_append_printf(script, " -f -a %s", word);
    if (help != NULL) {
        g_string_append(script, " -d ");
        append_quoted(script, help);
    }
    g_string_append_c(script, '\n');
}

/* "proxies": offered before any command; its verbs after it. */
static void append_words(GString *script, const char *program, const GArray *commands, guint index)
{
    const YtopsCompletionCommand *command = completion_command(commands, index);
    g_autofree char *condition = NULL;

    if (completion_begins_noun(commands, index))
        append_word(script, program, "__fish_use_subcommand", command->noun,
                    command->verb == NULL ? command->help : NULL);
    if (command->verb == NULL)
        return;
    condition =
        g_strdup_printf("__fish_seen_subcommand_from %s; and test (count (commandline -poc))"
                        " -eq 2",
                        command->noun);
    append_word(script, program, condition, command->verb, command->help);
}

void completion_append_fish(GString *script, const char *program, const GArray *commands)
{
    g_string_append_printf(script, "# fish completion of %s\n", program);
    for (guint i = 0; i < commands->len; i++) {
        const YtopsCompletionCommand *command = completion_command(commands, i);
        g_autofree char *condition = condition_of(command);

        if (command->noun != NULL)
            append_words(script, program, commands, i);
        for (guint k = 0; k < command->options->len; k++)
            append_option(script, program, condition, command->options->pdata[k]);
    }
}
