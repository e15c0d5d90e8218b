#include "ytops/config.h"

#include <stdarg.h>
#include <string.h>

#include "option_table.h"
#include "option_value.h"
#include "ytops/error.h"

/* Which options the command line has set, by their index in the table. */
typedef struct {
    YtopsConfig *config;
    GHashTable *seen; /* const Option * -> the flag as given, to refuse a second one */
} CommandLine;

static const struct {
    const char *flag;
    YtopsConfigAction action;
    YtopsShell shell;
} actions[] = {
    {"--help", YTOPS_CONFIG_SHOW_HELP, 0},
    {"-h", YTOPS_CONFIG_SHOW_HELP, 0},
    {"--version", YTOPS_CONFIG_SHOW_VERSION, 0},
    {"--print-config", YTOPS_CONFIG_SHOW_CONFIG, 0},
    {"--print-docs", YTOPS_CONFIG_SHOW_DOCS, 0},
    {"--print-man", YTOPS_CONFIG_SHOW_MAN, 0},
    {"--print-completion-bash", YTOPS_CONFIG_SHOW_COMPLETION, YTOPS_SHELL_BASH},
    {"--print-completion-zsh", YTOPS_CONFIG_SHOW_COMPLETION, YTOPS_SHELL_ZSH},
    {"--print-completion-fish", YTOPS_CONFIG_SHOW_COMPLETION, YTOPS_SHELL_FISH},
};

static void remember_file(YtopsConfig *config, const Option *option, const char *path)
{
    if (option->offset == G_STRUCT_OFFSET(YtopsConfig, log_level)) {
        g_free(config->log_level_file);
        config->log_level_file = g_strdup(path);
    }
}

static gboolean set_from_file(const Option *option, YtopsConfig *config, const char *path,
                              const char *source, GError **error)
{
    g_autofree char *text = option_read_file(path, source, error);

    if (text == NULL)
        return FALSE;
    remember_file(config, option, path);
    return option_set(option, config, text, source, error);
}

static gboolean take_action(YtopsConfig *config, const char *argument)
{
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
        if (strcmp(argument, actions[i].flag) == 0) {
            config->action = actions[i].action;
            config->completion_shell = actions[i].shell;
            return TRUE;
        }
    }
    return FALSE;
}

static const Option *find_flag(const char *name, gsize length, gboolean *is_file)
{
    const Option *option = option_find(name, length);

    *is_file = option == NULL && length > 5 && strncmp(name + length - 5, "-file", 5) == 0;
    return *is_file ? option_find(name, length - 5) : option;
}

/* One `--flag=value` or `--flag value`; *index is left on the last argument that was used. */
static gboolean take_flag(CommandLine *line, const char *const *argv, int argc, int *index,
                          GError **error)
{
    const char *argument = argv[*index];
    /* Without what is behind the sign, which may be a secret: the flag may be mistyped. */
    gsize length = strcspn(argument, "=");
    g_autofree char *source = g_strndup(argument, length);
    gboolean is_file = FALSE;
    const Option *option =
        g_str_has_prefix(argument, "--") ? find_flag(argument + 2, length - 2, &is_file) : NULL;
    const char *value;

    if (option == NULL)
        return ytops_refuse(error, "unknown argument '%s'; see --help for what there is", source);
    if (g_hash_table_contains(line->seen, option))
        return ytops_refuse(error, "%s: given twice; give it once", source);
    g_hash_table_add(line->seen, (gpointer)option);
    if (argument[length] == '=')
        value = argument + length + 1;
    else if (*index + 1 < argc)
        value = argv[++*index];
    else
        return ytops_refuse(error, "%s: its value is missing", source);
    return is_file ? set_from_file(option, line->config, value, source, error)
                   : option_set(option, line->config, value, source, error);
}

static gboolean take_command_line(CommandLine *line, int argc, const char *const *argv,
                                  GError **error)
{
    for (int i = 1; i < argc; i++) {
        if (!take_action(line->config, argv[i]) && !take_flag(line, argv, argc, &i, error))
            return FALSE;
    }
    return TRUE;
}

/* TRUE in *found where the variable, or its _FILE, is set to something. */
static gboolean take_variable(YtopsConfig *config, const Option *option, const char *name,
                              const char *const *envp, gboolean *found, GError **error)
{
    const char *value = g_environ_getenv((char **)envp, name);
    g_autofree char *file_name = g_strconcat(name, "_FILE", NULL);
    const char *path = g_environ_getenv((char **)envp, file_name);

    *found = TRUE;
    if (value != NULL && *value != '\0')
        return option_set(option, config, value, name, error);
    if (path != NULL && *path != '\0')
        return set_from_file(option, config, path, file_name, error);
    *found = FALSE;
    return TRUE;
}

