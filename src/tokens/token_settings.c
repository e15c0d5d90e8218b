#include "token_settings.h"

#include <unistd.h>

#include <glib/gstdio.h>

#include "ytops/error.h"

static gboolean refuse(const char *what, GError **error)
{
    g_set_error_literal(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, what);
    return FALSE;
}

static gboolean check(const YtopsTokenOptions *options, GError **error)
{
    if (options->workers == 0)
        return refuse("token workers: 0 is not possible; give --token-workers 1 or more", error);
    if (options->cache_ttl_s < 0)
        return refuse("token cache: give --token-cache-ttl 0 or more", error);
    if (options->runner == YTOPS_TOKEN_RUNNER_WARM && g_access(options->worker_script, R_OK) != 0) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "the yt-dlp worker script '%s' cannot be read: %s; it is installed with the "
                    "server, and --worker-script names it where it is elsewhere",
                    options->worker_script, g_strerror(errno));
        return FALSE;
    }
    return TRUE;
}

static char *copy_or_null(const char *text)
{
    return text != NULL && *text != '\0' ? g_strdup(text) : NULL;
}

TokenSettings *token_settings_new(const YtopsTokenOptions *options, GError **error)
{
    TokenSettings *settings;

    if (!check(options, error))
        return NULL;
    settings = g_new0(TokenSettings, 1);
    settings->options = *options;
    settings->options.cookies_dir = copy_or_null(options->cookies_dir);
    settings->options.pot_provider_url = copy_or_null(options->pot_provider_url);
    settings->options.python = g_strdup(options->python);
    settings->options.worker_script = g_strdup(options->worker_script);
    settings->options.ytdlp = g_strdup(options->ytdlp);
    settings->options.server_identity = g_strdup(options->server_identity);
    settings->ytdlp_args =
        options->ytdlp_args != NULL ? g_strdupv((char **)options->ytdlp_args) : g_new0(char *, 1);
    settings->options.ytdlp_args = (const char *const *)settings->ytdlp_args;
    return settings;
}

void token_settings_free(TokenSettings *settings)
{
    if (settings == NULL)
        return;
    g_free((char *)settings->options.cookies_dir);
    g_free((char *)settings->options.pot_provider_url);
    g_free((char *)settings->options.python);
    g_free((char *)settings->options.worker_script);
    g_free((char *)settings->options.ytdlp);
    g_free((char *)settings->options.server_identity);
    g_strfreev(settings->ytdlp_args);
    g_free(settings);
}
