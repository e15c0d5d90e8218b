#include "completion_scripts.h"

/*
 * For _arguments and _describe: colons and brackets are theirs, and the whole stands in single
 * quotes.
 */
static void append_escaped(GString *script, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\'') {
            g_string_append(script, "'\\''");
            continue;
        }
        if (strchr(":[]\\", *p) != NULL)
            g_string_append_c(script, '\\');
        g_string_append_c(script, *p);
    }
}

static void append_option(GString *script, const YtopsCompletionOption *option)
{
    g_string_append_printf(script, " \\\n            '*--%s%s[", option->name,
                           option->takes_value ? "=" : "");
    append_escaped(script, option->help);
    g_string_append_c(script, ']');
    if (option->choices != NULL) {
        g_autofree char *words = g_strjoinv(" ", (char **)option->choices);
        g_string_append_printf(script, ":%s:(%s)", option->name, words);
    } else if (option->takes_value) {
        g_string_append_printf(script, ":%s:_files", option->name);
    }
    g_string_append_c(script, '\'');
}

static void append_command(GString *script, const YtopsCompletionCommand *command)
{
    if (command->noun == NULL)
        g_string_append(script, "    *)");
    else if (command->verb == NULL)
        g_string_append_printf(script, "    '%s '*)", command->noun);
    else
        g_string_append_printf(script, "    '%s %s')", command->noun, command->verb);
    g_string_append(script, " _arguments");
    for (guint i = 0; i < command->options->len; i++)
        append_option(script, command->options->pdata[i]);
    g_string_append(script, " '*: :_files' ;;\n");
}

static void append_described(GString *script, const char *word, const char *help)
{
    g_string_append_printf(script, " '%s", word);
    if (help != NULL) {
        g_string_append_c(script, ':');
        append_escaped(script, help);
    }
    g_string_append_c(script, '\'');
}

static void append_nouns(GString *script, const GArray *commands)
{
    g_string_append(script, "    if (($#names == 0)); then\n        choices=(");
    for (guint i = 0; i < commands->len; i++) {
        const YtopsCompletionCommand *command = completion_command(commands, i);
        if (completion_begins_noun(commands, i))
            append_described(script, command->noun, command->verb == NULL ? command->help : NULL);
    }
    g_string_append(script, ")\n        _describe command choices\n        return\n    fi\n");
}

/* The words before the cursor that are neither options nor their values. Behind one that wants a value no
 * command is looked for. */
static void append_names(GString *script, const GArray *commands)
{
    g_autoptr(GPtrArray) all = completion_all_options(commands);
    g_autofree char *valued = completion_valued_options(all, " | ");

    g_string_append_printf(script,
                           "    local -a names choices\n"
                           "    local i\n"
                           "    for ((i = 2; i < CURRENT; i++)); do\n"
                           "        case \"${words[i]}\" in\n"
                           "        %s) ((++i)) ;;\n"
                           "        -*) ;;\n"
                           "        *) names+=(\"${words[i]}\") ;;\n"
                           "        esac\n"
                           "    done\n"
                           "    if (($#names == 0 && i > CURRENT)); then\n"
                           "        _files\n"
                           "        return\n"
                           "    fi\n",
                           valued);
}

static void append_verbs(GString *script, const GArray *commands)
{
    g_string_append(
        script, "    if (($#names == 1 && i == CURRENT)); then\n        case \"$names[1]\" in\n");
    for (guint i = 0; i < commands->len; i++) {
        const YtopsCompletionCommand *command = completion_command(commands, i);
        gboolean ends = i + 1 == commands->len || completion_begins_noun(commands, i + 1);

        if (command->verb == NULL)
            continue;
        if (completion_begins_noun(commands, i))
            g_string_append_printf(script, "        %s) choices=(", command->noun);
        append_described(script, command->verb, command->help);
        if (ends)
            g_string_append(script, "); _describe command choices; return ;;\n");
    }
    g_string_append(script, "        esac\n    fi\n");
}

void completion_append_zsh(GString *script, const char *program, const GArray *commands)
{
    g_autofree char *function = completion_function_name(program);
    gboolean has_nouns = completion_command(commands, 0)->noun != NULL;

    g_string_append_printf(script, "#compdef %s\n\n%s() {\n", program, function);
    if (has_nouns) {
        append_names(script, commands);
        append_nouns(script, commands);
        append_verbs(script, commands);
    }
    g_string_append(script,
                    has_nouns ? "    case \"$names[1] $names[2]\" in\n" : "    case '' in\n");
    for (guint i = 0; i < commands->len; i++)
        append_command(script, completion_command(commands, i));
    g_string_append_printf(script, "    esac\n}\n\ncompdef %s %s\n", function, program);
}
