/* The option table as people read it: the help, the settings in force, docs/configuration.md. */
#include "option_table.h"
#include "option_value.h"

#define HELP_COLUMN 30
#define HELP_WIDTH 92

static const char *metavar(const Option *option)
{
    return option->metavar != NULL ? option->metavar : "NAME";
}

static void append_wrapped(GString *out, const char *text, gsize column)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    gsize at = column;

    for (char **word = words; *word != NULL; word++) {
        gsize length = (gsize)g_utf8_strlen(*word, -1);

        if (at > column && at + 1 + length > HELP_WIDTH) {
            g_string_append_printf(out, "\n%*s", (int)column, "");
            at = column;
        }
        if (at > column) {
            g_string_append_c(out, ' ');
            at++;
        }
        g_string_append(out, *word);
        at += length;
    }
    g_string_append_c(out, '\n');
}

static void append_help(GString *out, const Option *option)
{
    g_autofree char *left = g_strdup_printf("  --%s %s", option->flag, metavar(option));
    g_autofree char *choices =
        option->choices != NULL ? g_strjoinv(", ", (char **)option->choices) : NULL;
    g_autofree char *text = g_strdup_printf(
        "%s%s%s%s%s%s%s", option->help, choices != NULL ? " (" : "", choices != NULL ? choices : "",
        choices != NULL ? ")" : "", *option->default_value != '\0' ? " [" : "",
        option->default_value, *option->default_value != '\0' ? "]" : "");

    if (option->section != NULL)
        g_string_append_printf(out, "\n%s:\n", option->section);
    g_string_append(out, left);
    if (g_utf8_strlen(left, -1) >= HELP_COLUMN)
        g_string_append_printf(out, "\n%*s", HELP_COLUMN, "");
    else
        g_string_append_printf(out, "%*s", (int)(HELP_COLUMN - g_utf8_strlen(left, -1)), "");
    append_wrapped(out, text, HELP_COLUMN);
}

char *ytops_config_help(void)
{
    GString *out = g_string_new(
        "Usage: ytdlp-ops-server [OPTION]...\n"
        "Hands out yt-dlp tokens and info.json over Thrift RPC through a pool of accounts and a\n"
        "pool of proxies, whose state it keeps in Redis.\n"
        "\n"
        "Each option can also be set by the environment (--service-role by\n"
        "YTDLP_OPS_SERVICE_ROLE), and from a file (--redis-url-file, YTDLP_OPS_REDIS_URL_FILE).\n");

    for (const Option *option = option_table(); option->flag != NULL; option++)
        append_help(out, option);
    g_string_append(out,
                    "\nActions:\n"
                    "  --help                      This text.\n"
                    "  --version                   The version.\n"
                    "  --print-config              The settings in force, and no more.\n"
                    "  --print-docs                docs/configuration.md.\n"
                    "  --print-man                 The manual page.\n"
                    "  --print-completion-SHELL    A completion script for bash, zsh or fish.\n");
    return g_string_free(out, FALSE);
}

char *ytops_config_print(const YtopsConfig *config)
{
    GString *out = g_string_new(NULL);

    for (const Option *option = option_table(); option->flag != NULL; option++) {
        g_autofree char *value = option_show(option, config);

        g_string_append_printf(out, "%s=%s\n", option->flag, value);
    }
    return g_string_free(out, FALSE);
}

static void append_docs_row(GString *out, const Option *option)
{
    g_autofree char *env = option_env_name(option);
    g_autofree char *allowed = option_allowed(option);

    if (option->section != NULL)
        g_string_append_printf(out,
                               "\n## %s\n\n"
                               "| flag and environment | default | allowed | meaning |\n"
                               "|---|---|---|---|\n",
                               option->section);
    g_string_append_printf(out, "| `--%s`<br>`%s`", option->flag, env);
    if (option->legacy_env != NULL)
        g_string_append_printf(out, "<br>`%s`", option->legacy_env);
    g_string_append_printf(out, " | %s%s%s | %s | %s%s |\n",
                           *option->default_value != '\0' ? "`" : "", option->default_value,
                           *option->default_value != '\0' ? "`" : "", allowed, option->help,
                           option->secret ? " Can hold a password: shown as `***`." : "");
}

char *ytops_config_docs(void)
{
    GString *out = g_string_new(
        "# Configuration\n\n"
        "Made by `ytdlp-ops-server --print-docs`; a test keeps it current.\n\n"
        "A value comes from the first of: the flag, the flag with `-file` (`--redis-url-file`), "
        "the environment name, that name with `_FILE`, the name that earlier deployments used, "
        "the default. An empty variable counts as not set. A value that is not allowed ends the "
        "server with status 64 and a message that names it. Secrets given as flags are "
        "overwritten in the process list at start; prefer the environment or a file.\n\n"
        "`--print-config` shows the settings in force and exits.\n");

    for (const Option *option = option_table(); option->flag != NULL; option++)
        append_docs_row(out, option);
    return g_string_free(out, FALSE);
}
