#include "cli_check.h"

#include "ytops/error.h"

#define REFUSE(error, ...)                                                                         \
    (g_set_error((error), YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, __VA_ARGS__), FALSE)

/* "proxies ban". Free with g_free. */
static char *command_name(const CliCommand *command)
{
    return g_strjoin(" ", command->noun, command->verb, NULL);
}

static gboolean check_known(const CliOptions *options, GError **error)
{
    guint64 known = options->command->options | (CLI_BIT(CLI_OPT_N_GLOBAL) - 1);
    g_autofree char *name = command_name(options->command);

    for (guint id = 0; id < CLI_N_OPTS; id++) {
        if (options->given & ~known & CLI_BIT(id))
            return REFUSE(error,
                          "'%s' has no option --%s; `ytdlp-ops %s --help` shows those it has", name,
                          cli_option_get(id)->name, name);
    }
    return TRUE;
}

/* Exactly one of the argument, --all and --prefix says what a change is about. */
static gboolean check_target(const CliOptions *options, GError **error)
{
    const CliCommand *command = options->command;
    guint targets = (options->argument != NULL) + (options->prefix != NULL) + options->all;
    const char *prefix = command->options & CLI_BIT(CLI_OPT_PREFIX) ? ", --prefix TEXT" : "";
    g_autofree char *name = command_name(command);

    if (targets == 1)
        return TRUE;
    return REFUSE(error, "'%s' needs exactly one of %s%s and --all, and got %s", name,
                  command->argument, prefix, targets == 0 ? "none" : "more than one");
}

/* An empty string would mean "every one" to the server. */
static gboolean check_argument(const CliOptions *options, GError **error)
{
    if (options->argument != NULL && *options->argument == '\0')
        return REFUSE(error, "%s is empty: give one, such as --help shows",
                      options->command->argument);
    return TRUE;
}

/* What a command is about has to be named where there is no --all. */
static gboolean check_given(const CliOptions *options, GError **error)
{
    g_autofree char *name = command_name(options->command);

    if (options->argument != NULL || cli_command_may_go_without(options->command))
        return TRUE;
    return REFUSE(error, "'%s' needs %s: ytdlp-ops %s %s", name, options->command->argument, name,
                  options->command->argument);
}

static gboolean check_token(const CliOptions *options, GError **error)
{
    if (options->argument == NULL)
        return REFUSE(error, "'token' needs the URL of a video, or its YouTube id");
    if (options->account == NULL)
        return REFUSE(error, "'token' needs --account ID: the account to use");
    if (g_strcmp0(options->out, "-") == 0 && g_strcmp0(options->cookies_out, "-") == 0)
        return REFUSE(error, "--out - and --cookies-out - cannot both go to standard output");
    return TRUE;
}

static gboolean check_report(const CliOptions *options, GError **error)
{
    YtopsErrorCode code;

    if (options->job == NULL || options->account == NULL || options->proxy == NULL)
        return REFUSE(error, "'report' needs --job, --account and --proxy, as the token had them");
    if (options->success == (options->failure != NULL))
        return REFUSE(error, "'report' needs exactly one of --success and --failure CODE");
    if (options->failure != NULL && !ytops_error_code_from_string(options->failure, &code))
        return REFUSE(error, "--failure: '%s' is not an error code; docs/errors.md lists them",
                      options->failure);
    return TRUE;
}

static gboolean check_shell(const CliOptions *options, GError **error)
{
    YtopsShell shell;
    g_autofree char *allowed = NULL;

    if (!check_given(options, error))
        return FALSE;
    if (ytops_shell_from_string(options->argument, &shell))
        return TRUE;
    allowed = g_strjoinv(", ", (char **)ytops_shell_names());
    return REFUSE(error, "'completion' knows the shells %s, and not '%s'", allowed,
                  options->argument);
}

static gboolean check_push(const CliOptions *options, GError **error)
{
    if (!check_given(options, error))
        return FALSE;
    if ((options->more->len > 0) != (options->file != NULL))
        return TRUE;
    return REFUSE(error,
                  "'queue push' needs URLs after the queue's name, or --file FILE, and got %s",
                  options->file != NULL ? "both" : "neither");
}

static gboolean check_status(const CliOptions *options, GError **error)
{
    if (!options->watch || options->argument != NULL)
        return TRUE;
    return REFUSE(error, "'queue status --watch' needs QUEUE: the one to watch");
}

static gboolean check_clear(const CliOptions *options, GError **error)
{
    if (!check_given(options, error))
        return FALSE;
    if (options->given & CLI_BIT(CLI_OPT_PART))
        return TRUE;
    return REFUSE(error, "'queue clear' needs --part inbox, --part result or --part fail");
}

static gboolean check_stop(const CliOptions *options, GError **error)
{
    guint targets = (options->argument != NULL) + (options->queue != NULL) + options->all;

    if (targets == 1)
        return TRUE;
    return REFUSE(error,
                  "'lane stop' needs exactly one of LANE_ID, --queue QUEUE and --all, and "
                  "got %s",
                  targets == 0 ? "none" : "more than one");
}

gboolean cli_check(const CliOptions *options, GError **error)
{
    if (!check_known(options, error) || !check_argument(options, error))
        return FALSE;
    switch (options->command->id) {
    case CLI_TOKEN:
        return check_token(options, error);
    case CLI_REPORT:
        return check_report(options, error);
    case CLI_QUEUE_PUSH:
        return check_push(options, error);
    case CLI_LANE_STOP:
        return check_stop(options, error);
    case CLI_QUEUE_STATUS:
        return check_status(options, error);
    case CLI_QUEUE_CLEAR:
        return check_clear(options, error);
    case CLI_COMPLETION:
        return check_shell(options, error);
    default:
        if (options->command->options & CLI_BIT(CLI_OPT_ALL))
            return check_target(options, error);
        return check_given(options, error);
    }
}
