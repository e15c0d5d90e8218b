#include "ytdlp_command.h"

#include "extractor_args.h"
#include "po_token.h"

#include <string.h>

/* The options that a download needs as its extraction did. `letter` 0: there is no short form. */
typedef struct {
    const char *name;
    char letter;
    gboolean has_value;
} DownloadOption;

static const DownloadOption download_options[] = {
    {"--socket-timeout", 0, TRUE},
    {"--source-address", 0, TRUE},
    {"--impersonate", 0, TRUE},
    {"--add-headers", 0, TRUE},
    {"--add-header", 0, TRUE},
    {"--user-agent", 0, TRUE},
    {"--referer", 0, TRUE},
    {"--retries", 'R', TRUE},
    {"--fragment-retries", 0, TRUE},
    {"--retry-sleep", 0, TRUE},
    {"--limit-rate", 'r', TRUE},
    {"--throttled-rate", 0, TRUE},
    {"--http-chunk-size", 0, TRUE},
    {"--concurrent-fragments", 'N', TRUE},
    {"--format", 'f', TRUE},
    {"--format-sort", 'S', TRUE},
    {"--prefer-free-formats", 0, FALSE},
    {"--force-ipv4", '4', FALSE},
    {"--force-ipv6", '6', FALSE},
    {"--no-check-certificates", 0, FALSE},
    {"--no-check-certificate", 0, FALSE},
    {"--legacy-server-connect", 0, FALSE},
    {"--prefer-insecure", 0, FALSE},
};

static void command_add(GPtrArray *command, const char *argument)
{
    g_ptr_array_add(command, g_strdup(argument));
}

static void command_add_value(GPtrArray *command, const char *option, const char *value)
{
    g_ptr_array_add(command, g_strconcat(option, "=", value, NULL));
}

static GPtrArray *command_new(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

static char **command_finish(GPtrArray *command)
{
    g_ptr_array_add(command, NULL);
    return (char **)g_ptr_array_free(command, FALSE);
}

/* The options as they are, but for the extractor arguments, which go to be merged. */
static void options_add(GPtrArray *command, ExtractorArgs *merged, const char *const *options)
{
    for (gsize i = 0; options != NULL && options[i] != NULL; i++) {
        const char *value = NULL;

        if (g_str_has_prefix(options[i], "--extractor-args="))
            value = options[i] + strlen("--extractor-args=");
        else if (strcmp(options[i], "--extractor-args") == 0 && options[i + 1] != NULL)
            value = options[++i];
        if (value == NULL)
            command_add(command, options[i]);
        else if (!extractor_args_add(merged, value))
            command_add_value(command, "--extractor-args", value);
    }
}

/* Ours come first: of several tokens for one client yt-dlp takes the first. */
static void tokens_add(ExtractorArgs *merged, GHashTable *po_tokens)
{
    const char *clients = extractor_args_get(merged, "youtube", "player_client");
    const char *given = extractor_args_get(merged, "youtube", "po_token");
    g_autofree char *ours = po_token_extractor_arg(clients, po_tokens);
    g_autofree char *both = NULL;

    if (ours == NULL)
        return;
    both = given != NULL ? g_strconcat(ours, ",", given, NULL) : g_strdup(ours);
    extractor_args_set(merged, "youtube", "po_token", both);
}

static GPtrArray *extraction_options(const YtdlpExtraction *extraction)
{
    static const char *const defaults[] = {"--ignore-config", "--no-update",   "--no-colors",
                                           "--no-progress",   "--no-playlist", NULL};
    g_autoptr(ExtractorArgs) merged = extractor_args_new();
    GPtrArray *command = command_new();

    options_add(command, merged, defaults);
    options_add(command, merged, extraction->server_args);
    options_add(command, merged, extraction->request_args);
    if (extraction->clients != NULL)
        extractor_args_set(merged, "youtube", "player_client", extraction->clients);
    tokens_add(merged, extraction->po_tokens);
    extractor_args_append_to(merged, command);
    command_add_value(command, "--proxy",
                      extraction->proxy_url != NULL ? extraction->proxy_url : "");
    if (extraction->cookies_path != NULL)
        command_add_value(command, "--cookies", extraction->cookies_path);
    command_add(command, "--dump-single-json");
    return command;
}

char **ytdlp_command_extraction_args(const YtdlpExtraction *extraction)
{
    GPtrArray *command = extraction_options(extraction);

    command_add(command, "--");
    command_add(command, extraction->url);
    return command_finish(command);
}

char **ytdlp_command_extraction(const char *ytdlp, const YtdlpExtraction *extraction,
                                char **stdin_text)
{
    g_autoptr(GPtrArray) options = extraction_options(extraction);
    GString *text = g_string_new(NULL);
    GPtrArray *command = command_new();

    for (guint i = 0; i < options->len; i++) {
        g_autofree char *quoted = g_shell_quote(g_ptr_array_index(options, i));

        g_string_append_printf(text, "%s\n", quoted);
    }
    *stdin_text = g_string_free(text, FALSE);
    command_add(command, ytdlp);
    command_add(command, "--ignore-config");
    command_add(command, "--config-locations=-");
    command_add(command, "--");
    command_add(command, extraction->url);
    return command_finish(command);
}

static const DownloadOption *download_option_find(const char *argument, gboolean *value_attached)
{
    for (gsize i = 0; i < G_N_ELEMENTS(download_options); i++) {
        const DownloadOption *option = &download_options[i];
        gsize length = strlen(option->name);

        *value_attached = FALSE;
        if (strcmp(argument, option->name) == 0)
            return option;
        if (option->letter != 0 && argument[0] == '-' && argument[1] == option->letter) {
            *value_attached = option->has_value && argument[2] != '\0';
            return *value_attached || argument[2] == '\0' ? option : NULL;
        }
        if (option->has_value && strncmp(argument, option->name, length) == 0 &&
            argument[length] == '=') {
            *value_attached = TRUE;
            return option;
        }
    }
    return NULL;
}

static void download_options_add(GPtrArray *command, const char *const *options)
{
    for (gsize i = 0; options != NULL && options[i] != NULL; i++) {
        gboolean value_attached;
        const DownloadOption *option = download_option_find(options[i], &value_attached);

        if (option == NULL)
            continue;
        if (!option->has_value || value_attached) {
            command_add(command, options[i]);
        } else if (options[i + 1] != NULL) {
            command_add_value(command, option->name, options[i + 1]);
            i++;
        }
    }
}

char **ytdlp_command_download(const char *ytdlp, const char *proxy_url,
                              const char *const *server_args, const char *const *request_args)
{
    GPtrArray *command = command_new();

    command_add(command, ytdlp);
    command_add(command, "--load-info-json=info.json");
    download_options_add(command, server_args);
    download_options_add(command, request_args);
    command_add_value(command, "--proxy", proxy_url != NULL ? proxy_url : "");
    return command_finish(command);
}
