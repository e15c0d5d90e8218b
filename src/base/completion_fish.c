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

/* What the conditions ask: whether the words so far, without options and their values, are those given, or
 * begin with them. */
static void append_questions(GString *script, const char *function, const GArray *commands)
{
    g_autoptr(GPtrArray) all = completion_all_options(commands);
    g_autofree char *valued = completion_valued_options(all, " ");

    g_string_append_printf(script,
                           "function _%s_names\n"
                           "    set -l value\n"
                           "    for word in (commandline -poc)[2..]\n"
                           "        if set -q value[1]\n"
                           "            set value\n"
                           "        else if contains -- $word %s\n"
                           "            set value $word\n"
                           "        else if not string match -q -- '-*' $word\n"
                           "            echo $word\n"
                           "        end\n"
                           "    end\n"
                           "end\n",
                           function, valued);
    g_string_append_printf(script,
                           "function _%s_is\n"
                           "    set -l names (_%s_names)\n"
                           "    test \"$names\" = \"$argv\"\n"
                           "end\n"
                           "function _%s_begins\n"
                           "    set -l names (_%s_names)\n"
                           "    set -l wanted (count $argv)\n"
                           "    test \"$names[1..$wanted]\" = \"$argv\"\n"
                           "end\n",
                           function, function, function, function);
}

/* When an option belongs to the command line so far. */
static char *condition_of(const char *function, const YtopsCompletionCommand *command)
{
    if (command->noun == NULL)
        return NULL;
    return g_strdup_printf("_%s_begins %s%s%s", function, command->noun,
                           command->verb != NULL ? " " : "",
                           command->verb != NULL ? command->verb : "");
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
static void append_words(GString *script, const char *program, const char *function,
                         const GArray *commands, guint index)
{
    const YtopsCompletionCommand *command = completion_command(commands, index);
    g_autofree char *alone = g_strdup_printf("_%s_is", function);
    g_autofree char *behind_noun = g_strdup_printf("_%s_is %s", function, command->noun);

    if (completion_begins_noun(commands, index))
        append_word(script, program, alone, command->noun,
                    command->verb == NULL ? command->help : NULL);
    if (command->verb != NULL)
        append_word(script, program, behind_noun, command->verb, command->help);
}

void completion_append_fish(GString *script, const char *program, const GArray *commands)
{
    g_autofree char *function = completion_function_name(program);

    g_string_append_printf(script, "# fish completion of %s\n", program);
    if (completion_command(commands, 0)->noun != NULL)
        append_questions(script, function, commands);
    for (guint i = 0; i < commands->len; i++) {
        const YtopsCompletionCommand *command = completion_command(commands, i);
        g_autofree char *condition = condition_of(function, command);

        if (command->noun != NULL)
            append_words(script, program, function, commands, i);
        for (guint k = 0; k < command->options->len; k++)
            append_option(script, program, condition, command->options->pdata[k]);
    }
}
