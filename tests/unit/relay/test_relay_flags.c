/* The daemon's options and the relay's settings are two tables: they must tell the same. */
#include "ytops/config.h"
#include "ytops/relay_settings.h"

static YtopsConfig *load(const char *const *envp)
{
    const char *const argv[] = {"ytdlp-ops-server"};
    g_autoptr(GError) error = NULL;
    YtopsConfig *config = ytops_config_load(1, argv, envp, &error);

    g_assert_no_error(error);
    return config;
}

static void every_setting_has_a_flag_with_its_default(void)
{
    const char *const no_environment[] = {NULL};
    g_autoptr(YtopsConfig) config = load(no_environment);
    const YtopsRelaySetting *setting;

    for (gsize i = 0; (setting = ytops_relay_settings_nth(i)) != NULL; i++)
        g_assert_cmpstr(ytops_config_get(config, setting->flag + 2), ==, setting->fallback);
}

static void every_setting_has_its_environment_name(void)
{
    const YtopsRelaySetting *setting;

    for (gsize i = 0; (setting = ytops_relay_settings_nth(i)) != NULL; i++) {
        g_autofree char *variable = g_strconcat(setting->environment, "=7", NULL);
        const char *const envp[] = {variable, NULL};
        g_autoptr(YtopsConfig) config = load(envp);

        g_assert_cmpstr(ytops_config_get(config, setting->flag + 2), ==, "7");
    }
}

static void what_is_no_text_option_is_not_given(void)
{
    const char *const no_environment[] = {NULL};
    g_autoptr(YtopsConfig) config = load(no_environment);

    g_assert_null(ytops_config_get(config, "port"));
    g_assert_null(ytops_config_get(config, "no-such-flag"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay-flags/defaults", every_setting_has_a_flag_with_its_default);
    g_test_add_func("/relay-flags/environment", every_setting_has_its_environment_name);
    g_test_add_func("/relay-flags/text", what_is_no_text_option_is_not_given);
    return g_test_run();
}
