#include "ytops/config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "ytops/error.h"

#define MAX_ARGS 8

static const char *const no_environment[] = {NULL};

static YtopsConfig *load(const char *const *args, const char *const *envp, GError **error)
{
    const char *argv[MAX_ARGS + 1] = {"ytdlp-ops-server"};
    int argc = 1;

    for (; args[argc - 1] != NULL; argc++)
        argv[argc] = args[argc - 1];
    return ytops_config_load(argc, argv, envp, error);
}

#define LOAD(envp, error, ...) load((const char *const[]){__VA_ARGS__, NULL}, envp, error)

static YtopsConfig *load_defaults(void)
{
    const char *const argv[] = {"ytdlp-ops-server"};

    return ytops_config_load(1, argv, no_environment, NULL);
}

static void defaults_are_those_of_the_specification(void)
{
    g_autoptr(YtopsConfig) config = load_defaults();

    g_assert_cmpint(config->action, ==, YTOPS_CONFIG_RUN);
    g_assert_cmpint(config->service_role, ==, YTOPS_ROLE_ALL_IN_ONE);
    g_assert_cmpstr(config->listen, ==, "127.0.0.1");
    g_assert_cmpint(config->port, ==, 9090);
    g_assert_cmpint(config->account_active_duration_min, ==, 30);
    g_assert_cmpint(config->account_cooldown_duration_min, ==, 60);
    g_assert_cmpint(config->account_failure_threshold, ==, 5);
    g_assert_cmpint(config->account_ban_duration_s, ==, 3600);
    g_assert_cmpint(config->failure_window_s, ==, 3600);
    g_assert_cmpint(config->failure_threshold_count, ==, 3);
    g_assert_cmpint(config->failure_threshold_unique_accounts, ==, 3);
    g_assert_cmpint(config->proxy_ban_duration_s, ==, 3600);
    g_assert_cmpint(config->token_cache_ttl, ==, 0);
    g_assert_true(g_str_has_suffix(config->data_dir, "/ytdlp-ops-server"));
    g_assert_true(g_str_has_suffix(config->worker_script, "/ytdlp_worker.py"));
}

static void a_flag_can_be_one_word_or_two(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsConfig) config = LOAD(no_environment, &error, "--port=0", "--service-role",
                                         "worker", "--ytdlp-args=--no-check-certificates");

    g_assert_no_error(error);
    g_assert_cmpint(config->port, ==, 0);
    g_assert_cmpint(config->service_role, ==, YTOPS_ROLE_WORKER);
    g_assert_cmpstr(config->ytdlp_args, ==, "--no-check-certificates");
}

static char *write_temporary(const char *text)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("ytops-config-XXXXXX", &path, NULL);

    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return g_steal_pointer(&path);
}

static void the_first_source_that_has_a_value_wins(void)
{
    g_autofree char *path = write_temporary(" 7\n");
    g_autofree char *file = g_strconcat("YTDLP_OPS_ACCOUNT_ACTIVE_DURATION_MIN_FILE=", path, NULL);
    const char *const legacy[] = {"ACCOUNT_ACTIVE_DURATION_MIN=5", NULL};
    const char *const from_file[] = {"ACCOUNT_ACTIVE_DURATION_MIN=5", file, NULL};
    const char *const own[] = {"ACCOUNT_ACTIVE_DURATION_MIN=5", file,
                               "YTDLP_OPS_ACCOUNT_ACTIVE_DURATION_MIN=6", NULL};
    const char *const empty[] = {"YTDLP_OPS_ACCOUNT_ACTIVE_DURATION_MIN=", NULL};
    const struct {
        const char *const *envp;
        const char *flag;
        gint64 expected;
    } rows[] = {
        {no_environment, "--port=1", 30}, {legacy, "--port=1", 5},
        {from_file, "--port=1", 7},       {own, "--port=1", 6},
        {empty, "--port=1", 30},          {own, "--account-active-duration-min=8", 8},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(YtopsConfig) config = LOAD(rows[i].envp, &error, rows[i].flag);

        g_assert_no_error(error);
        g_assert_cmpint(config->account_active_duration_min, ==, rows[i].expected);
    }
    g_unlink(path);
}

