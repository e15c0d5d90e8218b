#include "cli/cli_options.h"
#include "ytops/error.h"

/* The words of a line that holds no quotes. */
static CliOptions *parse(const char *line, const char *server_env, GError **error)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);

    return cli_options_parse((const char *const *)words, server_env, error);
}

static CliOptions *parse_good(const char *line)
{
    g_autoptr(GError) error = NULL;
    CliOptions *options = parse(line, NULL, &error);

    g_assert_no_error(error);
    g_assert_nonnull(options);
    return options;
}

static void test_every_command_is_found(void)
{
    static const struct {
        const char *line;
        CliCommandId id;
        const char *argument;
    } cases[] = {
        {"info", CLI_INFO, NULL},
        {"ping", CLI_PING, NULL},
        {"proxies list", CLI_PROXIES_LIST, NULL},
        {"proxies list --identity id1", CLI_PROXIES_LIST, NULL},
        {"proxies ban socks5://h:1", CLI_PROXIES_BAN, "socks5://h:1"},
        {"proxies ban --reason x --duration 1h --all", CLI_PROXIES_BAN, NULL},
        {"proxies unban --all --yes", CLI_PROXIES_UNBAN, NULL},
        {"proxies reset socks5://u:***@h:1", CLI_PROXIES_RESET, "socks5://u:***@h:1"},
        {"proxies delete --identity i http://h:1", CLI_PROXIES_DELETE, "http://h:1"},
        {"accounts list --prefix acc --limit 5", CLI_ACCOUNTS_LIST, NULL},
        {"accounts ban acc_01 --duration until-unbanned", CLI_ACCOUNTS_BAN, "acc_01"},
        {"accounts unban --prefix acc", CLI_ACCOUNTS_UNBAN, NULL},
        {"accounts reset --all", CLI_ACCOUNTS_RESET, NULL},
        {"accounts delete acc_01", CLI_ACCOUNTS_DELETE, "acc_01"},
        {"token https://x/ --account a", CLI_TOKEN, "https://x/"},
        {"token --account a -- -Abc_def-01", CLI_TOKEN, "-Abc_def-01"},
        {"report --job j --account a --proxy p --success", CLI_REPORT, NULL},
        {"report --job j --account a --proxy p --failure MEDIA_403", CLI_REPORT, NULL},
        {"--json info", CLI_INFO, NULL},
        {"--timeout 5 proxies --json list", CLI_PROXIES_LIST, NULL},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CliOptions) options = parse_good(cases[i].line);
        g_assert_cmpint(options->command->id, ==, cases[i].id);
        g_assert_cmpstr(options->argument, ==, cases[i].argument);
    }
}

static void test_values_reach_their_fields(void)
{
    g_autoptr(CliOptions) options =
        parse_good("token id --account=a --proxy=http://h:1 --clients web,ios --params {\"a\":1} "
                   "--job j --caller c --no-penalty --out o.json --cookies-out=c.txt --timeout 2m "
                   "--json --color always --server h:7");

    g_assert_cmpstr(options->account, ==, "a");
    g_assert_cmpstr(options->proxy, ==, "http://h:1");
    g_assert_cmpstr(options->clients, ==, "web,ios");
    g_assert_cmpstr(options->params, ==, "{\"a\":1}");
    g_assert_cmpstr(options->job, ==, "j");
    g_assert_cmpstr(options->caller, ==, "c");
    g_assert_true(options->no_penalty);
    g_assert_cmpstr(options->out, ==, "o.json");
    g_assert_cmpstr(options->cookies_out, ==, "c.txt");
    g_assert_cmpint(options->timeout_s, ==, 120);
    g_assert_true(options->json);
    g_assert_cmpint(options->color, ==, CLI_COLOR_ALWAYS);
    g_assert_cmpstr(options->host, ==, "h");
    g_assert_cmpint(options->port, ==, 7);
}

static void test_ban_durations(void)
{
    g_autoptr(CliOptions) usual = parse_good("accounts ban a");
    g_autoptr(CliOptions) some = parse_good("accounts ban a --duration 55m");
    g_autoptr(CliOptions) forever = parse_good("accounts ban a --duration until-unbanned");

    g_assert_cmpint(usual->duration_s, ==, 0);
    g_assert_cmpint(some->duration_s, ==, 3300);
    g_assert_cmpint(forever->duration_s, ==, -1);
}

