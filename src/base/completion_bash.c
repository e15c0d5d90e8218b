#include "completion_scripts.h"

static void append_option_names(GString *script, const GPtrArray *options)
{
    for (guint i = 0; i < options->len; i++) {
        const YtopsCompletionOption *option = options->pdata[i];
        g_string_append_printf(script, "%s--%s", i > 0 ? " " : "", option->name);
    }
}

/* What stands after an option that takes a value. */
static void append_values(GString *script, const GPtrArray *options)
{
    gboolean any = FALSE;

    g_string_append(script, "    case \"$prev\" in\n");
    for (guint i = 0; i < options->len; i++) {
        const YtopsCompletionOption *option = options->pdata[i];
        g_autofree char *words = NULL;
        if (option->choices == NULL)
            continue;
        words = g_strjoinv(" ", (char **)option->choices);
        g_string_append_printf(script,
                               "    --%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n",
                               option->name, words);
    }
    for (guint i = 0; i < options->len; i++) {
        const YtopsCompletionOption *option = options->pdata[i];
        if (!option->takes_value || option->choices != NULL)
            continue;
        g_string_append_printf(script, "%s--%s", any ? " | " : "    ", option->name);
        any = TRUE;
    }
    if (any)
        g_string_append(script,
                        ")\n"
                        "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
                        "        COMPREPLY=(\"${COMPREPLY[@]#\"${cur%\"${cur##*[:=]}\"}\"}\")\n"
                        "        return ;;\n");
    g_string_append(script, "    esac\n");
}

/* The words as they were typed. */
static void append_line(GString *script)
{
    g_string_append(
        script,
        "    # To bash : and = are words of their own: HOST:PORT is three.\n"
        "    for ((i = 0; i <= COMP_CWORD; i++)); do\n"
        "        word=${COMP_WORDS[i]}\n"
        "        if ((i > 1)) && [[ $word == [:=]* || -n $word && ${line[-1]} == *[:=] ]]; then\n"
        "            line[-1]+=$word\n"
        "        else\n"
        "            line+=(\"$word\")\n"
        "        fi\n"
        "    done\n"
        "    cur=${line[-1]} prev=${line[-2]}\n"
        "    case \"$cur\" in\n"
        "    --*=*) prev=${cur%%=*} cur=${cur#*=} ;;\n"
        "    esac\n");
}

/* The words before the cursor that are neither options nor their values. */
static void append_names(GString *script, const GPtrArray *options)
{
    g_autofree char *valued = completion_valued_options(options, " | ");

    g_string_append(script, "    for ((i = 1; i < ${#line[@]} - 1; i++)); do\n"
                            "        case \"${line[i]}\" in\n        ");
    if (*valued != '\0')
        g_string_append_printf(script, "%s) ((++i)) ;;\n        ", valued);
    g_string_append(script, "-*) ;;\n"
                            "        *) names+=(\"${line[i]}\") ;;\n"
                            "        esac\n"
                            "    done\n");
}

static void append_nouns(GString *script, const GArray *commands)
{
    g_string_append(script, "    '') words='");
    for (guint i = 0; i < commands->len; i++) {
        if (completion_begins_noun(commands, i))
            g_string_append_printf(script, "%s%s", i > 0 ? " " : "",
                                   completion_command(commands, i)->noun);
    }
    g_string_append(script, "' ;;\n");
}

/* The verbs of the noun at that index, where it has any. */
static void append_verbs(GString *script, const GArray *commands, guint index)
{
    const char *noun = completion_command(commands, index)->noun;

    if (completion_command(commands, index)->verb == NULL)
        return;
    g_string_append_printf(script, "    %s) words='", noun);
    for (guint i = index; i < commands->len; i++) {
        const YtopsCompletionCommand *command = completion_command(commands, i);
        if (strcmp(command->noun, noun) != 0)
            break;
        g_string_append_printf(script, "%s%s", i > index ? " " : "", command->verb);
    }
    g_string_append(script, "' ;;\n");
}

static void append_command_options(GString *script, const YtopsCompletionCommand *command)
{
    if (command->noun == NULL)
        g_string_append(script, "    *) options='");
    else if (command->verb == NULL)
        g_string_append_printf(script, "    %s | '%s '*) options='", command->noun, command->noun);
    else
        g_string_append_printf(script, "    '%s %s' | '%s %s '*) options='", command->noun,
                               command->verb, command->noun, command->verb);
    append_option_names(script, command->options);
    g_string_append(script, "' ;;\n");
}

static void append_cases(GString *script, const GArray *commands)
{
    g_string_append(script, "    case \"${names[*]}\" in\n");
    for (guint i = 0; i < commands->len; i++)
        append_command_options(script, completion_command(commands, i));
    g_string_append(script, "    esac\n");
    if (completion_command(commands, 0)->noun == NULL)
        return;
    g_string_append(script, "    case \"${names[*]}\" in\n");
    append_nouns(script, commands);
    for (guint i = 0; i < commands->len; i++) {
        if (completion_begins_noun(commands, i))
            append_verbs(script, commands, i);
    }
    g_string_append(script, "    esac\n");
}

void completion_append_bash(GString *script, const char *program, const GArray *commands)
{
    g_autofree char *function = completion_function_name(program);
    g_autoptr(GPtrArray) all = completion_all_options(commands);

    g_string_append_printf(script,
                           "# bash completion of %s\n"
                           "# shellcheck shell=bash disable=SC2207\n"
                           "%s() {\n"
                           "    local cur prev word words='' options='' i\n"
                           "    local -a line=() names=()\n",
                           program, function);
    append_line(script);
    append_values(script, all);
    append_names(script, all);
    append_cases(script, commands);
    g_string_append_printf(script,
                           "    case \"$cur\" in\n"
                           "    -*) words=$options ;;\n"
                           "    esac\n"
                           "    COMPREPLY=($(compgen -W \"${words:-$options}\" -- \"$cur\"))\n"
                           "}\n"
                           "complete -o bashdefault -F %s %s\n",
                           function, program);
}