static gboolean take_environment(YtopsConfig *config, const Option *option, const char *const *envp,
                                 GError **error)
{
    g_autofree char *name = option_env_name(option);
    gboolean found = FALSE;

    if (!take_variable(config, option, name, envp, &found, error))
        return FALSE;
    if (found || option->legacy_env == NULL)
        return TRUE;
    return take_variable(config, option, option->legacy_env, envp, &found, error);
}

static gboolean take_rest(CommandLine *line, const char *const *envp, GError **error)
{
    for (const Option *option = option_table(); option->flag != NULL; option++) {
        if (!g_hash_table_contains(line->seen, option) &&
            !take_environment(line->config, option, envp, error))
            return FALSE;
    }
    return TRUE;
}

static YtopsConfig *config_new(void)
{
    YtopsConfig *config = g_new0(YtopsConfig, 1);

    for (const Option *option = option_table(); option->flag != NULL; option++)
        option_set(option, config, option->default_value, option->flag, NULL);
    config->log_level_file = g_strdup("");
    return config;
}

static void replace_empty(char **slot, char *value)
{
    if (**slot != '\0') {
        g_free(value);
        return;
    }
    g_free(*slot);
    *slot = value;
}

/* In the tree that this program was installed with, wherever that was put; else where it was built for. */
static char *find_worker_script(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *bin = g_path_get_dirname(program != NULL ? program : "");
    g_autofree char *beside =
        g_build_filename(bin, YTOPS_LIBEXEC_BESIDE_BIN, "ytdlp_worker.py", NULL);

    if (g_file_test(beside, G_FILE_TEST_IS_REGULAR))
        return g_canonicalize_filename(beside, NULL);
    return g_build_filename(YTOPS_LIBEXEC_DIR, "ytdlp_worker.py", NULL);
}

static void complete(YtopsConfig *config)
{
    replace_empty(&config->data_dir,
                  g_build_filename(g_get_user_state_dir(), "ytdlp-ops-server", NULL));
    replace_empty(&config->download_dir, g_build_filename(config->data_dir, "downloads", NULL));
    replace_empty(&config->worker_script, find_worker_script());
}

YtopsConfig *ytops_config_load(int argc, const char *const *argv, const char *const *envp,
                               GError **error)
{
    g_autoptr(YtopsConfig) config = config_new();
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    CommandLine line = {config, seen};

    if (!take_command_line(&line, argc, argv, error) || !take_rest(&line, envp, error))
        return NULL;
    if (*config->server_identity == '\0') {
        ytops_refuse(error, "--server-identity: the value '' is not allowed; give a name");
        return NULL;
    }
    complete(config);
    return g_steal_pointer(&config);
}

void ytops_config_free(YtopsConfig *config)
{
    if (config == NULL)
        return;
    for (const Option *option = option_table(); option->flag != NULL; option++) {
        if (option->type == OPTION_STRING)
            g_free(*(char **)G_STRUCT_MEMBER_P(config, option->offset));
    }
    g_free(config->log_level_file);
    g_free(config);
}

const char *ytops_config_get(const YtopsConfig *config, const char *flag)
{
    const Option *option = option_find(flag, strlen(flag));

    if (option == NULL || option->type != OPTION_STRING)
        return NULL;
    return *(char *const *)G_STRUCT_MEMBER_P(config, option->offset);
}

void ytops_config_scrub_argv(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        gsize length = strcspn(argv[i], "=");
        const Option *option = length > 2 ? option_find(argv[i] + 2, length - 2) : NULL;
        char *value;

        if (option == NULL)
            continue;
        value = argv[i][length] == '=' ? argv[i] + length + 1 : argv[++i];
        if (option->secret && value != NULL)
            memset(value, '*', strlen(value));
    }
}

gboolean ytops_config_reread_log_level(const YtopsConfig *config, YtopsLogLevel *level,
                                       GError **error)
{
    g_autofree char *text = NULL;

    if (*config->log_level_file == '\0')
        return FALSE;
    text = option_read_file(config->log_level_file, "--log-level-file", error);
    if (text == NULL)
        return FALSE;
    if (!ytops_log_level_from_string(text, level))
        return ytops_refuse(error,
                            "--log-level-file: the level '%s' is not one of error, warning, info, "
                            "debug; the level stays as it is",
                            text);
    return TRUE;
}
