/* The daemon's man page, ytdlp-ops-server(8), from the option table. */
#include "option_table.h"
#include "option_value.h"
#include "ytops/roff.h"

static void append_option(GString *page, const Option *option)
{
    g_autofree char *flag = g_strconcat("--", option->flag, NULL);
    g_autofree char *env = option_env_name(option);
    g_autofree char *allowed = option_allowed(option);

    if (option->section != NULL) {
        g_string_append(page, ".SS ");
        ytops_roff_append_text(page, option->section);
        g_string_append_c(page, '\n');
    }
    g_string_append(page, ".TP\n");
    ytops_roff_append_font(page, 'B', flag);
    g_string_append_c(page, ' ');
    ytops_roff_append_font(page, 'I', option->metavar != NULL ? option->metavar : "NAME");
    g_string_append(page, "\n");
    ytops_roff_append_text(page, option->help);
    g_string_append(page, "\n.br\nAllowed: ");
    ytops_roff_append_text(page, allowed);
    if (*option->default_value != '\0') {
        g_string_append(page, ". Default: ");
        ytops_roff_append_text(page, option->default_value);
    }
    g_string_append(page, ".\n.br\nEnvironment: ");
    ytops_roff_append_font(page, 'B', env);
    if (option->legacy_env != NULL) {
        g_string_append(page, ", ");
        ytops_roff_append_font(page, 'B', option->legacy_env);
    }
    g_string_append(page, ".\n");
}

static const char *const BEFORE_OPTIONS =
    ".SH SYNOPSIS\n"
    ".B ytdlp\\-ops\\-server\n"
    "[\\fIOPTION\\fR]...\n"
    ".SH DESCRIPTION\n"
    "Hands out yt\\-dlp tokens and info.json over Thrift RPC through a pool of accounts and a "
    "pool\n"
    "of proxies, keeps both pools healthy in Redis, relays streams with retry and failover, and "
    "runs\n"
    "the lanes that work through queues of URLs. Without options it serves everything on "
    "loopback,\n"
    "with a private Redis.\n"
    ".PP\n"
    "A value comes from the first of: the flag, the flag with\n"
    ".B \\-file\n"
    "behind it, which names a file that holds the value, the environment name, that name with\n"
    ".BR _FILE ,\n"
    "the name that earlier deployments used, the default. Prefer files for secrets.\n"
    ".SH OPTIONS\n";

static const char *const AFTER_OPTIONS =
    ".SS Actions\n"
    ".TP\n.B \\-\\-help\nA summary of the options.\n"
    ".TP\n.B \\-\\-version\nThe version.\n"
    ".TP\n.B \\-\\-print\\-config\nThe settings in force, secrets hidden.\n"
    ".TP\n.B \\-\\-print\\-docs\nThe options as Markdown.\n"
    ".TP\n.B \\-\\-print\\-man\nThis page.\n"
    ".TP\n.BR \\-\\-print\\-completion\\-bash ,\\  \\-\\-print\\-completion\\-zsh ,\\  "
    "\\-\\-print\\-completion\\-fish\n"
    "A completion script for that shell.\n"
    ".SH SIGNALS\n"
    ".TP\n.BR SIGTERM ,\\  SIGINT\n"
    "Drain: ping fails from now on, after the grace the port closes, calls in work finish, and "
    "the\n"
    "process ends with status 0. A second one ends the waiting.\n"
    ".TP\n.B SIGHUP\nReads the log level again, where it came from a file.\n"
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nIt was asked to stop, and did.\n"
    ".TP\n.B 1\nSomething that it needs could not be started.\n"
    ".TP\n.B 64\nAn option is not known, or its value is not allowed; the message names it.\n"
    ".SH SEE ALSO\n"
    ".BR ytdlp\\-ops (1),\n"
    ".BR yt\\-dlp (1),\n"
    ".BR redis\\-server (1)\n";

char *ytops_config_man(void)
{
    GString *page = g_string_new(NULL);

    ytops_roff_append_title(page, "ytdlp-ops-server", 8,
                            "tokens and info.json of yt-dlp through pools of accounts and proxies");
    g_string_append(page, BEFORE_OPTIONS);
    for (const Option *option = option_table(); option->flag != NULL; option++)
        append_option(page, option);
    g_string_append(page, AFTER_OPTIONS);
    return g_string_free(page, FALSE);
}
