#include "cli_options.h"

#include "cli_check.h"
#include "cli_value.h"
#include "ytops/error.h"

/* What is read so far. */
typedef struct {
    CliOptions *options;
    const char *const *words; /* the next one to read */
    GPtrArray *names;         /* words that are no option, borrowed */
} Reader;

/* The value of the option at the reader: after "=", or the next word. NULL with an error. */
static const char *take_value(Reader *reader, const CliOption *option, const char *attached,
                              GError **error)
{
    if (attached != NULL)
        return attached;
    if (*reader->words == NULL) {
        ytops_refuse(error, "--%s needs a value: --%s %s", option->name, option->name,
                     option->value);
        return NULL;
    }
    if (g_str_has_prefix(*reader->words, "--")) {
        ytops_refuse(error,
                     "--%s needs a value, and '%s' looks like the next option; a value that "
                     "begins so is written --%s=VALUE",
                     option->name, *reader->words, option->name);
        return NULL;
    }
    return *reader->words++;
}

static gboolean read_option(Reader *reader, const char *word, GError **error)
{
    const char *name = word + 2;
    const char *equals = strchr(name, '=');
    gsize length = equals != NULL ? (gsize)(equals - name) : strlen(name);
    CliOptionId id = cli_option_find(name, length);
    const CliOption *option;
    const char *value = NULL;

    if (id == CLI_N_OPTS)
        return ytops_refuse(error, "there is no option '--%.*s'; --help shows those there are",
                            (int)MIN(length, 64), name);
    option = cli_option_get(id);
    if (option->value == NULL && equals != NULL)
        return ytops_refuse(error, "--%s takes no value, and '%s' gives it one", option->name,
                            word);
    if (option->value != NULL) {
        value = take_value(reader, option, equals != NULL ? equals + 1 : NULL, error);
        if (value == NULL)
            return FALSE;
    }
    reader->options->given |= CLI_BIT(id);
    return cli_value_set(reader->options, option, value, error);
}

static gboolean read_words(Reader *reader, GError **error)
{
    gboolean options_ended = FALSE;

    while (*reader->words != NULL) {
        const char *word = *reader->words++;

        if (!g_utf8_validate(word, -1, NULL))
            return ytops_refuse(error, "a word of the command line is not valid UTF-8");
        if (options_ended || word[0] != '-' || word[1] == '\0')
            g_ptr_array_add(reader->names, (gpointer)word);
        else if (strcmp(word, "--") == 0)
            options_ended = TRUE;
        else if (strcmp(word, "-h") == 0)
            reader->options->help = TRUE;
        else if (word[1] != '-')
            return ytops_refuse(error,
                                "there is no option '%s'; --help shows those there are. A word "
                                "that begins with - is written after --",
                                word);
        else if (!read_option(reader, word, error))
            return FALSE;
    }
    return TRUE;
}

/* Finds the noun, as the static string of the table. */
static gboolean set_noun(CliOptions *options, const char *word, GError **error)
{
    const CliCommand *command;
    g_autofree char *nouns = NULL;

    for (guint i = 0; (command = cli_command_at(i)) != NULL; i++) {
        if (strcmp(command->noun, word) == 0) {
            options->noun = command->noun;
            return TRUE;
        }
    }
    nouns = cli_command_words(NULL);
    return ytops_refuse(error, "there is no command '%s'; the commands are %s", word, nouns);
}

/* Finds the command in the names, and how many of them it took. */
static gboolean set_command(CliOptions *options, const GPtrArray *names, guint *taken,
                            GError **error)
{
    const char *verb = names->len > 1 ? g_ptr_array_index(names, 1) : NULL;
    g_autofree char *verbs = NULL;

    if (!set_noun(options, g_ptr_array_index(names, 0), error))
        return FALSE;
    options->command = cli_command_find(options->noun, NULL);
    *taken = 1;
    if (options->command != NULL)
        return TRUE;
    if (verb == NULL && options->help)
        return TRUE;

    *taken = 2;
    verbs = cli_command_words(options->noun);
    if (verb == NULL)
        return ytops_refuse(error, "'%s' needs to know what to do: %s", options->noun, verbs);
    options->command = cli_command_find(options->noun, verb);
    if (options->command == NULL)
        return ytops_refuse(error, "'%s' cannot '%s'; it can %s", options->noun, verb, verbs);
    return TRUE;
}

static gboolean set_argument(CliOptions *options, const GPtrArray *names, guint taken,
                             GError **error)
{
    guint wanted = options->command != NULL && options->command->argument != NULL ? 1 : 0;

    if (names->len > taken + wanted && !(wanted == 1 && cli_command_takes_more(options->command)))
        return ytops_refuse(error, "'%s' is one word too many%s",
                            (const char *)g_ptr_array_index(names, taken + wanted),
                            wanted == 1 ? ": the command takes one at a time" : "");
    if (names->len > taken)
        options->argument = g_strdup(g_ptr_array_index(names, taken));
    for (guint i = taken + 1; i < names->len; i++)
        g_ptr_array_add(options->more, g_strdup(g_ptr_array_index(names, i)));
    return TRUE;
}

static gboolean set_names(CliOptions *options, const GPtrArray *names, GError **error)
{
    g_autofree char *nouns = NULL;
    guint taken = 0;

    if (names->len == 0) {
        if (options->help || options->version)
            return TRUE;
        nouns = cli_command_words(NULL);
        return ytops_refuse(error, "no command was given; the commands are %s", nouns);
    }
    return set_command(options, names, &taken, error) && set_argument(options, names, taken, error);
}

/* The server by flag, else by environment, else the default. */
static gboolean set_server(CliOptions *options, const char *server_env, GError **error)
{
    if (options->host != NULL)
        return TRUE;
    if (server_env == NULL || *server_env == '\0') {
        options->host = g_strdup(CLI_DEFAULT_HOST);
        options->port = CLI_DEFAULT_PORT;
        return TRUE;
    }
    if (!cli_server_parse(server_env, &options->host, &options->port, error)) {
        g_prefix_error(error, "YTDLP_OPS_SERVER: ");
        return FALSE;
    }
    return TRUE;
}

CliOptions *cli_options_parse(const char *const *words, const char *server_env, GError **error)
{
    g_autoptr(CliOptions) options = g_new0(CliOptions, 1);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    Reader reader = {.options = options, .words = words, .names = names};

    options->more = g_ptr_array_new_with_free_func(g_free);
    if (!read_words(&reader, error) || !set_names(options, names, error))
        return NULL;
    if (options->help || options->version)
        return g_steal_pointer(&options);
    if (!set_server(options, server_env, error) || !cli_check(options, error))
        return NULL;
    return g_steal_pointer(&options);
}

void cli_options_free(CliOptions *options)
{
    if (options == NULL)
        return;
    for (guint id = 0; id < CLI_N_OPTS; id++)
        cli_value_clear(options, cli_option_get(id));
    g_free(options->argument);
    g_clear_pointer(&options->more, g_ptr_array_unref);
    g_free(options->host);
    g_free(options);
}
