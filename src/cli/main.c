/* ytdlp-ops: parse, connect, run one command, exit. */
#include "commands.h"

#include <locale.h>
#include <signal.h>
#include <sysexits.h>

#include "ytops/standard_files.h"

typedef gboolean (*Run)(CliSession *session, GError **error);

static const Run RUNS[] = {
    [CLI_INFO] = cli_info_run,
    [CLI_PING] = cli_ping_run,
    [CLI_PROXIES_LIST] = cli_proxies_list,
    [CLI_PROXIES_BAN] = cli_proxies_change,
    [CLI_PROXIES_UNBAN] = cli_proxies_change,
    [CLI_PROXIES_RESET] = cli_proxies_change,
    [CLI_PROXIES_DELETE] = cli_proxies_change,
    [CLI_ACCOUNTS_LIST] = cli_accounts_list,
    [CLI_ACCOUNTS_BAN] = cli_accounts_change,
    [CLI_ACCOUNTS_UNBAN] = cli_accounts_change,
    [CLI_ACCOUNTS_RESET] = cli_accounts_change,
    [CLI_ACCOUNTS_DELETE] = cli_accounts_change,
    [CLI_RELAY_CREATE] = cli_relay_create,
    [CLI_RELAY_LIST] = cli_relay_list,
    [CLI_RELAY_SHOW] = cli_relay_show,
    [CLI_RELAY_FAILOVER] = cli_relay_failover,
    [CLI_RELAY_DELETE] = cli_relay_delete,
    [CLI_QUEUE_PUSH] = cli_queue_push,
    [CLI_QUEUE_STATUS] = cli_queue_status,
    [CLI_QUEUE_FAILED] = cli_queue_failed,
    [CLI_QUEUE_REQUEUE] = cli_queue_requeue,
    [CLI_QUEUE_CLEAR] = cli_queue_clear,
    [CLI_LANE_STATUS] = cli_lane_status,
    [CLI_LANE_START] = cli_lane_start,
    [CLI_LANE_STOP] = cli_lane_stop,
    [CLI_TOKEN] = cli_token_run,
    [CLI_REPORT] = cli_report_run,
    [CLI_EVENTS] = cli_events_run,
};

/* FALSE where the command needs a server after all. */
static gboolean run_offline(const CliOptions *options)
{
    g_autofree char *text = NULL;
    YtopsShell shell;

    if (options->command->id == CLI_MAN)
        text = cli_man_page();
    else if (options->command->id == CLI_COMPLETION &&
             ytops_shell_from_string(options->argument, &shell))
        text = cli_completion_script(shell);
    if (text != NULL)
        cli_output_text(text);
    return text != NULL;
}

static int run_command(const CliOptions *options)
{
    CliSession session = {.options = options, .output = cli_output_detect(options->color)};
    g_autoptr(GError) error = NULL;
    gboolean done =
        cli_session_open(&session, &error) && RUNS[options->command->id](&session, &error);

    cli_session_close(&session);
    if (!done)
        cli_output_error(error, options->json);
    if (!cli_output_finish())
        done = FALSE;
    if (done)
        return EXIT_SUCCESS;
    return session.unreachable ? EX_UNAVAILABLE : EXIT_FAILURE;
}

static int show_help(const CliOptions *options)
{
    g_autofree char *help = cli_help_text(options->noun, options->command);

    cli_output_text(options->help ? help : "ytdlp-ops " YTOPS_VERSION "\n");
    return cli_output_finish() ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    const char *const *words = (const char *const *)argv + (argc > 0 ? 1 : 0);
    g_autoptr(GError) error = NULL;
    g_autoptr(CliOptions) options = NULL;

    ytops_standard_files_hold();
    setlocale(LC_ALL, "");
    /* A server that closes the connection is an error to report, not a reason to die. */
    signal(SIGPIPE, SIG_IGN);

    options = cli_options_parse(words, g_getenv("YTDLP_OPS_SERVER"), &error);
    if (options == NULL) {
        cli_output_note("ytdlp-ops: %s", error->message);
        return EX_USAGE;
    }
    if (options->help || options->version)
        return show_help(options);
    if (run_offline(options))
        return cli_output_finish() ? EXIT_SUCCESS : EXIT_FAILURE;
    return run_command(options);
}