static void a_bad_value_is_named_with_its_source_and_what_is_allowed(void)
{
    static const struct {
        const char *args[3];
        const char *envp[2];
        const char *const says[4];
    } rows[] = {
        {{"--port=abc"}, {NULL}, {"--port", "'abc'", "0 to 65535"}},
        {{"--port=65536"}, {NULL}, {"--port", "'65536'", "0 to 65535"}},
        {{"--port=-1"}, {NULL}, {"--port", "'-1'"}},
        {{"--port="}, {NULL}, {"--port", "''"}},
        {{"--port"}, {NULL}, {"--port", "missing"}},
        {{"--port=1", "--port=2"}, {NULL}, {"--port", "twice"}},
        {{"--service-role=boss"}, {NULL}, {"--service-role", "'boss'", "management"}},
        {{"--prot=1"}, {NULL}, {"'--prot'", "--help"}},
        {{"worker"}, {NULL}, {"'worker'", "--help"}},
        {{"-p"}, {NULL}, {"'-p'"}},
        {{"--"}, {NULL}, {"'--'"}},
        {{"--listen=a\nb"}, {NULL}, {"--listen", "a\\nb"}},
        {{"--listen=\xff"}, {NULL}, {"--listen"}},
        {{"--server-identity="}, {NULL}, {"--server-identity"}},
        {{"--redis-url-file=/no/such/file"}, {NULL}, {"--redis-url-file", "/no/such/file"}},
        {{"--port=1"},
         {"YTDLP_OPS_TOKEN_WORKERS=many"},
         {"YTDLP_OPS_TOKEN_WORKERS", "'many'", "1 to 256"}},
        {{"--port=1"},
         {"ACCOUNT_COOLDOWN_DURATION_MIN=0"},
         {"ACCOUNT_COOLDOWN_DURATION_MIN", "'0'"}},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        const char *const envp[] = {rows[i].envp[0], NULL};

        g_assert_null(load(rows[i].args, envp, &error));
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
        for (gsize k = 0; rows[i].says[k] != NULL; k++)
            g_assert_nonnull(strstr(error->message, rows[i].says[k]));
    }
}

static void secrets_do_not_show(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsConfig) config =
        LOAD(no_environment, &error, "--redis-url=redis://:hush@h:1/0",
             "--proxies=socks5://u:hush@h:1,http://v:hush@i:2", "--api-token=hush");
    g_autofree char *text = NULL;

    g_assert_no_error(error);
    text = ytops_config_print(config);
    g_assert_nonnull(strstr(text, "redis-url=redis://:***@h:1/0\n"));
    g_assert_nonnull(strstr(text, "api-token=***\n"));
    g_assert_null(strstr(text, "hush"));
    g_assert_null(LOAD(no_environment, &error, "--redis-url=hush\n"));
    g_assert_null(strstr(error->message, "hush"));
}