static void test_the_last_of_two_counts(void)
{
    g_autoptr(CliOptions) options = parse_good("accounts list --prefix a --prefix b");

    g_assert_cmpstr(options->prefix, ==, "b");
}

static void test_the_server(void)
{
    static const struct {
        const char *line;
        const char *environment;
        const char *host;
        guint16 port;
    } cases[] = {
        {"info", NULL, "127.0.0.1", 9090},
        {"info", "", "127.0.0.1", 9090},
        {"info", "ops.example:9091", "ops.example", 9091},
        {"info --server a:1", "b:2", "a", 1},
        {"info --server a:1", "nonsense:", "a", 1},
        {"info --server ops.example", NULL, "ops.example", 9090},
        {"info --server [::1]:80", NULL, "::1", 80},
        {"info --server [::1]", NULL, "::1", 9090},
        {"info --server ::1", NULL, "::1", 9090},
        {"info --server h:65535", NULL, "h", 65535},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(CliOptions) options = parse(cases[i].line, cases[i].environment, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(options->host, ==, cases[i].host);
        g_assert_cmpint(options->port, ==, cases[i].port);
    }
}

/* Lines, each with what its message must name: the value, the option, or what is allowed. */
static const struct {
    const char *line;
    const char *named;
} REFUSED[] = {
    {"proxy list", "'proxy'"},
    {"proxy list", "info, ping, proxies, accounts, relay, queue, lane, token, report"},
    {"proxies", "list, ban, unban, reset, delete"},
    {"proxies remove x", "'remove'"},
    {"info now", "'now'"},
    {"proxies list x", "'x'"},
    {"proxies ban a b", "'b'"},
    {"proxies ban", "PROXY_URL"},
    {"proxies ban a --all", "more than one"},
    {"accounts ban", "--prefix"},
    {"accounts ban a --prefix b", "more than one"},
    {"accounts ban --prefix b --all", "more than one"},
    {"info --wrong", "'--wrong'"},
    {"info --wrong=1", "'--wrong'"},
    {"info -x", "'-x'"},
    {"info --json=yes", "--json"},
    {"info --all", "--all"},
    {"accounts unban a --reason x", "--reason"},
    {"proxies list --limit 5", "--limit"},
    {"info --server", "--server"},
    {"info --server --json", "--server=VALUE"},
    {"info --server h:0", "h:0"},
    {"info --server h:65536", "65535"},
    {"info --server h:", "h:"},
    {"info --server :9090", ":9090"},
    {"info --server [::1]9090", "[::1]9090"},
    {"info --server [::1", "[::1"},
    {"info --server http://h:1", "http://h:1"},
    {"info --server u@h:1", "u@h:1"},
    {"info --color blue", "auto, always, never"},
    {"info --timeout soon", "soon"},
    {"info --timeout 0", "'0'"},
    {"info --timeout 8d", "7d"},
    {"accounts ban a --duration forever", "until-unbanned"},
    {"accounts list --limit 0", "'0'"},
    {"accounts list --limit -1", "-1"},
    {"accounts list --limit 2147483648", "2147483647"},
    {"accounts list --limit ten", "ten"},
    {"accounts list --prefix=", "empty"},
    {"token --account a", "URL"},
    {"token x", "--account"},
    {"token x --account=", "--account"},
    {"token x --account a --params [1]", "[1]"},
    {"token x --account a --params {", "--params"},
    {"token x --account a --out - --cookies-out -", "standard output"},
    {"report --job j --account a --proxy p", "--success"},
    {"report --job j --account a --proxy p --success --failure GENERIC", "--success"},
    {"report --account a --proxy p --success", "--job"},
    {"report --job j --account a --proxy p --failure BROKEN", "BROKEN"},
};

static void test_lines_that_are_refused(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(REFUSED); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(CliOptions) options = parse(REFUSED[i].line, NULL, &error);
        g_assert_null(options);
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
        if (strstr(error->message, REFUSED[i].named) == NULL)
            g_error("'%s' gave '%s', without '%s'", REFUSED[i].line, error->message,
                    REFUSED[i].named);
    }
}

/* An empty word must never become the empty prefix or the empty list, which mean "every one". */
static void test_an_empty_target_is_refused(void)
{
    static const char *const lines[][4] = {
        {"accounts", "delete", "", NULL},
        {"accounts", "delete", "--prefix=", NULL},
        {"proxies", "delete", "", NULL},
        {"accounts", "ban", "", NULL},
    };

    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(cli_options_parse(lines[i], NULL, &error));
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    }
}

