#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app.h"
#include "signals.h"
#include "ytops/error.h"
#include "ytops/standard_files.h"

#define EXIT_USAGE 64

static int fail(const GError *error)
{
    g_autofree char *message = ytops_redact(error->message);

    fprintf(stderr, "ytdlp-ops-server: %s\n", message);
    return ytops_error_get_code(error) == YTOPS_ERROR_INVALID_ARGUMENT ? EXIT_USAGE : EXIT_FAILURE;
}

static int show(char *text)
{
    int failed = fputs(text, stdout) == EOF || fflush(stdout) == EOF;

    g_free(text);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int serve(const YtopsConfig *config)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(App) app = NULL;

    ytops_log_set_level(config->log_level);
    ytops_log_set_format(config->log_format);
    signals_block();
    app = app_new(config, &error);
    if (app == NULL)
        return fail(error);
    app_run(app);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsConfig) config = NULL;

    ytops_standard_files_hold();
    config =
        ytops_config_load(argc, (const char *const *)argv, (const char *const *)environ, &error);
    if (config == NULL)
        return fail(error);
    ytops_config_scrub_argv(argc, argv);
    switch (config->action) {
    case YTOPS_CONFIG_SHOW_HELP:
        return show(ytops_config_help());
    case YTOPS_CONFIG_SHOW_VERSION:
        return show(g_strdup("ytdlp-ops-server " YTOPS_VERSION "\n"));
    case YTOPS_CONFIG_SHOW_CONFIG:
        return show(ytops_config_print(config));
    case YTOPS_CONFIG_SHOW_DOCS:
        return show(ytops_config_docs());
    case YTOPS_CONFIG_SHOW_MAN:
        return show(ytops_config_man());
    case YTOPS_CONFIG_SHOW_COMPLETION:
        return show(ytops_config_completion(config->completion_shell));
    case YTOPS_CONFIG_RUN:
        break;
    }
    return serve(config);
}