/* Every form that --redis-url takes. */
static void a_password_does_not_show_in_whatever_form_it_is_given(void)
{
    static const char *const urls[][2] = {
        {"redis://:hu/sh@h:1/0", "redis://:***@h:1/0"},
        {"redis://me:h?u#sh@h", "redis://me:***@h"},
        {"redis://:hu'sh@h", "redis://:***@h"},
        {"unix:///run/redis.sock?db=1&password=hush", "unix:///run/redis.sock?db=1&password=***"},
        {"unix:///run/redis.sock?password=h:u@sh&db=1", "unix:///run/redis.sock?password=***"},
        {"unix:///run/redis.sock?db=1", "unix:///run/redis.sock?db=1"},
        {"redis://h:1/0", "redis://h:1/0"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(urls); i++) {
        g_autofree char *flag = g_strconcat("--redis-url=", urls[i][0], NULL);
        g_autoptr(YtopsConfig) config = LOAD(no_environment, NULL, flag);
        g_autofree char *text = ytops_config_print(config);
        g_autofree char *line = g_strconcat("redis-url=", urls[i][1], "\n", NULL);

        g_assert_nonnull(strstr(text, line));
    }
}

static void secret_flags_are_overwritten_in_argv(void)
{
    char program[] = "s", one[] = "--redis-url=abc", two[] = "--proxies", value[] = "xyz",
         plain[] = "--listen=abc", last[] = "--proxies";
    char *argv[] = {program, one, two, value, plain, last, NULL};

    ytops_config_scrub_argv(6, argv);
    g_assert_cmpstr(one, ==, "--redis-url=***");
    g_assert_cmpstr(value, ==, "***");
    g_assert_cmpstr(plain, ==, "--listen=abc");
}

static void the_log_level_can_be_read_again(void)
{
    g_autofree char *path = write_temporary("debug\n");
    g_autofree char *flag = g_strconcat("--log-level-file=", path, NULL);
    g_autoptr(YtopsConfig) config = LOAD(no_environment, NULL, flag);
    g_autoptr(YtopsConfig) fixed = load_defaults();
    g_autoptr(GError) error = NULL;
    YtopsLogLevel level = YTOPS_LOG_ERROR;

    g_assert_cmpint(config->log_level, ==, YTOPS_LOG_DEBUG);
    g_assert_true(g_file_set_contents(path, "warning", -1, NULL));
    g_assert_true(ytops_config_reread_log_level(config, &level, &error));
    g_assert_cmpint(level, ==, YTOPS_LOG_WARNING);
    g_assert_true(g_file_set_contents(path, "loud", -1, NULL));
    g_assert_false(ytops_config_reread_log_level(config, &level, &error));
    g_assert_nonnull(strstr(error->message, "'loud'"));
    g_clear_error(&error);
    g_assert_false(ytops_config_reread_log_level(fixed, &level, &error));
    g_assert_no_error(error);
    g_unlink(path);
}

static void actions_are_recognised(void)
{
    g_autoptr(YtopsConfig) config = LOAD(no_environment, NULL, "--print-config");

    g_assert_cmpint(config->action, ==, YTOPS_CONFIG_SHOW_CONFIG);
}

static void every_option_is_in_the_help_and_the_docs(void)
{
    g_autoptr(YtopsConfig) config = load_defaults();
    g_autofree char *help = ytops_config_help();
    g_autofree char *docs = ytops_config_docs();
    g_autofree char *print = ytops_config_print(config);
    g_auto(GStrv) lines = g_strsplit(g_strstrip(print), "\n", -1);

    g_assert_cmpuint(g_strv_length(lines), >, 30);
    for (char **line = lines; *line != NULL; line++) {
        g_autofree char *flag = g_strdup_printf("--%.*s", (int)strcspn(*line, "="), *line);

        g_assert_nonnull(strstr(help, flag));
        g_assert_nonnull(strstr(docs, flag));
    }
}

static void the_documentation_is_current(void)
{
    g_autofree char *docs = ytops_config_docs();
    g_autofree char *file = NULL;

    g_assert_true(
        g_file_get_contents(YTOPS_SOURCE_DIR "/docs/configuration.md", &file, NULL, NULL));
    if (strcmp(docs, file) != 0)
        g_error("docs/configuration.md is not current: write it anew with "
                "ytdlp-ops-server --print-docs");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/defaults", defaults_are_those_of_the_specification);
    g_test_add_func("/config/forms", a_flag_can_be_one_word_or_two);
    g_test_add_func("/config/precedence", the_first_source_that_has_a_value_wins);
    g_test_add_func("/config/bad", a_bad_value_is_named_with_its_source_and_what_is_allowed);
    g_test_add_func("/config/secrets", secrets_do_not_show);
    g_test_add_func("/config/password-forms",
                    a_password_does_not_show_in_whatever_form_it_is_given);
    g_test_add_func("/config/scrub", secret_flags_are_overwritten_in_argv);
    g_test_add_func("/config/log-level", the_log_level_can_be_read_again);
    g_test_add_func("/config/actions", actions_are_recognised);
    g_test_add_func("/config/texts", every_option_is_in_the_help_and_the_docs);
    g_test_add_func("/config/docs", the_documentation_is_current);
    return g_test_run();
}