static void test_no_words_at_all_are_refused(void)
{
    const char *words[] = {NULL};
    g_autoptr(GError) error = NULL;

    g_assert_null(cli_options_parse(words, NULL, &error));
    g_assert_nonnull(strstr(error->message, "proxies"));
}

static void test_text_that_is_not_utf8_is_refused(void)
{
    static const char *const lines[][4] = {
        {"accounts", "unban", "\xff", NULL},
        {"accounts", "list", "--prefix", "\xff"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        const char *words[] = {lines[i][0], lines[i][1], lines[i][2], lines[i][3], NULL};
        g_autoptr(GError) error = NULL;
        g_assert_null(cli_options_parse(words, NULL, &error));
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        g_assert_nonnull(strstr(error->message, "UTF-8"));
    }
}

static void test_a_bad_environment_names_the_variable(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(parse("info", "h:99999", &error));
    g_assert_nonnull(strstr(error->message, "YTDLP_OPS_SERVER"));
    g_assert_nonnull(strstr(error->message, "h:99999"));
}

static void test_help_misses_nothing(void)
{
    static const struct {
        const char *line;
        const char *noun;
    } cases[] = {
        {"--help", NULL},          {"-h", NULL},
        {"--version", NULL},       {"proxies --help", "proxies"},
        {"token --help", "token"}, {"accounts ban --help", "accounts"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CliOptions) options = parse_good(cases[i].line);
        g_assert_true(options->help || options->version);
        g_assert_cmpstr(options->noun, ==, cases[i].noun);
    }
}

static void test_help_names_every_command_and_option(void)
{
    g_autofree char *all = cli_help_text(NULL, NULL);
    const CliCommand *command;

    for (guint i = 0; (command = cli_command_at(i)) != NULL; i++) {
        g_autofree char *help = cli_help_text(command->noun, command);
        g_assert_nonnull(strstr(all, command->help));
        g_assert_nonnull(strstr(help, command->noun));
        for (guint id = 0; id < CLI_N_OPTS; id++) {
            g_autofree char *flag = g_strdup_printf("  --%s ", cli_option_get(id)->name);
            gboolean known = id < CLI_OPT_N_GLOBAL || (command->options & CLI_BIT(id)) != 0;
            g_assert_cmpint(strstr(help, flag) != NULL, ==, known);
        }
    }
}

static void test_help_shows_what_stands_for_many(void)
{
    static const struct {
        const char *noun, *verb, *usage;
    } cases[] = {
        {"proxies", "ban", "PROXY_URL | --all\n"},
        {"accounts", "reset", "ACCOUNT_ID | --all | --prefix TEXT\n"},
        {"lane", "stop", "LANE_ID | --all | --queue QUEUE\n"},
        {"accounts", "list", "[OPTIONS]\n"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *help =
            cli_help_text(cases[i].noun, cli_command_find(cases[i].noun, cases[i].verb));
        g_assert_nonnull(strstr(help, cases[i].usage));
    }
}

static void test_help_fits_a_hundred_columns(void)
{
    const CliCommand *command;

    for (guint i = 0; (command = cli_command_at(i)) != NULL; i++) {
        g_autofree char *help = cli_help_text(command->noun, command);
        g_auto(GStrv) lines = g_strsplit(help, "\n", -1);
        for (guint l = 0; lines[l] != NULL; l++)
            g_assert_cmpuint(strlen(lines[l]), <=, 100);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/options/commands", test_every_command_is_found);
    g_test_add_func("/options/values", test_values_reach_their_fields);
    g_test_add_func("/options/ban-durations", test_ban_durations);
    g_test_add_func("/options/twice", test_the_last_of_two_counts);
    g_test_add_func("/options/server", test_the_server);
    g_test_add_func("/options/refused", test_lines_that_are_refused);
    g_test_add_func("/options/empty-target", test_an_empty_target_is_refused);
    g_test_add_func("/options/no-words", test_no_words_at_all_are_refused);
    g_test_add_func("/options/not-utf8", test_text_that_is_not_utf8_is_refused);
    g_test_add_func("/options/environment", test_a_bad_environment_names_the_variable);
    g_test_add_func("/options/help", test_help_misses_nothing);
    g_test_add_func("/options/help-complete", test_help_names_every_command_and_option);
    g_test_add_func("/options/help-many", test_help_shows_what_stands_for_many);
    g_test_add_func("/options/help-width", test_help_fits_a_hundred_columns);
    return g_test_run();
}
