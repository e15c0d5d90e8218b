#include "ytops/relay_settings.h"

#include <string.h>

#include "ytops/error.h"

typedef struct {
    const char *name;
    const char *value;
    const char *shown; /* as it is given back; NULL: refused */
} Row;

static const Row rows[] = {
    {"STREAM_RETRY_ATTEMPTS", "5", "5"},
    {"STREAM_RETRY_ATTEMPTS", "0", "0"},
    {"STREAM_RETRY_ATTEMPTS", "1000", "1000"},
    {"STREAM_RETRY_ATTEMPTS", "1001", NULL},
    {"STREAM_RETRY_ATTEMPTS", "-1", NULL},
    {"STREAM_RETRY_ATTEMPTS", "3.0", NULL},
    {"STREAM_RETRY_ATTEMPTS", "", NULL},
    {"STREAM_RETRY_DELAY", "1.0", "1.0"},
    {"STREAM_RETRY_DELAY", "1", "1.0"},
    {"STREAM_RETRY_DELAY", "0.25", "0.25"},
    {"STREAM_RETRY_DELAY", "0.0019", "0.001"},
    {"STREAM_RETRY_DELAY", "0", "0.0"},
    {"STREAM_RETRY_DELAY", "86400", "86400.0"},
    {"STREAM_RETRY_DELAY", "86400.001", NULL},
    {"STREAM_RETRY_DELAY", "99999999999999999999999999", NULL},
    {"STREAM_RETRY_DELAY", "1.", NULL},
    {"STREAM_RETRY_DELAY", ".5", NULL},
    {"STREAM_RETRY_DELAY", "1,5", NULL},
    {"STREAM_RETRY_DELAY", "1e3", NULL},
    {"STREAM_RETRY_DELAY", "-1", NULL},
    {"STREAM_RETRY_DELAY", "1s", NULL},
    {"STREAM_RETRY_DELAY", "nan", NULL},
    {"STREAM_RETRY_DELAY", " 1", NULL},
    {"STREAM_TOTAL_TIMEOUT", "0", "0.0"},
    {"STREAM_TOTAL_TIMEOUT_SCOPE", "stream", "stream"},
    {"STREAM_TOTAL_TIMEOUT_SCOPE", "URL", "url"},
    {"STREAM_TOTAL_TIMEOUT_SCOPE", "both", NULL},
    {"STREAM_RETRY_EXPONENTIAL_BACKOFF", "true", "true"},
    {"STREAM_RETRY_EXPONENTIAL_BACKOFF", "True", "true"},
    {"STREAM_RETRY_EXPONENTIAL_BACKOFF", "1", "true"},
    {"STREAM_RETRY_EXPONENTIAL_BACKOFF", "yes", "true"},
    {"STREAM_RETRY_EXPONENTIAL_BACKOFF", "off", "false"},
    {"STREAM_RETRY_EXPONENTIAL_BACKOFF", "maybe", NULL},
    {"LIVE_CHUNK_TIMEOUT_SECONDS", "0.3", "0.3"},
    {"LIVE_CHUNK_TIMEOUT_SECONDS", "0", NULL},
    {"VOD_CHUNK_TIMEOUT_SECONDS", "0.001", "0.001"},
    {"MAX_FAILOVER_ATTEMPTS", "0", "0"},
    {"USE_STICKY_SESSION", "on", "true"},
    {"RELAY_STABLE_AFTER_S", "2.5", "2.5"},
    {"RELAY_FAIL_OVER_ON_4XX", "no", "false"},
    {"RELAY_LINGER_S", "0", "0.0"},
    {"RELAY_BURST_BYTES", "0", "0"},
    {"RELAY_BURST_BYTES", "1073741825", NULL},
    {"RELAY_CLIENT_LAG_BYTES", "65536", "65536"},
    {"RELAY_CLIENT_LAG_BYTES", "65535", NULL},
    {"RELAY_ALLOW_PRIVATE", "true", "true"},
    {"--stream-retry-attempts", "7", "7"},
    {"stream-retry-attempts", "7", "7"},
    {"stream_retry_attempts", "7", "7"},
    {"stream_retry", "7", NULL},
    {"", "7", NULL},
};

static void assert_refusal(const Row *row, const GError *error)
{
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_cmpstr(ytops_error_get_context(error, "field"), ==, row->name);
    g_assert_nonnull(strstr(error->message, row->name));
    if (ytops_relay_settings_find(row->name) != NULL)
        g_assert_nonnull(strstr(error->message, ytops_relay_settings_find(row->name)->allowed));
}

static void each_setting_takes_what_it_allows_and_names_what_it_refuses(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Row *row = &rows[i];
        g_autoptr(GError) error = NULL;
        g_autofree char *shown = NULL;
        YtopsRelaySettings settings;
        YtopsRelaySettings before;

        g_test_message("%s=%s", row->name, row->value);
        memset(&settings, 0, sizeof settings);
        ytops_relay_settings_init(&settings);
        before = settings;
        g_assert_cmpint(ytops_relay_settings_set(&settings, row->name, row->value, &error), ==,
                        row->shown != NULL);
        if (row->shown == NULL) {
            assert_refusal(row, error);
            g_assert_cmpmem(&settings, sizeof settings, &before, sizeof before);
            continue;
        }
        shown = ytops_relay_settings_get(&settings, row->name);
        g_assert_cmpstr(shown, ==, row->shown);
    }
}

static void the_defaults_are_the_specifications(void)
{
    YtopsRelaySettings settings;

    ytops_relay_settings_init(&settings);
    g_assert_cmpuint(settings.retry_attempts, ==, 3);
    g_assert_cmpint(settings.retry_delay_ms, ==, 1000);
    g_assert_cmpint(settings.total_timeout_ms, ==, 60000);
    g_assert_cmpint(settings.total_timeout_scope, ==, YTOPS_TIMEOUT_PER_URL);
    g_assert_false(settings.exponential_backoff);
    g_assert_cmpint(settings.live_chunk_timeout_ms, ==, 15000);
    g_assert_cmpint(settings.vod_chunk_timeout_ms, ==, 30000);
    g_assert_cmpuint(settings.max_failover_attempts, ==, 3);
    g_assert_cmpint(settings.stable_after_ms, ==, 10000);
    g_assert_false(settings.sticky_session);
    g_assert_cmpuint(settings.token_attempts, ==, 3);
    g_assert_true(settings.fail_over_on_4xx);
    g_assert_false(settings.allow_private);
    g_assert_cmpuint(settings.burst_bytes, ==, 256 * 1024);
    g_assert_cmpuint(settings.client_lag_bytes, ==, 8 * 1024 * 1024);
    g_assert_cmpint(settings.linger_ms, ==, 5000);
}

/* Each setting stands alone: putting one changes one, and every member has its setting. */
static void every_setting_has_three_names_for_one_member(void)
{
    YtopsRelaySettings defaults;
    gsize n = 0;

    ytops_relay_settings_init(&defaults);
    for (; ytops_relay_settings_nth(n) != NULL; n++) {
        const YtopsRelaySetting *setting = ytops_relay_settings_nth(n);
        g_autofree char *shown = ytops_relay_settings_get(&defaults, setting->key);

        g_assert_true(ytops_relay_settings_find(setting->flag) == setting);
        g_assert_true(ytops_relay_settings_find(setting->environment) == setting);
        g_assert_true(ytops_relay_settings_find(setting->key) == setting);
        g_assert_cmpstr(shown, ==, setting->fallback);
        for (gsize other = 0; other < n; other++)
            g_assert_cmpstr(ytops_relay_settings_nth(other)->key, !=, setting->key);
    }
    g_assert_cmpuint(n, ==, 16);
}

static void a_stream_cannot_change_what_is_the_operators(void)
{
    static const char *const operators[] = {"relay_allow_private", "--relay-allow-private",
                                            "RELAY_CLIENT_LAG_BYTES", "relay_burst_bytes"};
    YtopsRelaySettings settings;

    ytops_relay_settings_init(&settings);
    for (gsize i = 0; i < G_N_ELEMENTS(operators); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(ytops_relay_settings_override(&settings, operators[i], "true", &error));
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
        g_assert_cmpstr(ytops_error_get_context(error, "field"), ==, operators[i]);
        g_assert_nonnull(strstr(error->message, "operator"));
    }
    g_assert_false(settings.allow_private);
    g_assert_true(ytops_relay_settings_override(&settings, "stream_retry_delay", "0.5", NULL));
    g_assert_cmpint(settings.retry_delay_ms, ==, 500);
    g_assert_false(ytops_relay_settings_override(&settings, "nothing", "1", NULL));
}

static void the_documentation_lists_every_setting(void)
{
    g_autofree char *docs = NULL;

    g_assert_true(g_file_get_contents(YTOPS_SOURCE_DIR "/docs/relay.md", &docs, NULL, NULL));
    for (gsize n = 0; ytops_relay_settings_nth(n) != NULL; n++) {
        const YtopsRelaySetting *setting = ytops_relay_settings_nth(n);
        g_autofree char *row =
            g_strdup_printf("| `%s` | `%s` | `%s` | %s | %s%s |", setting->environment,
                            setting->flag, setting->fallback, setting->allowed, setting->help,
                            setting->is_operators ? " (operator)" : "");

        g_test_message("%s", row);
        g_assert_nonnull(strstr(docs, row));
    }
}

static void the_page_of_all_flags_tells_what_the_relay_takes(void)
{
    g_autofree char *docs = NULL;

    g_assert_true(
        g_file_get_contents(YTOPS_SOURCE_DIR "/docs/configuration.md", &docs, NULL, NULL));
    for (gsize n = 0; ytops_relay_settings_nth(n) != NULL; n++) {
        const YtopsRelaySetting *setting = ytops_relay_settings_nth(n);
        g_autofree char *row =
            g_strdup_printf("| `%s`<br>`YTDLP_OPS_%s`<br>`%s` | `%s` | %s | %s |", setting->flag,
                            setting->environment, setting->environment, setting->fallback,
                            setting->allowed, setting->help);

        g_test_message("%s", row);
        g_assert_nonnull(strstr(docs, row));
    }
}

static void bad_bytes_and_passwords_do_not_reach_the_message(void)
{
    g_autoptr(GError) error = NULL;
    YtopsRelaySettings settings;

    ytops_relay_settings_init(&settings);
    ytops_relay_settings_set(&settings, "STREAM_RETRY_DELAY", "\xff\nhttp://u:secret@h/", &error);
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_null(strchr(error->message, '\n'));
    g_assert_null(strstr(error->message, "secret"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay-settings/table",
                    each_setting_takes_what_it_allows_and_names_what_it_refuses);
    g_test_add_func("/relay-settings/all-flags", the_page_of_all_flags_tells_what_the_relay_takes);
    g_test_add_func("/relay-settings/defaults", the_defaults_are_the_specifications);
    g_test_add_func("/relay-settings/names", every_setting_has_three_names_for_one_member);
    g_test_add_func("/relay-settings/override", a_stream_cannot_change_what_is_the_operators);
    g_test_add_func("/relay-settings/docs", the_documentation_lists_every_setting);
    g_test_add_func("/relay-settings/redacted", bad_bytes_and_passwords_do_not_reach_the_message);
    return g_test_run();
}
